package nn_test

import (
	"fmt"
	"log"
	"math/rand/v2"

	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/nn"
)

// A network with one hidden layer knows the trace of its Jacobian; one with more leaves it to Jacobian-vector products.
func ExampleTraced() {
	params := nn.NewParams(rand.New(rand.NewPCG(1, 0)))
	for _, net := range []nn.MLP{{Hidden: []int{64}}, {Hidden: []int{64, 64}}} {
		_, err := graph.Build(tensor.Float32, graph.SymbolicRows, func(g *graph.Graph) {
			s := nn.NewScope(g, params, fmt.Sprint(len(net.Hidden)), g.Rows("t", 1))
			y, trace := net.ApplyTraced(s, g.Rows("z", 10))
			fmt.Println(y.Shape()[1], "columns,", trace != nil)
		})
		if err != nil {
			log.Fatal(err)
		}
	}
	// Output:
	// 10 columns, true
	// 10 columns, false
}
