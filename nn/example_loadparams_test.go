package nn_test

import (
	"bytes"
	"fmt"
	"log"
	"math/rand/v2"
	"strconv"

	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/nn"
)

// A file that tells its own architecture becomes a model again: parameters first, then the layers over them.
func ExampleReadParams() {
	build := func(params *nn.Params, hidden int) error {
		_, err := graph.Build(tensor.Float32, graph.SymbolicRows, func(g *graph.Graph) {
			net := nn.MLP{Hidden: []int{hidden}}
			net.Apply(nn.NewScope(g, params, "", g.Rows("t", 1)), g.Rows("x", 2))
		})
		return err
	}
	trained := nn.NewParams(rand.New(rand.NewPCG(1, 0)))
	if err := build(trained, 16); err != nil {
		log.Fatal(err)
	}
	var file bytes.Buffer
	if err := trained.Write(&file, map[string]string{"hidden": "16"}); err != nil {
		log.Fatal(err)
	}

	params, metadata, err := nn.ReadParams(&file)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("in the file:", params.Unused())
	hidden, err := strconv.Atoi(metadata["hidden"])
	if err != nil {
		log.Fatal(err)
	}
	if err := build(params, hidden); err != nil {
		log.Fatal(err)
	}
	fmt.Println("left over:", params.Unused())
	fmt.Println("another width is refused:", build(params, 17) != nil)
	// Output:
	// in the file: [0.bias 0.weight 1.bias 1.weight]
	// left over: []
	// another width is refused: true
}
