package flows_test

import (
	"context"
	"fmt"
	"log"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"

	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/nn"
)

// Spring is a layer of one's own: y = f(x) - k·x, with a stiffness k for each column.
type Spring struct {
	Body  nn.Layer // f
	Start float64  // of k
}

func (l Spring) Apply(s *nn.Scope, x *graph.Node) *graph.Node {
	k := s.Param("stiffness", nn.Constant(l.Start), 1, x.Shape()[1])
	return graph.Sub(s.Apply("body", l.Body, x), graph.Mul(k, x))
}

// A model is one file. Types of one's own are given by name when it is written and when it is read.
func ExampleFlow_Save() {
	folder, err := os.MkdirTemp("", "flow")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(folder)
	path := filepath.Join(folder, "flow.safetensors")
	types := flows.Types{"spring": Spring{}}

	ctx := context.Background()
	flow := &flows.Flow{
		Dim:    2,
		Base:   flows.StudentT{DF: 4},
		Blocks: flows.FFJORD{Field: Spring{Body: nn.MLP{Hidden: []int{8}}, Start: 0.5}},
		Params: nn.NewParams(rand.New(rand.NewPCG(1, 0))),
	}
	if err := flow.Save(path, types); err != nil {
		log.Fatal(err)
	}

	loaded, err := flows.Load(ctx, path, nil, types)
	if err != nil {
		log.Fatal(err)
	}
	x := tensor.New(tensor.WithShape(2, 2), tensor.WithBacking([]float32{0.5, -1, 2, 0}))
	before, err := flow.LogProb(ctx, x)
	if err != nil {
		log.Fatal(err)
	}
	after, err := loaded.LogProb(ctx, x)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("the same bits:", before[0] == after[0] && before[1] == after[1])

	_, err = flows.Load(ctx, path, nil, nil)
	fmt.Println(strings.TrimPrefix(err.Error(), "flows: load "+path+": "))
	// Output:
	// the same bits: true
	// Blocks.Field: the type "spring" is unknown; if it is one of your own, name it in types
}
