package flows_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/nn"
)

func TestAutoChooses(t *testing.T) {
	rng := seeded(1)
	small := flows.Costs{Dim: 2, Field: 100, Exact: 310, Probe: 210}
	large := flows.Costs{Dim: 64, Field: 100, Exact: 5400, Probe: 190}
	closed := flows.Costs{Dim: 64, Field: 100, Exact: 160, Probe: 190, Analytic: true}
	const tooMuch = "the exact trace takes 54.0 times the field alone in 64 dimensions"
	for _, c := range []struct {
		name  string
		auto  flows.Auto
		costs flows.Costs
		want  flows.Trace
		why   string
	}{
		{"small", flows.Auto{}, small, flows.Exact{}, "exact: 3.1 times the field alone in 2 dimensions"},
		{"constant", flows.Auto{}, flows.Costs{Dim: 1}, flows.Exact{}, "exact: 0.0 times the field alone in 1 dimension"},
		{"closed form", flows.Auto{}, closed, flows.Exact{}, "exact in closed form: 1.6 times the field alone in 64 dimensions"},
		{"large", flows.Auto{Rand: rng}, large, flows.Hutchinson{Rand: rng}, "1 probe of Hutchinson's estimate: 1.9 times the field alone; " + tooMuch},
		{"probes", flows.Auto{Probes: 4, Rand: rng}, large, flows.Hutchinson{Probes: 4, Rand: rng}, "4 probes of Hutchinson's estimate: 4.6 times the field alone; " + tooMuch},
		{"little budget", flows.Auto{Budget: 3, Rand: rng}, small, flows.Hutchinson{Rand: rng}, "1 probe of Hutchinson's estimate: 2.1 times the field alone; the exact trace takes 3.1 times the field alone in 2 dimensions"},
		{"just enough budget", flows.Auto{Budget: 3.1}, small, flows.Exact{}, "exact: 3.1 times the field alone in 2 dimensions"},
		{"as many probes as dimensions", flows.Auto{Budget: 1, Probes: 2, Rand: rng}, small, flows.Exact{}, "exact: 3.1 times the field alone in 2 dimensions"},
		{"any budget", flows.Auto{Budget: math.Inf(1)}, large, flows.Exact{}, "exact: 54.0 times the field alone in 64 dimensions"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, why, err := c.auto.Choose(c.costs)
			require.NoError(t, err)
			assert.Equal(t, c.want, got)
			assert.Equal(t, c.why, why)
		})
	}
	for _, c := range []struct {
		auto flows.Auto
		want string
	}{
		{flows.Auto{}, "Auto: the exact trace takes 54.0 times the field alone in 64 dimensions, more than the Budget of 16, and for an estimate Rand is nil"},
		{flows.Auto{Budget: -1, Rand: rng}, "Auto: a Budget of -1 times the field: want at least 0"},
		{flows.Auto{Budget: math.NaN(), Rand: rng}, "Auto: a Budget of NaN times the field: want at least 0"},
		{flows.Auto{Probes: -2, Rand: rng}, "Auto: -2 probes, want at least 1"},
	} {
		_, _, err := c.auto.Choose(large)
		assert.EqualError(t, err, c.want)
	}
}

// A flow asks Auto once and then is what it has chosen, to the last bit: exact in few dimensions and in closed form, an
// estimate with noise in many.
func TestAutoInAFlow(t *testing.T) {
	deep := nn.MLP{Hidden: []int{8, 8}}
	for _, c := range []struct {
		name       string
		dim        int
		field      nn.Layer
		auto, same flows.Trace
		why        string
	}{
		{"few dimensions", 2, deep, flows.Auto{}, flows.Exact{}, "exact: "},
		{"closed form", 40, nn.MLP{Hidden: []int{8}}, flows.Auto{}, flows.Exact{}, "exact in closed form: "},
		{"many dimensions", 40, deep, flows.Auto{Probes: 2, Rand: seeded(4)}, flows.Hutchinson{Probes: 2, Rand: seeded(4)}, "2 probes of Hutchinson's estimate: "},
	} {
		t.Run(c.name, func(t *testing.T) {
			x := draw(seeded(1), 5, c.dim, 1)
			f := withTrace(c.dim, c.field, c.auto)
			assert.Equal(t, logProb(t, withTrace(c.dim, c.field, c.same), x), logProb(t, f, x))
			summary, err := f.Summary()
			require.NoError(t, err)
			assert.Contains(t, summary, "trace    "+c.why)
		})
	}
	err := withTrace(40, deep, flows.Auto{}).Compile()
	assert.ErrorContains(t, err, "flows: block 0: Auto: the exact trace takes")
}

// In a graph of one's own Auto writes what it would choose there.
func TestAutoWritesWhatItChooses(t *testing.T) {
	z := points(5, 3)
	exact, _ := estimates[float64](t, steepOf(3), flows.Exact{}, z, 1)
	got, _ := estimates[float64](t, steepOf(3), flows.Auto{}, z, 1)
	assert.Equal(t, exact, got)

	inputs := func(dim int, a flows.Auto) (names []string, err error) {
		g, err := graph.Build(tensor.Float32, graph.SymbolicRows, func(g *graph.Graph) {
			z := g.Rows("z", dim)
			g.Output("trace", a.Trace(g, z, steepOf(dim).Apply(nn.NewScope(g, nn.NewParams(seeded(1)), "", nil), z)))
		})
		if err != nil {
			return nil, err
		}
		for _, in := range g.Inputs() {
			if in.PerRow {
				names = append(names, in.Name)
			}
		}
		return names, nil
	}
	names, err := inputs(80, flows.Auto{Probes: 2, Rand: seeded(1)})
	require.NoError(t, err)
	assert.Equal(t, []string{"z", "noise0", "noise1"}, names)
	_, err = inputs(80, flows.Auto{})
	assert.ErrorContains(t, err, "for an estimate Rand is nil")
}

// fickle is a Chooser that does not choose.
type fickle struct {
	flows.Exact
	t flows.Trace
}

func (f fickle) Choose(flows.Costs) (flows.Trace, string, error) { return f.t, "", nil }

func TestChooserMustChoose(t *testing.T) {
	for want, chosen := range map[string]flows.Trace{
		"flows: block 0: flows_test.fickle chooses <nil>: want a trace that is not itself a Chooser":      nil,
		"flows: block 0: flows_test.fickle chooses flows.Auto: want a trace that is not itself a Chooser": flows.Auto{},
	} {
		err := newFlow(tensor.Float32, 2, flows.FFJORD{Field: nn.Linear{}, Trace: fickle{t: chosen}}).Compile()
		assert.EqualError(t, err, want)
	}
}
