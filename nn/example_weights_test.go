package nn_test

import (
	"fmt"
	"log"
	"math/rand/v2"
	"os"
	"path/filepath"

	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/nn"
)

// Weights go to a file and come back into a model of the same layers, whatever numbers it was made with.
func ExampleParams_Load() {
	model := func(seed uint64) *nn.Params {
		params := nn.NewParams(rand.New(rand.NewPCG(seed, 0)))
		_, err := graph.Build(tensor.Float32, graph.SymbolicRows, func(g *graph.Graph) {
			nn.Linear{Out: 3}.Apply(nn.NewScope(g, params, "", nil), g.Rows("x", 2))
		})
		if err != nil {
			log.Fatal(err)
		}
		return params
	}
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "weights.safetensors")

	trained, fresh := model(1), model(2)
	if err := trained.Save(path, map[string]string{"epoch": "40"}); err != nil {
		log.Fatal(err)
	}
	metadata, err := fresh.Load(path)
	if err != nil {
		log.Fatal(err)
	}
	same := trained.Get("weight").Value().(*tensor.Dense).Eq(fresh.Get("weight").Value().(*tensor.Dense))
	fmt.Println(metadata["epoch"], same)
	// Output: 40 true
}
