package ode_test

import (
	"context"
	"fmt"
	"log"

	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/ode"
)

// A damped oscillator from two starts, at three times, and the derivative of the last positions with respect to the
// damping.
func ExampleSolve() {
	oscillator := func(_, y *graph.Node, param func(string) *graph.Node) *graph.Node {
		q, p := graph.SliceCols(y, 0, 1), graph.SliceCols(y, 1, 2)
		return graph.Concat(p, graph.Neg(graph.Add(q, graph.Mul(p, param("damping")))))
	}
	y0 := tensor.New(tensor.WithShape(2, 2), tensor.WithBacking([]float64{1, 0, 0, 1}))
	params := ode.Params{"damping": tensor.New(tensor.WithShape(1, 1), tensor.WithBacking([]float64{0.2}))}

	ctx := context.Background()
	sol, err := ode.Solve(ctx, oscillator, y0, []float64{0, 1, 5}, params, ode.Solver{RTol: 1e-8, ATol: 1e-8})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%.4f\n", sol.States[2].Float64s())

	positions := tensor.New(tensor.WithShape(2, 2), tensor.WithBacking([]float64{1, 0, 1, 0}))
	grad, err := sol.Gradient(ctx, nil, nil, positions)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%.4f\n", grad.Params["damping"].Float64s())
	// Output:
	// [0.0986 0.5887 -0.5887 0.2163]
	// [0.7074]
}
