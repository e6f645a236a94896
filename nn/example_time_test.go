package nn_test

import (
	"fmt"
	"log"
	"math/rand/v2"

	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/nn"
)

// describeParams prints the parameters of a network for two coordinates and the time.
func describeParams(net nn.Layer) {
	params := nn.NewParams(rand.New(rand.NewPCG(1, 0)))
	_, err := graph.Build(tensor.Float32, graph.SymbolicRows, func(g *graph.Graph) {
		net.Apply(nn.NewScope(g, params, "", g.Rows("t", 1)), g.Rows("z", 2))
	})
	if err != nil {
		log.Fatal(err)
	}
	for p := range params.All() {
		rows, cols := p.Shape()
		fmt.Printf("%-15s %2d x %d\n", p.Name(), rows, cols)
	}
}

// The network of the FFJORD paper's toy densities, smaller, with PyTorch's initial values.
func ExampleConcatSquash() {
	describeParams(nn.MLP{
		Hidden:   []int{8},
		Time:     nn.ConcatSquash{},
		Init:     nn.UniformFanIn,
		BiasInit: nn.UniformFanIn,
	})
	// Output:
	// 0.weight         2 x 8
	// 0.bias           1 x 8
	// 0.gate_weight    1 x 8
	// 0.gate_bias      1 x 8
	// 0.shift_weight   1 x 8
	// 1.weight         8 x 2
	// 1.bias           1 x 2
	// 1.gate_weight    1 x 2
	// 1.gate_bias      1 x 2
	// 1.shift_weight   1 x 2
}

// The network of zuko's CNF: waves of the time in front of the first map's input only.
func ExampleFourier() {
	describeParams(nn.MLP{Hidden: []int{64, 64}, Time: nn.Fourier{Freqs: 3}, Act: nn.ELU})
	// Output:
	// 0.weight         8 x 64
	// 0.bias           1 x 64
	// 1.weight        64 x 64
	// 1.bias           1 x 64
	// 2.weight        64 x 2
	// 2.bias           1 x 2
}

// The weights are functions of the time: three matrices one below the other, of which the time mixes two to the first.
func ExampleHyper() {
	describeParams(nn.Hyper{Map: nn.Linear{Out: 5}, Hidden: 2})
	// Output:
	// hidden.weight    1 x 2
	// hidden.bias      1 x 2
	// weight           6 x 5
	// bias             3 x 5
}

// Two networks whose shares change with the time.
func ExampleMixture() {
	describeParams(nn.Mixture{
		nn.MLP{Hidden: []int{8}, Time: nn.Ignore},
		nn.Residual{Body: nn.Seq{nn.GatedLinear{}, nn.Swish{}}},
	})
	// Output:
	// weight           1 x 2
	// bias             1 x 2
	// 0.0.weight       2 x 8
	// 0.0.bias         1 x 8
	// 0.1.weight       8 x 2
	// 0.1.bias         1 x 2
	// 1.0.weight       2 x 2
	// 1.0.bias         1 x 2
	// 1.0.gate.weight  2 x 2
	// 1.0.gate.bias    1 x 2
	// 1.1.beta         1 x 1
}
