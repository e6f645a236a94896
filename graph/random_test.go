package graph_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
	"pgregory.net/rapid"

	"github.com/go-ffjord/ffjord/graph"
)

// dense is a matrix in plain Go: the other implementation that random graphs are compared with.
type dense struct {
	rows, cols int
	x          []float64
}

func newDense(rows, cols int, f func(i, j int) float64) dense {
	d := dense{rows, cols, make([]float64, rows*cols)}
	for i := range rows {
		for j := range cols {
			d.x[i*cols+j] = f(i, j)
		}
	}
	return d
}

// at reads with both axes repeated where they have length 1.
func (d dense) at(i, j int) float64 { return d.x[i%d.rows*d.cols+j%d.cols] }

func each(f func(x ...float64) float64) func(in ...dense) dense {
	return func(in ...dense) dense {
		rows, cols := 1, 1
		for _, d := range in {
			rows, cols = max(rows, d.rows), max(cols, d.cols)
		}
		return newDense(rows, cols, func(i, j int) float64 {
			x := make([]float64, len(in))
			for k := range in {
				x[k] = in[k].at(i, j)
			}
			return f(x...)
		})
	}
}

// randomOps have results between -1 and 1, or nearly, for operands between -1 and 1, so that depth does no harm.
var randomOps = []struct {
	name    string
	arity   int
	fits    func(in []dense) bool
	node    func(in ...*graph.Node) *graph.Node
	compute func(in ...dense) dense
}{
	{"average", 2, meet, func(in ...*graph.Node) *graph.Node { return graph.Scale(graph.Add(in[0], in[1]), 0.5) },
		each(func(x ...float64) float64 { return (x[0] + x[1]) / 2 })},
	{"half difference", 2, meet, func(in ...*graph.Node) *graph.Node { return graph.Scale(graph.Sub(in[0], in[1]), 0.5) },
		each(func(x ...float64) float64 { return (x[0] - x[1]) / 2 })},
	{"product", 2, meet, func(in ...*graph.Node) *graph.Node { return graph.Mul(in[0], in[1]) },
		each(func(x ...float64) float64 { return x[0] * x[1] })},
	{"quotient", 2, meet, func(in ...*graph.Node) *graph.Node { return graph.Div(in[0], graph.Shift(graph.Square(in[1]), 1)) },
		each(func(x ...float64) float64 { return x[0] / (x[1]*x[1] + 1) })},
	{"max", 2, meet, func(in ...*graph.Node) *graph.Node { return graph.Max(in[0], in[1]) },
		each(func(x ...float64) float64 { return max(x[0], x[1]) })},
	{"min", 2, meet, func(in ...*graph.Node) *graph.Node { return graph.Min(in[0], in[1]) },
		each(func(x ...float64) float64 { return min(x[0], x[1]) })},
	{"tanh", 1, nil, func(in ...*graph.Node) *graph.Node { return graph.Tanh(in[0]) },
		each(func(x ...float64) float64 { return math.Tanh(x[0]) })},
	{"sine", 1, nil, func(in ...*graph.Node) *graph.Node { return graph.Sin(in[0]) },
		each(func(x ...float64) float64 { return math.Sin(x[0]) })},
	{"sigmoid", 1, nil, func(in ...*graph.Node) *graph.Node { return graph.Sigmoid(in[0]) },
		each(func(x ...float64) float64 { return 1 / (1 + math.Exp(-x[0])) })},
	{"relu", 1, nil, func(in ...*graph.Node) *graph.Node { return graph.ReLU(in[0]) },
		each(func(x ...float64) float64 { return max(x[0], 0) })},
	{"negative", 1, nil, func(in ...*graph.Node) *graph.Node { return graph.Neg(in[0]) },
		each(func(x ...float64) float64 { return -x[0] })},
	{"transpose", 1, nil, func(in ...*graph.Node) *graph.Node { return graph.Transpose(in[0]) },
		func(in ...dense) dense {
			return newDense(in[0].cols, in[0].rows, func(i, j int) float64 { return in[0].at(j, i) })
		}},
	{"mean of rows", 1, nil, func(in ...*graph.Node) *graph.Node {
		return graph.Scale(graph.SumRows(in[0]), 1/float64(in[0].Shape()[0]))
	}, func(in ...dense) dense {
		return newDense(1, in[0].cols, func(_, j int) (s float64) {
			for i := range in[0].rows {
				s += in[0].at(i, j)
			}
			return s / float64(in[0].rows)
		})
	}},
	{"mean of columns", 1, nil, func(in ...*graph.Node) *graph.Node {
		return graph.Scale(graph.SumCols(in[0]), 1/float64(in[0].Shape()[1]))
	}, func(in ...dense) dense {
		return newDense(in[0].rows, 1, func(i, _ int) (s float64) {
			for j := range in[0].cols {
				s += in[0].at(i, j)
			}
			return s / float64(in[0].cols)
		})
	}},
	{"matrix product", 2, func(in []dense) bool { return in[0].cols == in[1].rows }, func(in ...*graph.Node) *graph.Node {
		return graph.Scale(graph.MatMul(in[0], in[1]), 1/float64(in[1].Shape()[0]))
	}, func(in ...dense) dense {
		return newDense(in[0].rows, in[1].cols, func(i, j int) (s float64) {
			for k := range in[1].rows {
				s += in[0].at(i, k) * in[1].at(k, j)
			}
			return s / float64(in[1].rows)
		})
	}},
	{"first column", 1, nil, func(in ...*graph.Node) *graph.Node { return graph.SliceCols(in[0], 0, 1) },
		func(in ...dense) dense {
			return newDense(in[0].rows, 1, func(i, j int) float64 { return in[0].at(i, 0) })
		}},
	{"concat", 2, func(in []dense) bool { return in[0].rows == in[1].rows && in[0].cols+in[1].cols < 7 },
		func(in ...*graph.Node) *graph.Node { return graph.Concat(in...) }, func(in ...dense) dense {
			return newDense(in[0].rows, in[0].cols+in[1].cols, func(i, j int) float64 {
				if j < in[0].cols {
					return in[0].at(i, j)
				}
				return in[1].at(i, j-in[0].cols)
			})
		}},
}

// meet reports whether two operands can be repeated to one shape.
func meet(in []dense) bool {
	a, b := in[0], in[1]
	return (a.rows == b.rows || a.rows == 1 || b.rows == 1) && (a.cols == b.cols || a.cols == 1 || b.cols == 1)
}

// Random graphs with much sharing give on Gorgonia's machine, in two runs, what plain Go computes node by node.
func TestRandomGraphs(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var values []dense
		inputs := map[string][]float64{}
		for k := range rapid.IntRange(1, 4).Draw(rt, "inputs") {
			d := newDense(rapid.IntRange(1, 3).Draw(rt, "rows"), rapid.IntRange(1, 3).Draw(rt, "cols"),
				func(i, j int) float64 { return rapid.Float64Range(-1, 1).Draw(rt, "x") })
			values = append(values, d)
			inputs[fmt.Sprint("x", k)] = d.x
		}
		count := len(values)
		type application struct{ op, a, b int }
		var plan []application
		for range rapid.IntRange(1, 40).Draw(rt, "operators") {
			p := application{rapid.IntRange(0, len(randomOps)-1).Draw(rt, "operator"),
				rapid.IntRange(0, len(values)-1).Draw(rt, "a"), rapid.IntRange(0, len(values)-1).Draw(rt, "b")}
			op := randomOps[p.op]
			in := []dense{values[p.a], values[p.b]}[:op.arity]
			if op.fits == nil || op.fits(in) {
				plan = append(plan, p)
				values = append(values, op.compute(in...))
			}
		}
		if len(plan) == 0 {
			return
		}
		e := newEvaluator(t, tensor.Float64, func(e *evaluator) []*graph.Node {
			var nodes []*graph.Node
			for k := range count {
				nodes = append(nodes, e.input(fmt.Sprint("x", k), shape{values[k].rows, values[k].cols}))
			}
			for _, p := range plan {
				op := randomOps[p.op]
				nodes = append(nodes, op.node([]*graph.Node{nodes[p.a], nodes[p.b]}[:op.arity]...))
			}
			return nodes[count:]
		})
		for range 2 {
			for i, got := range e.run(inputs) {
				want := values[count+i]
				require.Equal(rt, []int{want.rows, want.cols}, []int(e.outs[i].Shape()))
				// Both evaluate the same formulas; they differ by the rounding of sums in another order.
				require.InDeltaSlice(rt, want.x, got, 1e-12, randomOps[plan[i].op].name)
			}
		}
	})
}
