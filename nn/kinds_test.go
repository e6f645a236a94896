package nn_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/nn"
)

// numbers returns the values of a parameter by name.
type numbers func(name string) []float64

// in returns the numbers inside the scope name.
func (p numbers) in(scope string) numbers {
	return func(name string) []float64 { return p(scope + "." + name) }
}

func (p numbers) linear(x []float64) []float64 { return affine(x, p("weight"), p("bias")) }

// kinds holds every way to see the time with the formula of its map number i, written once more by hand. It maps x to
// three columns and appends c to what the map sees.
var kinds = []struct {
	name   string
	timed  nn.Timed
	byHand func(p numbers, i int, t float64, x, c []float64) []float64
	params string // of a map of width 3 from 2 columns, a condition of 2 columns and the time
}{
	{"ignore", nn.Ignore, func(p numbers, _ int, _ float64, x, c []float64) []float64 {
		return p.linear(join(x, c))
	}, "weight 4 3, bias 1 3"},
	{"concat", nn.Concat, func(p numbers, _ int, t float64, x, c []float64) []float64 {
		return p.linear(join([]float64{t}, x, c))
	}, "weight 5 3, bias 1 3"},
	{"concat last", nn.ConcatLast, func(p numbers, _ int, t float64, x, c []float64) []float64 {
		return p.linear(join(x, []float64{t}, c))
	}, "weight 5 3, bias 1 3"},
	{"tile", nn.Tile, func(p numbers, i int, t float64, x, c []float64) []float64 {
		if i > 0 {
			return p.linear(join(x, c))
		}
		return p.linear(join(fill(len(x), t), x, c))
	}, "weight 6 3, bias 1 3"},
	{"concat v2", nn.ConcatV2{}, func(p numbers, _ int, t float64, x, c []float64) []float64 {
		y := p.linear(join(x, c))
		for j := range y {
			y[j] += t * p("shift_weight")[j]
		}
		return y
	}, "weight 4 3, bias 1 3, shift_weight 1 3"},
	{"squash", nn.Squash{}, func(p numbers, _ int, t float64, x, c []float64) []float64 {
		y := p.linear(join(x, c))
		for j := range y {
			y[j] *= sigmoid(t*p("gate_weight")[j] + p("gate_bias")[j])
		}
		return y
	}, "weight 4 3, bias 1 3, gate_weight 1 3, gate_bias 1 3"},
	{"concatsquash", nn.ConcatSquash{}, func(p numbers, _ int, t float64, x, c []float64) []float64 {
		y := p.linear(join(x, c))
		for j := range y {
			y[j] = y[j]*sigmoid(t*p("gate_weight")[j]+p("gate_bias")[j]) + t*p("shift_weight")[j]
		}
		return y
	}, "weight 4 3, bias 1 3, gate_weight 1 3, gate_bias 1 3, shift_weight 1 3"},
	{"blend", nn.Blend{}, func(p numbers, _ int, t float64, x, c []float64) []float64 {
		y0, y1 := p.in("0").linear(join(x, c)), p.in("1").linear(join(x, c))
		for j := range y0 {
			y0[j] = (1-t)*y0[j] + t*y1[j]
		}
		return y0
	}, "0.weight 4 3, 0.bias 1 3, 1.weight 4 3, 1.bias 1 3"},
	{"gated", nn.GatedLinear{}, func(p numbers, _ int, _ float64, x, c []float64) []float64 {
		y, g := p.linear(join(x, c)), p.in("gate").linear(join(x, c))
		for j := range y {
			y[j] *= sigmoid(g[j])
		}
		return y
	}, "weight 4 3, bias 1 3, gate.weight 4 3, gate.bias 1 3"},
	{"fourier", nn.Fourier{}, func(p numbers, i int, t float64, x, c []float64) []float64 {
		if i > 0 {
			return p.linear(join(x, c))
		}
		waves := []float64{
			math.Cos(math.Pi * t), math.Cos(2 * math.Pi * t), math.Cos(3 * math.Pi * t),
			math.Sin(math.Pi * t), math.Sin(2 * math.Pi * t), math.Sin(3 * math.Pi * t),
		}
		return p.linear(join(waves, x, c))
	}, "weight 10 3, bias 1 3"},
	{"fourier of 1", nn.Fourier{Freqs: 1}, func(p numbers, i int, t float64, x, c []float64) []float64 {
		if i > 0 {
			return p.linear(join(x, c))
		}
		return p.linear(join([]float64{math.Cos(math.Pi * t), math.Sin(math.Pi * t)}, x, c))
	}, "weight 6 3, bias 1 3"},
	{"hyper", nn.Hyper{Hidden: 2}, func(p numbers, _ int, t float64, x, c []float64) []float64 {
		h := append([]float64{1}, each(math.Tanh, p.in("hidden").linear([]float64{t}))...)
		x = join(x, c)
		y := make([]float64, len(p("bias"))/len(h))
		for j := range y {
			for k := range h {
				y[j] += h[k] * p("bias")[k*len(y)+j]
				for i := range x {
					y[j] += h[k] * x[i] * p("weight")[(k*len(x)+i)*len(y)+j]
				}
			}
		}
		return y
	}, "hidden.weight 1 2, hidden.bias 1 2, weight 12 3, bias 3 3"},
	{"user's own", ownTimed{}, func(p numbers, _ int, t float64, x, c []float64) []float64 {
		return p.linear(join(each(func(v float64) float64 { return v * t }, x), c))
	}, "weight 4 3, bias 1 3"},
}

// ownTimed multiplies x by the time, as a user's own kind could.
type ownTimed struct{}

func (ownTimed) Linear(_ int, l nn.Linear) nn.Layer {
	return layerFunc(func(s *nn.Scope, x *graph.Node) *graph.Node { return l.Apply(s, graph.Mul(s.Time(), x)) })
}

func join(parts ...[]float64) (out []float64) {
	for _, p := range parts {
		out = append(out, p...)
	}
	return out
}

func fill(n int, v float64) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = v
	}
	return out
}

var someConds = [][]float64{{1, -0.5}, {0.2, 0.8}, {-1.1, 0.4}}

func TestKindsAgainstPlainGo(t *testing.T) {
	for _, c := range kinds {
		for _, cond := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/cond=%v", c.name, cond), func(t *testing.T) {
				layer := c.timed.Linear(0, nn.Linear{Out: 3, Cond: cond})
				compare(t, layer, cond, func(p numbers, t float64, x, given []float64) []float64 {
					return c.byHand(p, 0, t, x, given)
				})
			})
		}
	}
}

func TestKindsInNetworks(t *testing.T) {
	for _, c := range kinds {
		for _, cond := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/cond=%v", c.name, cond), func(t *testing.T) {
				layer := nn.MLP{Hidden: []int{5, 4}, Time: c.timed, Act: nn.Swish{}}
				compare(t, layer, cond, func(p numbers, t float64, x, given []float64) []float64 {
					h := c.byHand(p.in("0"), 0, t, x, given)
					for i := range 2 {
						beta := p.in(fmt.Sprintf("act%d", i))("beta")[0]
						h = each(func(v float64) float64 { return v * sigmoid(beta*v) }, h)
						h = c.byHand(p.in(fmt.Sprint(i+1)), i+1, t, h, nil)
					}
					return h
				})
			})
		}
	}
}

// compare checks a layer on some rows with random parameters against a formula written by hand, which gets the
// condition or nothing.
func compare(t *testing.T, l nn.Layer, cond bool, byHand func(p numbers, t float64, x, c []float64) []float64) {
	t.Helper()
	p := newParams()
	in := map[string][][]float64{"x": someRows, "t": column(someTimes)}
	if cond {
		in["c"] = someConds
	}
	f := conditioned(l, p, in)
	buildGraph(t, p, f)
	shuffleValues(p)
	got := run(t, f, p, "", in)
	for i, x := range someRows {
		var given []float64
		if cond {
			given = someConds[i]
		}
		want := byHand(func(name string) []float64 {
			require.NotNil(t, p.Get(name), name)
			return values(p.Get(name))
		}, someTimes[i], x, given)
		assert.InDeltaSlice(t, want, got[i], 1e-13, "row %d: sums of some tens of terms of size up to 10, in another order", i)
	}
}

func TestKindsParameters(t *testing.T) {
	for _, c := range kinds {
		t.Run(c.name, func(t *testing.T) {
			p := newParams()
			in := map[string][][]float64{"x": someRows, "t": column(someTimes), "c": someConds}
			buildGraph(t, p, conditioned(c.timed.Linear(0, nn.Linear{Out: 3, Cond: true}), p, in))
			assert.Equal(t, c.params, describe(p))

			narrow := newParams()
			buildGraph(t, narrow, conditioned(c.timed.Linear(0, nn.Linear{NoBias: true}), narrow, in))
			assert.Nil(t, narrow.Get("bias"), "no bias")
			var out int
			for q := range narrow.All() {
				_, out = q.Shape()
			}
			assert.Equal(t, len(someRows[0]), out, "zero is the width of x")
		})
	}
}

func describe(p *nn.Params) (s string) {
	for q := range p.All() {
		if s != "" {
			s += ", "
		}
		rows, cols := q.Shape()
		s += fmt.Sprintf("%s %d %d", q.Name(), rows, cols)
	}
	return s
}
