package graph_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/graph"
)

// evaluator runs a graph on Gorgonia's TapeMachine without any of the package's own machinery: the results that its
// tests compare with. Inputs may have any number of axes.
type evaluator struct {
	t     testing.TB
	g     *graph.Graph
	dtype tensor.Dtype
	in    map[string]*graph.Node
	outs  []*graph.Node
	vm    gorgonia.VM
	reads []*gorgonia.Value
}

// newEvaluator builds the graph that build describes; nil among its results means identically zero.
func newEvaluator(t testing.TB, dtype tensor.Dtype, build func(e *evaluator) []*graph.Node) *evaluator {
	t.Helper()
	e := &evaluator{t: t, dtype: dtype, in: map[string]*graph.Node{}}
	g, err := graph.Build(dtype, 1, func(g *graph.Graph) {
		e.g = g
		e.outs = build(e)
	})
	require.NoError(t, err)
	e.g = g
	needed := map[*graph.Node]bool{}
	var reads gorgonia.Nodes
	for _, o := range e.outs {
		if o == nil {
			e.reads = append(e.reads, nil)
			continue
		}
		for _, n := range graph.Topo(o) {
			needed[n] = true
		}
		value := new(gorgonia.Value)
		e.reads = append(e.reads, value)
		reads = append(reads, gorgonia.Read(o, value))
	}
	var used gorgonia.Nodes
	for _, n := range g.Expr().AllNodes() {
		if n.Op() == nil && needed[n] {
			used = append(used, n)
		}
	}
	prog, where, err := gorgonia.CompileFunction(g.Expr(), used, reads)
	require.NoError(t, err)
	e.vm = gorgonia.NewTapeMachine(g.Expr(), gorgonia.WithPrecompiled(prog, where))
	t.Cleanup(func() { e.vm.Close() })
	return e
}

// input declares an input of any shape; matrices go through the package's own door.
func (e *evaluator) input(name string, shape tensor.Shape) *graph.Node {
	switch len(shape) {
	case 0:
		e.in[name] = gorgonia.NewScalar(e.g.Expr(), e.dtype, gorgonia.WithName(name))
	case 2:
		e.in[name] = e.g.Uniform(name, shape[0], shape[1])
	default:
		e.in[name] = gorgonia.NewTensor(e.g.Expr(), e.dtype, len(shape), gorgonia.WithShape(shape...), gorgonia.WithName(name))
	}
	return e.in[name]
}

// run returns the row-major elements of every result, nil for one that is identically zero.
func (e *evaluator) run(values map[string][]float64) [][]float64 {
	e.t.Helper()
	for name, n := range e.in {
		require.NoError(e.t, gorgonia.Let(n, toValue(e.dtype, n.Shape(), values[name])))
	}
	defer e.vm.Reset()
	require.NoError(e.t, e.vm.RunAll())
	out := make([][]float64, len(e.outs))
	for i, r := range e.reads {
		if r != nil {
			out[i] = toFloats(e.t, *r)
		}
	}
	return out
}

func toValue(dtype tensor.Dtype, shape tensor.Shape, x []float64) gorgonia.Value {
	if dtype == tensor.Float64 {
		if len(shape) == 0 {
			return gorgonia.NewF64(x[0])
		}
		return tensor.New(tensor.WithShape(shape.Clone()...), tensor.WithBacking(append([]float64(nil), x...)))
	}
	if len(shape) == 0 {
		return gorgonia.NewF32(float32(x[0]))
	}
	y := make([]float32, len(x))
	for i, v := range x {
		y[i] = float32(v)
	}
	return tensor.New(tensor.WithShape(shape.Clone()...), tensor.WithBacking(y))
}

// toFloats copies the elements of a value, row-major also where it is a view.
func toFloats(t testing.TB, v gorgonia.Value) []float64 {
	t.Helper()
	if d, ok := v.(*tensor.Dense); ok {
		v = d.Materialize().(*tensor.Dense)
		if dd := v.(*tensor.Dense); dd.RequiresIterator() || dd.DataOrder().IsTransposed() {
			it := dd.Iterator()
			var out []float64
			for i, err := it.Start(); err == nil; i, err = it.Next() {
				switch x := dd.Get(i).(type) {
				case float64:
					out = append(out, x)
				case float32:
					out = append(out, float64(x))
				}
			}
			return out
		}
	}
	switch x := v.Data().(type) {
	case float64:
		return []float64{x}
	case float32:
		return []float64{float64(x)}
	case []float64:
		return append([]float64(nil), x...)
	case []float32:
		out := make([]float64, len(x))
		for i, f := range x {
			out[i] = float64(f)
		}
		return out
	}
	require.FailNow(t, "unexpected element type", "%T", v.Data())
	return nil
}

// draw returns n numbers between lo and hi.
func draw(rng *rand.Rand, n int, lo, hi float64) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = lo + (hi-lo)*rng.Float64()
	}
	return x
}

func seeded(words ...any) *rand.Rand {
	h := uint64(1469598103934665603)
	for _, b := range []byte(fmt.Sprint(words...)) {
		h = (h ^ uint64(b)) * 1099511628211
	}
	return rand.New(rand.NewPCG(h, 1))
}
