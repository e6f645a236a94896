package nn_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/nn"
)

var (
	someRows  = [][]float64{{0.3, -1.2}, {2.5, 0.1}, {-0.7, -0.4}}
	someTimes = []float64{0, 0.25, -1.5}
)

// byHand evaluates one row of x at time t with the values of the parameters by name.
type byHand func(p func(name string) []float64, t float64, x []float64) []float64

func TestLayersAgainstPlainGo(t *testing.T) {
	prepend := func(n int, t float64, x []float64) []float64 {
		out := make([]float64, n, n+len(x))
		for i := range out {
			out[i] = t
		}
		return append(out, x...)
	}
	linear := func(p func(string) []float64, path string, x []float64) []float64 {
		return affine(x, p(path+"weight"), p(path+"bias"))
	}
	for _, c := range []struct {
		name  string
		layer nn.Layer
		want  byHand
	}{
		{"linear", nn.Linear{Out: 3}, func(p func(string) []float64, _ float64, x []float64) []float64 {
			return linear(p, "", x)
		}},
		{"linear of the input's width", nn.Linear{}, func(p func(string) []float64, _ float64, x []float64) []float64 {
			return linear(p, "", x)
		}},
		{"linear without bias", nn.Linear{Out: 4, NoBias: true}, func(p func(string) []float64, _ float64, x []float64) []float64 {
			return affine(x, p("weight"), make([]float64, 4))
		}},
		{"concat last", nn.ConcatLast, func(_ func(string) []float64, t float64, x []float64) []float64 { return join(x, []float64{t}) }},
		{"concat", nn.Concat, func(_ func(string) []float64, t float64, x []float64) []float64 { return prepend(1, t, x) }},
		{"tile", nn.Tile, func(_ func(string) []float64, t float64, x []float64) []float64 { return prepend(2, t, x) }},
		{"ignore", nn.Ignore, func(_ func(string) []float64, _ float64, x []float64) []float64 { return x }},
		{"seq", nn.Seq{nn.Concat, nn.Linear{Out: 4}, nn.Tanh, nn.Linear{Out: 1}}, func(p func(string) []float64, t float64, x []float64) []float64 {
			return linear(p, "3.", each(math.Tanh, linear(p, "1.", prepend(1, t, x))))
		}},
		{"empty seq", nn.Seq{}, func(_ func(string) []float64, _ float64, x []float64) []float64 { return x }},
		{"func", nn.Func(graph.Neg), func(_ func(string) []float64, _ float64, x []float64) []float64 {
			return []float64{-x[0], -x[1]}
		}},
		{"mlp", nn.MLP{Hidden: []int{5, 4}, Out: 3}, func(p func(string) []float64, t float64, x []float64) []float64 {
			h := each(math.Tanh, linear(p, "0.", prepend(1, t, x)))
			h = each(math.Tanh, linear(p, "1.", prepend(1, t, h)))
			return linear(p, "2.", prepend(1, t, h))
		}},
		{"mlp tile", nn.MLP{Hidden: []int{5, 4}, Time: nn.Tile, Act: nn.Softplus}, func(p func(string) []float64, t float64, x []float64) []float64 {
			softplus := func(v float64) float64 { return math.Log1p(math.Exp(v)) }
			h := each(softplus, linear(p, "0.", prepend(2, t, x)))
			return linear(p, "2.", each(softplus, linear(p, "1.", h)))
		}},
		{"mlp ignore", nn.MLP{Hidden: []int{5}, Time: nn.Ignore, Act: nn.Sin}, func(p func(string) []float64, _ float64, x []float64) []float64 {
			return linear(p, "1.", each(math.Sin, linear(p, "0.", x)))
		}},
		{"mlp without hidden layers", nn.MLP{}, func(p func(string) []float64, t float64, x []float64) []float64 {
			return linear(p, "0.", prepend(1, t, x))
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newParams()
			build(t, c.layer, p, len(someRows[0]))
			shuffleValues(p)
			got := evaluate(t, c.layer, p, "", someRows, someTimes)
			for i, x := range someRows {
				want := c.want(func(name string) []float64 {
					require.NotNil(t, p.Get(name), name)
					return values(p.Get(name))
				}, someTimes[i], x)
				assert.InDeltaSlice(t, want, got[i], 1e-14, "row %d: sums of at most ten terms of size 1, in another order", i)
			}
			alone := evaluate(t, c.layer, p, "", someRows[1:2], someTimes[1:2])
			assert.Equal(t, got[1], alone[0], "a row does not depend on the rows beside it")
		})
	}
}

func TestSameParametersInSeveralGraphs(t *testing.T) {
	p, l := newParams(), nn.MLP{Hidden: []int{4}}
	before := evaluate(t, l, p, "", someRows, someTimes)
	assert.Equal(t, before, evaluate(t, l, p, "", someRows, someTimes), "a second graph draws nothing anew")
	values(p.Get("1.bias"))[0] += 1
	after := evaluate(t, l, p, "", someRows, someTimes)
	assert.InDelta(t, before[0][0]+1, after[0][0], 1e-14, "one rounding")
}
