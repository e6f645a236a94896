package nn_test

import (
	"fmt"
	"log"
	"math/rand/v2"

	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/nn"
)

// The network of the TensorFlow Probability demo: the time stands twice in front of the two coordinates.
func ExampleMLP() {
	net := nn.MLP{Hidden: []int{8, 8}, Time: nn.Tile, Init: nn.TruncatedNormal}
	params := nn.NewParams(rand.New(rand.NewPCG(1, 0)))

	_, err := graph.Build(tensor.Float32, graph.SymbolicRows, func(g *graph.Graph) {
		net.Apply(nn.NewScope(g, params, "", g.Rows("t", 1)), g.Rows("z", 2))
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(params.Get("0.weight").Shape())
	fmt.Println(params.Len(), "matrices of", params.Count(), "numbers")
	// Output:
	// 4 8
	// 6 matrices of 130 numbers
}
