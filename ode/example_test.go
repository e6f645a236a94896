package ode_test

import (
	"context"
	"fmt"
	"log"

	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/ode"
)

// A pendulum, q' = p and p' = -sin q, for two rows at once: from plain slices to plain slices, and the derivative of
// the final angle with respect to where the pendulum started.
func ExampleIntegrator() {
	pendulum := ode.Problem{Widths: []int{2}, Field: func(*graph.Graph) ode.Field {
		return func(_ *graph.Node, y ode.State) ode.State {
			q, p := graph.SliceCols(y[0], 0, 1), graph.SliceCols(y[0], 1, 2)
			return ode.State{graph.Concat(p, graph.Neg(graph.Sin(q)))}
		}
	}}
	it, err := ode.NewIntegrator[float64](pendulum, ode.Solver{Method: ode.Dopri5, Steps: 20})
	if err != nil {
		log.Fatal(err)
	}
	w, err := it.NewWorker(2)
	if err != nil {
		log.Fatal(err)
	}
	state := w.State(0) // a column for q, one for p
	copy(state[0], []float64{0.1, 2})
	copy(state[1], []float64{0, 0})

	ctx := context.Background()
	var steps ode.Record[float64]
	if err := w.Solve(ctx, 2, 0, 3, &steps); err != nil {
		log.Fatal(err)
	}
	fmt.Printf("q(3) = %.4f, %.4f\n", state[0][0], state[0][1])

	dq, err := w.Cotangent(0)
	if err != nil {
		log.Fatal(err)
	}
	copy(dq[0], []float64{1, 1})
	copy(dq[1], []float64{0, 0})
	if err := w.Back(ctx, &steps); err != nil {
		log.Fatal(err)
	}
	fmt.Printf("∂q(3)/∂q(0) = %.4f, %.4f\n", dq[0][0], dq[0][1])
	// Output:
	// q(3) = -0.0990, -1.3508
	// ∂q(3)/∂q(0) = -0.9892, 0.3315
}

// Ralston's method (1962), which has the smallest error bound of all methods of two stages, as a method of one's own.
func ExampleTableau() {
	ralston := &ode.Tableau{
		Name: "ralston", Order: 2,
		C: []float64{0, 2. / 3},
		A: [][]float64{{}, {2. / 3}},
		B: []float64{1. / 4, 3. / 4},
	}
	growth := ode.Problem{Widths: []int{1}, Field: func(*graph.Graph) ode.Field {
		return func(_ *graph.Node, y ode.State) ode.State { return y }
	}}
	for _, n := range []int{10, 20, 40} {
		it, err := ode.NewIntegrator[float64](growth, ode.Solver{Method: ralston, Steps: n})
		if err != nil {
			log.Fatal(err)
		}
		w, err := it.NewWorker(1)
		if err != nil {
			log.Fatal(err)
		}
		w.State(0)[0][0] = 1
		if err := w.Solve(context.Background(), 1, 0, 1, nil); err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%d evaluations: e ≈ %.5f\n", w.Stats()[0].Evaluations, w.State(0)[0][0])
	}
	// Output:
	// 20 evaluations: e ≈ 2.71408
	// 40 evaluations: e ≈ 2.71719
	// 80 evaluations: e ≈ 2.71800
}

// The graph of a whole integration, for looking at or for use inside a larger expression.
func ExampleTableau_Unroll() {
	decay := func(_ *graph.Node, y ode.State) ode.State { return ode.State{graph.Neg(y[0])} }
	whole, err := graph.Compile[float64](func(g *graph.Graph) {
		y := ode.State{g.Rows("y", 1)}
		y = ode.RK4.Unroll(g, decay, g.Rows("from", 1), g.Rows("to", 1), y, 4)
		g.Output("y", y[0])
	})
	if err != nil {
		log.Fatal(err)
	}
	m, err := whole.NewMachine(2)
	if err != nil {
		log.Fatal(err)
	}
	copy(m.In("y")[0], []float64{1, 1})
	copy(m.In("from")[0], []float64{0, 0})
	copy(m.In("to")[0], []float64{1, -1}) // each row its own interval
	if err := m.Run(2); err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%.4f\n", m.Out("y")[0])
	// Output: [0.3679 2.7182]
}
