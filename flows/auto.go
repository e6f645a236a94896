package flows

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/go-ffjord/ffjord/graph"
)

// Chooser is a Trace that stands for another one. A flow asks for that once, when it is compiled.
type Chooser interface {
	Trace
	// Choose returns the trace to use and says why, in a few words for a person to read.
	Choose(c Costs) (t Trace, why string, err error)
}

// Auto is Exact where that is cheap and Hutchinson's estimate with Rademacher probes elsewhere.
//
// It is Exact where the field and its exact trace together cost at most Budget times the field alone, and where there
// are at least as many probes as dimensions. A network that is asked for each of its derivatives costs about as many
// times itself as there are dimensions; an nn.Traced in closed form costs less.
//
// The default of Budget is for log-densities, of which a single probe tends to miss several nats. For training alone,
// beside an exact EvalTrace, a Budget of 3 is the more economical: one probe has about doubled the variance of the
// gradient of trained networks at most, in any number of dimensions, at a cost of about two fields.
type Auto struct {
	Budget float64    // zero is 16
	Probes int        // of the estimate; zero is 1
	Rand   *rand.Rand // draws the probes; required where the estimate is chosen
}

var _ Chooser = Auto{}

// Choose returns Exact or a Hutchinson.
func (a Auto) Choose(c Costs) (t Trace, why string, err error) {
	h := Hutchinson{Probes: a.Probes, Rand: a.Rand}
	budget := a.Budget
	if budget == 0 {
		budget = 16
	}
	switch {
	case math.IsNaN(budget) || budget < 0:
		return nil, "", fmt.Errorf("Auto: a Budget of %v times the field: want at least 0", a.Budget)
	case a.Probes < 0:
		return nil, "", fmt.Errorf("Auto: %d probes, want at least 1", a.Probes)
	}
	times := func(cost float64) float64 { return cost / max(c.Field, 1) }
	exact := fmt.Sprintf("%.1f times the field alone in %s", times(c.Exact), plural(c.Dim, "dimension"))
	switch {
	case c.Exact <= budget*c.Field || c.Dim <= h.probes():
		if c.Analytic {
			return Exact{}, "exact in closed form: " + exact, nil
		}
		return Exact{}, "exact: " + exact, nil
	case a.Rand == nil:
		return nil, "", fmt.Errorf("Auto: the exact trace takes %s, more than the Budget of %g, and for an estimate Rand is nil",
			exact, budget)
	}
	estimate := c.Field + float64(h.probes())*(c.Probe-c.Field)
	return h, fmt.Sprintf("%s of Hutchinson's estimate: %.1f times the field alone; the exact trace takes %s",
		plural(h.probes(), "probe"), times(estimate), exact), nil
}

// Trace writes the trace that it chooses for f as it stands in g.
func (a Auto) Trace(g *graph.Graph, z, f *graph.Node) *graph.Node {
	t, _, err := a.Choose(costsOf(g, z, f, nil))
	if err != nil {
		graph.Fail("%w", err)
	}
	return t.Trace(g, z, f)
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
