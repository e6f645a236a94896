package graph_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/graph"
)

// A tangent that lies in a few columns takes another way through a product; the result is that of the same numbers
// written out in full.
func TestNarrowTangents(t *testing.T) {
	tests := []struct {
		name   string
		narrow func(x, part *graph.Node) *graph.Node
		from   int
		full   []float64 // one row of the part, or nil for the input part
		cols   int
	}{
		{"unit", func(x, _ *graph.Node) *graph.Node { return graph.PadCols(graph.FillCols(x, 1, 1), 1, 3) }, 1, []float64{1}, 1},
		{"multiple of a unit", func(x, _ *graph.Node) *graph.Node { return graph.PadCols(graph.FillCols(x, -2.5, 1), 2, 3) }, 2, []float64{-2.5}, 1},
		{"two alike", func(x, _ *graph.Node) *graph.Node { return graph.PadCols(graph.FillCols(x, 2, 2), 0, 3) }, 0, []float64{2, 2}, 2},
		{"some columns", func(_, part *graph.Node) *graph.Node { return graph.PadCols(part, 1, 3) }, 1, nil, 2},
	}
	for _, tt := range tests {
		for _, rows := range []int{1, 4} {
			t.Run(fmt.Sprint(tt.name, rows), func(t *testing.T) {
				e := newEvaluator(t, tensor.Float64, func(e *evaluator) []*graph.Node {
					x, w, u := e.input("x", shape{rows, 3}), e.input("w", shape{3, 2}), e.input("u", shape{3, rows})
					part, full := e.input("part", shape{rows, 2}), e.input("full", shape{rows, 3})
					outs := []*graph.Node{graph.MatMul(x, w), graph.Tanh(graph.MatMul(graph.Concat(x, x), graph.Transpose(graph.Concat(
						graph.Transpose(w), graph.Transpose(w))))), graph.MatMul(u, x)}
					wrt := []*graph.Node{x}
					narrow := graph.JVP(outs, wrt, []*graph.Node{tt.narrow(x, part)})
					return append(narrow, graph.JVP(outs, wrt, []*graph.Node{full})...)
				})
				rng := seeded(tt.name, rows)
				values := map[string][]float64{"x": draw(rng, rows*3, -1, 1), "w": draw(rng, 6, -1, 1), "u": draw(rng, rows*3, -1, 1),
					"part": draw(rng, rows*2, -1, 1), "full": make([]float64, rows*3)}
				for i := range rows {
					for j := range tt.cols {
						if tt.full != nil {
							values["full"][i*3+tt.from+j] = tt.full[j]
						} else {
							values["full"][i*3+tt.from+j] = values["part"][i*2+j]
						}
					}
				}
				got := e.run(values)
				for i := range 3 {
					assert.InDeltaSlice(t, got[3+i], got[i], 1e-15*10, "result %d", i)
				}
			})
		}
	}
}

// Inner nodes and outputs themselves may be differentiated by, and what nothing depends on has no derivative.
func TestInnerAndAbsent(t *testing.T) {
	e := newEvaluator(t, tensor.Float64, func(e *evaluator) []*graph.Node {
		x, other, seed := e.input("x", shape{1, 2}), e.input("other", shape{1, 2}), e.input("seed", shape{1, 2})
		h := graph.Square(x)
		y := graph.Cube(h)
		ys, seeds := []*graph.Node{y}, []*graph.Node{seed}
		grads := graph.VJP(ys, seeds, []*graph.Node{x, h, y, other})
		assert.Nil(t, grads[3])
		assert.True(t, grads[2] == seed)
		assert.Nil(t, graph.VJP(ys, []*graph.Node{nil}, []*graph.Node{x})[0], "a seed of zero")
		assert.Nil(t, graph.JVP(ys, []*graph.Node{other}, seeds)[0])
		assert.Nil(t, graph.JVP(ys, []*graph.Node{x}, []*graph.Node{nil})[0], "a tangent of zero")
		assert.True(t, graph.JVP(ys, ys, seeds)[0] == seed)
		twice := graph.VJP([]*graph.Node{y, y}, []*graph.Node{seed, seed}, []*graph.Node{h})[0]
		inner := graph.JVP(ys, []*graph.Node{h}, seeds)[0]
		both := graph.JVP(ys, []*graph.Node{x, h}, []*graph.Node{other, seed})[0]
		return []*graph.Node{grads[0], grads[1], twice, inner, both, graph.Grad(y, x)[0]}
	})
	x, s := []float64{0.5, 2}, []float64{3, -1}
	got := e.run(map[string][]float64{"x": x, "seed": s, "other": {7, 7}})
	for k := range x {
		h := x[k] * x[k]
		assert.InDelta(t, 3*h*h*2*x[k]*s[k], got[0][k], 1e-12)
		assert.InDelta(t, 3*h*h*s[k], got[1][k], 1e-12)
		assert.InDelta(t, 2*3*h*h*s[k], got[2][k], 1e-12)
		assert.InDelta(t, 3*h*h*s[k], got[3][k], 1e-12)
		assert.InDelta(t, 3*h*h*s[k], got[4][k], 1e-12, "a variable of its own")
		assert.InDelta(t, 3*h*h*2*x[k], got[5][k], 1e-12)
	}
}
