package nn_test

import (
	"fmt"
	"log"
	"math/rand/v2"

	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/nn"
)

// A network is described once, built into a program, and run with the numbers that the parameters hold.
func Example() {
	net := nn.Seq{nn.Concat, nn.Linear{Out: 1, Init: nn.Constant(0.5), BiasInit: nn.Constant(1)}, nn.ReLU}
	params := nn.NewParams(rand.New(rand.NewPCG(1, 0)))

	prog, err := graph.Compile[float32](func(g *graph.Graph) {
		s := nn.NewScope(g, params, "", g.Rows("t", 1))
		g.Output("y", net.Apply(s, g.Rows("x", 2)))
	})
	if err != nil {
		log.Fatal(err)
	}
	m, err := prog.NewMachine(2) // two rows
	if err != nil {
		log.Fatal(err)
	}
	for p := range params.All() {
		if err := m.Bind(p.Name(), p.Value().Data().([]float32)); err != nil {
			log.Fatal(err)
		}
	}
	copy(m.In("t")[0], []float32{2, 2})
	copy(m.In("x")[0], []float32{3, -8})
	copy(m.In("x")[1], []float32{4, -9})
	if err := m.Run(2); err != nil {
		log.Fatal(err)
	}
	fmt.Println(m.Out("y")[0]) // 1 + (2 + 3 + 4)/2, and nothing below 0
	// Output: [5.5 0]
}
