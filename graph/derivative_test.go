package graph_test

import (
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/graph"
)

// R stands for the number of rows in a table of shapes.
const R = -1

// operator is a line of a table of differentiable operators: inputs of the given shapes, with elements drawn between
// lo and hi, and the function of them.
type operator struct {
	name   string
	in     []tensor.Shape
	lo, hi float64
	f      func(x []*graph.Node) *graph.Node
}

func (o operator) shapes(rows int) []tensor.Shape {
	out := make([]tensor.Shape, len(o.in))
	for i, s := range o.in {
		out[i] = s.Clone()
		for j := range s {
			if s[j] == R {
				out[i][j] = rows
			}
		}
	}
	return out
}

// Tolerances. Central differences of step h = 1e-5 on values and slopes of order one have a truncation error of
// h²·f”'/6 ≈ 1e-10 and a rounding error of 1e-16/h = 1e-11; 1e-7 of the largest magnitude leaves room for the steep
// functions of the table. Single precision carries 6e-8 a rounding; 1e-4 leaves room for thousands of them and for the
// cancellation in second derivatives.
const (
	step        = 1e-5
	tolerance   = 1e-7
	tolerance32 = 1e-4
)

// TestOwnOperators and its sibling for Gorgonia's own nodes check, for every line of a table:
//
//	VJP       against central differences of the value,
//	JVP       against central differences of the value along the tangent,
//	VJP∘JVP   against central differences of the JVP, by x and by the tangent,
//	JVP∘VJP   against central differences of the VJP along a second tangent, in x and in the seed,
//	VJP∘VJP   against central differences of the VJP times the tangent, by x and by the seed,
//
// in float64, and all of them in float32 against float64.
func TestOwnOperators(t *testing.T) { checkOperators(t, ownOperators) }

func checkOperators(t *testing.T, table []operator) {
	for i, o := range table {
		for _, rows := range []int{1, 3} {
			if rows == 1 && (reflect.DeepEqual(o.shapes(1), o.shapes(3)) || testing.Short() && i%4 > 0) {
				continue // once is enough
			}
			t.Run(fmt.Sprintf("%s/rows=%d", o.name, rows), func(t *testing.T) { checkOperator(t, o, rows) })
		}
	}
}

// The results of the graph that checkOperator builds: the value, then by input VJP, then JVP, then by input the VJP of
// the JVP by x and by the tangent, then by input the JVP of the VJP, then by input and by the seed the VJP of the VJP.
type derivatives struct {
	inputs int
	out    [][]float64
}

func (d derivatives) value() []float64            { return d.out[0] }
func (d derivatives) vjp(i int) []float64         { return d.out[1+i] }
func (d derivatives) jvp() []float64              { return d.out[1+d.inputs] }
func (d derivatives) vjpOfJVP(i int) []float64    { return d.out[2+d.inputs+i] }
func (d derivatives) vjpOfJVPByT(i int) []float64 { return d.out[2+2*d.inputs+i] }
func (d derivatives) jvpOfVJP(i int) []float64    { return d.out[2+3*d.inputs+i] }
func (d derivatives) vjpOfVJP(i int) []float64    { return d.out[2+4*d.inputs+i] }
func (d derivatives) vjpOfVJPByS() []float64      { return d.out[2+5*d.inputs] }

// names of the inputs beside x0, x1, ...: s the seed, t0, ... the tangent, u0, ... the second one and us its part in
// the direction of the seed.
func buildDerivatives(t *testing.T, dtype tensor.Dtype, o operator, rows int) *evaluator {
	return newEvaluator(t, dtype, func(e *evaluator) []*graph.Node {
		shapes := o.shapes(rows)
		var x, tangent, second []*graph.Node
		for i, s := range shapes {
			x = append(x, e.input(fmt.Sprint("x", i), s))
			tangent = append(tangent, e.input(fmt.Sprint("t", i), s))
			second = append(second, e.input(fmt.Sprint("u", i), s))
		}
		y := o.f(x)
		seed, seed2 := e.input("s", y.Shape().Clone()), e.input("us", y.Shape().Clone())
		ys, seeds := []*graph.Node{y}, []*graph.Node{seed}

		outs := []*graph.Node{y}
		vjp := graph.VJP(ys, seeds, x)
		outs = append(outs, vjp...)
		jvp := graph.JVP(ys, x, tangent)
		outs = append(outs, jvp...)
		if jvp[0] == nil {
			outs = append(outs, make([]*graph.Node, 2*len(x))...)
		} else {
			outs = append(outs, graph.VJP(jvp, seeds, append(append([]*graph.Node(nil), x...), tangent...))...)
		}
		for _, v := range vjp {
			if v == nil {
				outs = append(outs, nil)
				continue
			}
			outs = append(outs, graph.JVP([]*graph.Node{v},
				append(append([]*graph.Node(nil), x...), seed), append(append([]*graph.Node(nil), second...), seed2))...)
		}
		var moving, weights []*graph.Node
		for i, v := range vjp {
			if v != nil {
				moving, weights = append(moving, v), append(weights, tangent[i])
			}
		}
		return append(outs, graph.VJP(moving, weights, append(append([]*graph.Node(nil), x...), seed))...)
	})
}

func checkOperator(t *testing.T, o operator, rows int) {
	e := buildDerivatives(t, tensor.Float64, o, rows)
	rng := seeded(o.name, rows)
	at := map[string][]float64{}
	for _, n := range e.g.Expr().AllNodes() {
		if n.Op() != nil {
			continue
		}
		lo, hi := -1.0, 1.0
		if strings.HasPrefix(n.Name(), "x") {
			lo, hi = o.lo, o.hi
		}
		at[n.Name()] = draw(rng, n.Shape().TotalSize(), lo, hi)
		if len(n.Shape()) == 0 {
			at[n.Name()] = draw(rng, 1, lo, hi)
		}
	}
	inputs := len(o.in)
	run := func(values map[string][]float64) derivatives { return derivatives{inputs, e.run(values)} }
	moved := func(h float64, dirs map[string]string) map[string][]float64 {
		out := map[string][]float64{}
		for name, x := range at {
			out[name] = append([]float64(nil), x...)
		}
		for name, dir := range dirs {
			for k := range out[name] {
				out[name][k] += h * at[dir][k]
			}
		}
		return out
	}
	nudged := func(name string, k int, h float64) map[string][]float64 {
		out := moved(0, nil)
		out[name][k] += h
		return out
	}
	// slope returns the central difference of pick along a displacement.
	slope := func(displace func(h float64) map[string][]float64, pick func(derivatives) []float64) []float64 {
		plus, minus := pick(run(displace(step))), pick(run(displace(-step)))
		d := make([]float64, len(plus))
		for k := range d {
			d[k] = (plus[k] - minus[k]) / (2 * step)
		}
		return d
	}
	// gradient returns the central differences of seed·pick by every element of an input.
	gradient := func(name string, pick func(derivatives) []float64) []float64 {
		d := make([]float64, len(at[name]))
		for k := range d {
			d[k] = dot(at["s"], slope(func(h float64) map[string][]float64 { return nudged(name, k, h) }, pick))
		}
		return d
	}
	tangents, seconds := map[string]string{}, map[string]string{"s": "us"}
	for i := range inputs {
		tangents[fmt.Sprint("x", i)] = fmt.Sprint("t", i)
		seconds[fmt.Sprint("x", i)] = fmt.Sprint("u", i)
	}

	here := run(at)
	close(t, tolerance, slope(func(h float64) map[string][]float64 { return moved(h, tangents) }, derivatives.value), here.jvp(), "JVP")
	for i := range inputs {
		x, tg := fmt.Sprint("x", i), fmt.Sprint("t", i)
		close(t, tolerance, gradient(x, derivatives.value), here.vjp(i), "VJP by %s", x)
		if here.jvp() != nil {
			close(t, tolerance, gradient(x, derivatives.jvp), here.vjpOfJVP(i), "VJP of JVP by %s", x)
			close(t, tolerance, gradient(tg, derivatives.jvp), here.vjpOfJVPByT(i), "VJP of JVP by %s", tg)
		}
		if here.vjp(i) != nil {
			want := slope(func(h float64) map[string][]float64 { return moved(h, seconds) },
				func(d derivatives) []float64 { return d.vjp(i) })
			close(t, tolerance, want, here.jvpOfVJP(i), "JVP of VJP by %s", x)
		}
	}
	// pulled is the VJP times the tangent.
	pulled := func(d derivatives) []float64 {
		total := 0.0
		for i := range inputs {
			if v := d.vjp(i); v != nil {
				total += dot(v, at[fmt.Sprint("t", i)])
			}
		}
		return []float64{total}
	}
	byElement := func(name string) []float64 {
		d := make([]float64, len(at[name]))
		for k := range d {
			d[k] = slope(func(h float64) map[string][]float64 { return nudged(name, k, h) }, pulled)[0]
		}
		return d
	}
	for i := range inputs {
		x := fmt.Sprint("x", i)
		close(t, tolerance, byElement(x), here.vjpOfVJP(i), "VJP of VJP by %s", x)
	}
	close(t, tolerance, byElement("s"), here.vjpOfVJPByS(), "VJP of VJP by s")
	again := run(at)
	for i := range here.out {
		assert.Equal(t, here.out[i], again.out[i], "result %d of a second run", i)
	}
	single := derivatives{inputs, buildDerivatives(t, tensor.Float32, o, rows).run(at)}
	for i := range here.out {
		close(t, tolerance32, here.out[i], single.out[i], "result %d in float32", i)
	}
}

func dot(a, b []float64) (s float64) {
	for i := range a {
		s += a[i] * b[i]
	}
	return s
}

// close compares element by element, relative to the largest magnitude but at least 1. A missing result is zero.
func close(t *testing.T, tol float64, want, got []float64, what string, args ...any) {
	t.Helper()
	scale := 1.0
	for _, w := range want {
		scale = max(scale, math.Abs(w))
	}
	if got == nil {
		got = make([]float64, len(want))
	}
	if want == nil {
		want = make([]float64, len(got))
	}
	if assert.Len(t, got, len(want), what) {
		assert.InDeltaSlice(t, want, got, tol*scale, fmt.Sprintf(what, args...))
	}
}
