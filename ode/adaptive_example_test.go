package ode_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"math"

	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/ode"
)

// A predator and its prey by tolerance. Each row takes the steps that it needs: the first starts near the equilibrium,
// the second far from it.
func ExampleSolver() {
	hunt := ode.Problem{Widths: []int{1, 1}, Field: func(*graph.Graph) ode.Field {
		return func(_ *graph.Node, y ode.State) ode.State {
			prey, hunters := y[0], y[1]
			met := graph.Mul(prey, hunters)
			return ode.State{graph.Sub(prey, met), graph.Sub(met, hunters)}
		}
	}}
	it, err := ode.NewIntegrator[float64](hunt, ode.Solver{RTol: 1e-6, ATol: 1e-8})
	if err != nil {
		log.Fatal(err)
	}
	w, err := it.NewWorker(2)
	if err != nil {
		log.Fatal(err)
	}
	prey, hunters := w.State(0)[0], w.State(1)[0]
	copy(prey, []float64{1.01, 5})
	copy(hunters, []float64{1, 0.5})
	if err := w.Solve(context.Background(), 2, 0, 6, nil); err != nil {
		log.Fatal(err)
	}
	for row, s := range w.Stats() {
		// x - ln x + y - ln y never changes.
		kept := prey[row] - math.Log(prey[row]) + hunters[row] - math.Log(hunters[row])
		fmt.Printf("%.4f prey, %.4f hunters, %.4f kept in %d steps\n", prey[row], hunters[row], kept, s.Accepted)
	}
	// Output:
	// 1.0096 prey, 0.9972 hunters, 2.0000 kept in 10 steps
	// 0.2575 prey, 0.0542 hunters, 4.5837 kept in 37 steps
}

// The states at a list of times, from one solve and without steps of their own.
func ExampleWorker_SolveAt() {
	swing := ode.Problem{Widths: []int{2}, Field: func(*graph.Graph) ode.Field {
		return func(_ *graph.Node, y ode.State) ode.State {
			q, p := graph.SliceCols(y[0], 0, 1), graph.SliceCols(y[0], 1, 2)
			return ode.State{graph.Concat(p, graph.Neg(q))}
		}
	}}
	it, err := ode.NewIntegrator[float64](swing, ode.Solver{RTol: 1e-8, ATol: 1e-8})
	if err != nil {
		log.Fatal(err)
	}
	w, err := it.NewWorker(1)
	if err != nil {
		log.Fatal(err)
	}
	w.State(0)[0][0] = 1 // at rest to the right, so that q = cos t
	times := []float64{0, math.Pi / 3, 2 * math.Pi / 3, math.Pi}
	states, err := w.SolveAt(context.Background(), 1, 0, math.Pi, times)
	if err != nil {
		log.Fatal(err)
	}
	for i, t := range times {
		fmt.Printf("q(%.3f) = %.4f\n", t, states[i][0][0])
	}
	// Output:
	// q(0.000) = 1.0000
	// q(1.047) = 0.5000
	// q(2.094) = -0.5000
	// q(3.142) = -1.0000
}

// y' = y² from y(0) = 2 has no solution beyond t = ½. The rows beside such a row are solved nevertheless.
func ExampleSolveError() {
	explosive := ode.Problem{Widths: []int{1}, Field: func(*graph.Graph) ode.Field {
		return func(_ *graph.Node, y ode.State) ode.State { return ode.State{graph.Square(y[0])} }
	}}
	it, err := ode.NewIntegrator[float64](explosive, ode.Solver{})
	if err != nil {
		log.Fatal(err)
	}
	w, err := it.NewWorker(3)
	if err != nil {
		log.Fatal(err)
	}
	y := w.State(0)[0]
	copy(y, []float64{0.5, 2, -1})
	err = w.Solve(context.Background(), 3, 0, 1, nil)
	var failed *ode.SolveError
	if errors.As(err, &failed) {
		for _, row := range failed.Rows {
			fmt.Printf("row %d stopped at t = %.2f: %v\n", row.Row, row.T, row.Reason)
		}
	}
	fmt.Println(errors.Is(err, ode.ErrUnderflow))
	fmt.Printf("%.3f\n", y)
	// Output:
	// row 1 stopped at t = 0.50: the step became too small
	// true
	// [1.000 NaN -0.500]
}
