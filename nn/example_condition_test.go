package nn_test

import (
	"fmt"
	"log"
	"math/rand/v2"

	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/nn"
)

// A network of a condition: what the scope holds goes behind the coordinates. Weights of 1 and no activation make the
// network the sum of what it sees.
func ExampleScope_WithCond() {
	net := nn.MLP{Out: 1, Time: nn.Ignore, Init: nn.Constant(1)}
	params := nn.NewParams(rand.New(rand.NewPCG(1, 0)))

	prog, err := graph.Compile[float32](func(g *graph.Graph) {
		s := nn.NewScope(g, params, "", nil).WithCond(g.Rows("label", 1))
		g.Output("y", net.Apply(s, g.Rows("z", 2)))
	})
	if err != nil {
		log.Fatal(err)
	}
	m, err := prog.NewMachine(1)
	if err != nil {
		log.Fatal(err)
	}
	for p := range params.All() {
		if err := m.Bind(p.Name(), p.Value().Data().([]float32)); err != nil {
			log.Fatal(err)
		}
	}
	m.In("z")[0][0], m.In("z")[1][0], m.In("label")[0][0] = 1, 2, 100
	if err := m.Run(1); err != nil {
		log.Fatal(err)
	}
	fmt.Println(params.Get("0.weight").Shape())
	fmt.Println(m.Out("y")[0][0])
	// Output:
	// 3 1
	// 103
}
