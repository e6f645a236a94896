package graph_test

import (
	"fmt"
	"math/rand/v2"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/graph"
)

// A multi-layer perceptron learns exclusive-or with Gorgonia's own nodes, gradients and solver. Only the line that
// makes the machine is new.
func ExampleVM() {
	g := gorgonia.NewGraph()
	rng := rand.New(rand.NewPCG(1, 2))
	matrix := func(name string, rows, cols int, values ...float64) *gorgonia.Node {
		for len(values) < rows*cols {
			values = append(values, rng.NormFloat64())
		}
		return gorgonia.NewMatrix(g, tensor.Float64, gorgonia.WithShape(rows, cols), gorgonia.WithName(name),
			gorgonia.WithValue(tensor.New(tensor.WithShape(rows, cols), tensor.WithBacking(values))))
	}
	x := matrix("x", 4, 2, 0, 0, 0, 1, 1, 0, 1, 1)
	y := matrix("y", 4, 1, 0, 1, 1, 0)
	w1, b1, w2, b2 := matrix("w1", 2, 8), matrix("b1", 1, 8), matrix("w2", 8, 1), matrix("b2", 1, 1)

	must := gorgonia.Must
	layer := func(x, w, b *gorgonia.Node) *gorgonia.Node {
		return must(gorgonia.BroadcastAdd(must(gorgonia.Mul(x, w)), b, nil, []byte{0}))
	}
	prediction := must(gorgonia.Sigmoid(layer(must(gorgonia.Tanh(layer(x, w1, b1))), w2, b2)))
	cost := must(gorgonia.Mean(must(gorgonia.Square(must(gorgonia.Sub(prediction, y))))))
	params := gorgonia.Nodes{w1, b1, w2, b2}
	if _, err := gorgonia.Grad(cost, params...); err != nil {
		fmt.Println(err)
		return
	}
	var predicted gorgonia.Value
	gorgonia.Read(prediction, &predicted)

	vm, err := graph.NewVM(g, graph.VMOptions{Rows: gorgonia.Nodes{x, y}}) // was: vm := gorgonia.NewTapeMachine(g)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer vm.Close()
	solver := gorgonia.NewAdamSolver(gorgonia.WithLearnRate(0.05))
	for range 500 {
		if err := vm.RunAll(); err != nil {
			fmt.Println(err)
			return
		}
		if err := solver.Step(gorgonia.NodesToValueGrads(params)); err != nil {
			fmt.Println(err)
			return
		}
		vm.Reset()
	}
	fmt.Println("learned:", cost.Value().Data().(float64) < 0.001)
	fmt.Printf("%.1f\n", predicted.Data())
	// Output:
	// learned: true
	// [0.0 1.0 1.0 0.0]
}
