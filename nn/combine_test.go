package nn_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/nn"
)

func TestResidualAgainstPlainGo(t *testing.T) {
	compare(t, nn.Residual{Body: nn.Seq{nn.Linear{Out: 3}, nn.Tanh, nn.Linear{Out: 2}}}, false,
		func(p numbers, _ float64, x, _ []float64) []float64 {
			y := p.in("2").linear(each(math.Tanh, p.in("0").linear(x)))
			return []float64{x[0] + y[0], x[1] + y[1]}
		})
}

func TestMixtureAgainstPlainGo(t *testing.T) {
	compare(t, nn.Mixture{nn.Linear{}, nn.Seq{nn.Concat, nn.Linear{Out: 2}}, nn.Sin}, false,
		func(p numbers, t float64, x, _ []float64) []float64 {
			w := p.linear([]float64{t})
			a, b := p.in("0").linear(x), p.in("1").in("1").linear(join([]float64{t}, x))
			y := make([]float64, 2)
			for j := range y {
				y[j] = w[0]*a[j] + w[1]*b[j] + w[2]*math.Sin(x[j])
			}
			return y
		})
}

func TestSwishStartsAsSiLU(t *testing.T) {
	p := newParams()
	got := evaluate(t, nn.Swish{}, p, "", someRows, someTimes)
	want := evaluate(t, nn.SiLU, p, "", someRows, someTimes)
	assert.Equal(t, want, got)
	assert.Equal(t, "beta 1 1", describe(p))
	values(p.Get("beta"))[0] = 0
	assert.Equal(t, someRows[1][0]/2, evaluate(t, nn.Swish{}, p, "", someRows, someTimes)[1][0], "σ(0) is 1/2")
}

// The numbers that PyTorch's linear layers start with, whose biases know the width of their input.
func TestInitialValues(t *testing.T) {
	p := newParams()
	build(t, nn.MLP{Hidden: []int{400}, Time: nn.ConcatSquash{}, Init: nn.UniformFanIn, BiasInit: nn.UniformFanIn}, p, 2)
	for _, c := range []struct {
		name  string
		bound float64
	}{
		{"0.weight", 1 / math.Sqrt2},
		{"0.bias", 1 / math.Sqrt2},
		{"0.gate_weight", 1},
		{"0.gate_bias", 1},
		{"0.shift_weight", 1},
		{"1.weight", 1. / 20},
		{"1.bias", 1. / 20},
	} {
		got := largest(values(p.Get(c.name)))
		assert.LessOrEqual(t, got, c.bound, c.name)
		if n := len(values(p.Get(c.name))); n >= 400 {
			assert.Greater(t, got, 0.97*c.bound, "%s: 0.97⁴⁰⁰ is 5e-6", c.name)
		}
	}

	p = newParams()
	build(t, nn.ConcatSquash{Out: 3, Init: nn.Constant(2), BiasInit: nn.Constant(5)}, p, 2)
	assert.Equal(t, []float64{2, 2, 2, 2, 2, 2}, values(p.Get("weight")))
	assert.Equal(t, []float64{5, 5, 5}, values(p.Get("bias")))
}

// A concat-v2 map is a concat map whose row of the time stands apart.
func TestConcatV2IsConcat(t *testing.T) {
	p, q := newParams(), newParams()
	build(t, nn.ConcatV2{Out: 3}, p, 2)
	build(t, nn.Concat.Linear(0, nn.Linear{Out: 3}), q, 2)
	shuffleValues(p)
	copy(values(q.Get("weight")), join(values(p.Get("shift_weight")), values(p.Get("weight"))))
	copy(values(q.Get("bias")), values(p.Get("bias")))
	assert.InDeltaSlice(t,
		join(evaluate(t, nn.Concat.Linear(0, nn.Linear{Out: 3}), q, "", someRows, someTimes)...),
		join(evaluate(t, nn.ConcatV2{Out: 3}, p, "", someRows, someTimes)...), 1e-14, "four terms in another order")
}

func TestBlendMeetsBothMaps(t *testing.T) {
	p := newParams()
	build(t, nn.Blend{}, p, 2)
	shuffleValues(p)
	got := evaluate(t, nn.Blend{}, p, "", someRows[:2], []float64{0, 1})
	assert.InDeltaSlice(t, affine(someRows[0], values(p.Get("0.weight")), values(p.Get("0.bias"))), got[0], 1e-15, "t = 0")
	assert.InDeltaSlice(t, affine(someRows[1], values(p.Get("1.weight")), values(p.Get("1.bias"))), got[1], 1e-14, "t = 1: y₀ + (y₁ - y₀)")
}

// The time may be one number (1, 1) for all rows.
func TestTimeSharedByAllRows(t *testing.T) {
	for _, c := range kinds {
		t.Run(c.name, func(t *testing.T) {
			p, l := newParams(), nn.MLP{Hidden: []int{3}, Time: c.timed}
			build(t, l, p, 2)
			shuffleValues(p)
			perRow := evaluate(t, l, p, "", someRows, []float64{0.3, 0.3, 0.3})
			ask(t, p, want{"now", 1, 1, nn.Constant(0.3)})
			got := run(t, func(g *graph.Graph) {
				g.Output("y", l.Apply(nn.NewScope(g, p, "", g.Uniform("now", 1, 1)), g.Rows("x", 2)))
			}, p, "", map[string][][]float64{"x": someRows})
			assert.InDeltaSlice(t, join(perRow...), join(got...), 1e-13, "another order of operations")
		})
	}
}
