package nn_test

import (
	"fmt"
	"log"
	"math/rand/v2"

	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/nn"
)

// Gate is x·W + b, each column scaled by a learnt gate of the time.
type Gate struct{ Out int }

func (l Gate) Apply(s *nn.Scope, x *graph.Node) *graph.Node {
	y := nn.Linear{Out: l.Out}.Apply(s, x)
	gate := graph.MatMul(s.Time(), s.Param("gate", nn.GlorotUniform, 1, l.Out))
	return graph.Mul(y, graph.Sigmoid(gate))
}

// A custom layer is one type with one method and stands wherever a layer of this package does.
func ExampleLayer() {
	params := nn.NewParams(rand.New(rand.NewPCG(1, 0)))
	net := nn.Seq{Gate{Out: 16}, nn.Tanh, Gate{Out: 2}}

	_, err := graph.Build(tensor.Float32, graph.SymbolicRows, func(g *graph.Graph) {
		net.Apply(nn.NewScope(g, params, "", g.Rows("t", 1)), g.Rows("x", 2))
	})
	if err != nil {
		log.Fatal(err)
	}
	for p := range params.All() {
		rows, cols := p.Shape()
		fmt.Printf("%-9s %2d x %d\n", p.Name(), rows, cols)
	}
	// Output:
	// 0.weight   2 x 16
	// 0.bias     1 x 16
	// 0.gate     1 x 16
	// 2.weight  16 x 2
	// 2.bias     1 x 2
	// 2.gate     1 x 2
}
