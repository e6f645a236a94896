package ode_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/ode"
)

// network is z' = tanh(z·W₁ + t·b + push)·W₂, a field as flows have it, with an input per row.
var network = ode.Problem{Widths: []int{2}, Inputs: []string{"push"}, Times: true, Field: func(g *graph.Graph) ode.Field {
	w1, b, w2 := g.Uniform("w1", 2, 8), g.Uniform("b", 1, 8), g.Uniform("w2", 8, 2)
	push := g.Rows("push", 8)
	return func(t *graph.Node, y ode.State) ode.State {
		hidden := graph.Tanh(graph.Add(graph.Add(graph.MatMul(y[0], w1), graph.MatMul(t, b)), push))
		return ode.State{graph.MatMul(hidden, w2)}
	}
}}

// outcome is all that a row gets.
type outcome[T graph.Float] struct {
	y, cotangent, push []T
	t0, t1             T
	stats              ode.Stats
}

// netWorker returns a worker for chunks of the given rows with the network's parameters bound.
func netWorker[T graph.Float](t tester, s ode.Solver, rows int) *ode.Worker[T] {
	t.Helper()
	it, err := ode.NewIntegrator[T](network, s)
	if err != nil {
		t.Fatal(err)
	}
	w, err := it.NewWorker(rows)
	if err != nil {
		t.Fatal(err)
	}
	for i, name := range it.Params() {
		values := make([]T, []int{16, 8, 16}[i])
		rng := rand.New(rand.NewPCG(11, uint64(i)))
		for i := range values {
			values[i] = T(rng.NormFloat64())
		}
		if err := w.Bind(name, values); err != nil {
			t.Fatal(err)
		}
	}
	return w
}

// place puts the row of that number, which is the same in any place, at place i of the chunk.
func place[T graph.Float](w *ode.Worker[T], i, number int) {
	rng := rand.New(rand.NewPCG(5, uint64(number)))
	for _, col := range w.State(0) {
		col[i] = T(2 * rng.NormFloat64())
	}
	for _, col := range w.Rows("push") {
		col[i] = T(0.3 * rng.NormFloat64())
	}
}

// carry solves and goes back for the rows of these numbers, chunk by chunk.
func carry[T graph.Float](t *testing.T, w *ode.Worker[T], size int, numbers []int) map[int]outcome[T] {
	out := map[int]outcome[T]{}
	var log ode.Record[T]
	for len(numbers) > 0 {
		chunk := numbers[:min(size, len(numbers))]
		numbers = numbers[len(chunk):]
		for i, number := range chunk {
			place(w, i, number)
		}
		require.NoError(t, w.Solve(t.Context(), len(chunk), 0, 1, &log))
		g, err := w.Cotangent(0)
		require.NoError(t, err)
		for i := range chunk {
			g[0][i], g[1][i] = 1, -0.5
		}
		require.NoError(t, w.Back(t.Context(), &log))
		t0, t1 := w.TimeGrads()
		for i, number := range chunk {
			row := func(cols [][]T) (v []T) {
				for _, c := range cols {
					v = append(v, c[i])
				}
				return v
			}
			out[number] = outcome[T]{row(w.State(0)), row(g), row(w.InputGrad("push")), t0[i], t1[i], w.Stats()[i]}
		}
	}
	return out
}

// What a row gets is the same to the last bit alone, in a chunk of any size and in any order: its state, its gradients
// and its cost.
func TestRowsAreIndependent(t *testing.T) {
	t.Run("float32", rowsAreIndependent[float32])
	t.Run("float64", rowsAreIndependent[float64])
}

func rowsAreIndependent[T graph.Float](t *testing.T) {
	const rows = 150
	numbers := make([]int, rows)
	for i := range numbers {
		numbers[i] = i
	}
	shuffled := rand.New(rand.NewPCG(1, 2)).Perm(rows)
	for _, s := range []ode.Solver{{}, {Adjoint: &ode.Adjoint{}}} {
		alone := carry(t, netWorker[T](t, s, 1), 1, numbers)
		for _, c := range []struct {
			size  int
			order []int
		}{{2, numbers}, {37, shuffled}, {128, numbers}, {600, shuffled}} {
			got := carry(t, netWorker[T](t, s, c.size), c.size, c.order)
			differ := 0
			for number, want := range alone {
				if fmt.Sprint(got[number]) != fmt.Sprint(want) {
					differ++
				}
			}
			assert.Zero(t, differ, "rows that differ in chunks of %d", c.size)
		}
	}
}

// Rows that fail leave those beside them as they are, to the last bit.
func TestFailedRowsLeaveTheirNeighbours(t *testing.T) {
	for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		w := netWorker[float32](t, ode.Solver{}, 200)
		numbers := make([]int, 200)
		for i := range numbers {
			numbers[i] = i
		}
		want := carry(t, w, 200, numbers)
		for i := range numbers {
			place(w, i, i)
			if i%7 == 3 {
				w.State(0)[i%2][i] = float32(bad)
			}
		}
		err := w.Solve(t.Context(), 200, 0, 1, nil)
		var failed *ode.SolveError
		require.ErrorAs(t, err, &failed)
		assert.Len(t, failed.Rows, 29, "rows 3, 10, ... 199")
		for i := range numbers {
			got := []float32{w.State(0)[0][i], w.State(0)[1][i]}
			if i%7 == 3 {
				assert.True(t, got[0] != got[0] && got[1] != got[1], "row %d is NaN", i)
			} else {
				assert.Equal(t, want[i].y, got, "row %d", i)
			}
		}
	}
}
