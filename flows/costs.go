package flows

import (
	"fmt"

	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/internal/guard"
	"github.com/go-ffjord/ffjord/nn"
)

// Costs are what evaluations take for one row, as numbers of multiply-adds of a matrix product that would take as long.
type Costs struct {
	Dim      int     // of the state
	Field    float64 // f alone
	Exact    float64 // f with its exact trace
	Probe    float64 // f with εᵀJε for one probe ε
	Analytic bool    // the field writes its exact trace in closed form
}

// resolve returns the trace that t stands for in a block, and why; t itself where it is no Chooser.
func (p *plan) resolve(t Trace, field nn.Layer, owner string) (chosen Trace, why string, err error) {
	chooser, ok := t.(Chooser)
	if !ok {
		return t, "", nil
	}
	c, err := p.costs(field, owner)
	if err != nil {
		return nil, "", err
	}
	err = guard.Go(fmt.Sprintf("%T.Choose", chooser), func() (err error) {
		chosen, why, err = chooser.Choose(c)
		return err
	})
	if _, again := chosen.(Chooser); err == nil && (chosen == nil || again) {
		err = fmt.Errorf("%T chooses %T: want a trace that is not itself a Chooser", t, chosen)
	}
	return chosen, why, err
}

// costs counts the arithmetic of a field in a graph that is thrown away.
func (p *plan) costs(field nn.Layer, owner string) (c Costs, err error) {
	_, err = graph.Build(p.params.DtypeOrDefault(), graph.SymbolicRows, func(g *graph.Graph) {
		s, z := p.scope(g, owner).At(g.Rows("t", 1)), g.Rows("y0", p.dim)
		dz := field.Apply(s, z)
		if dz == nil || !dz.Shape().Eq(z.Shape()) {
			graph.Fail("the field must map z (rows, %d) to dz/dt of the same shape, and gives %s", p.dim, shapeOf(dz))
		}
		c = costsOf(g, z, dz, closedTrace(field, s, z, dz))
	})
	return c, err
}

// costsOf counts the arithmetic of f and of its traces. It writes only what counting needs: one probe, in whose place f
// itself stands, and two terms of the exact trace, the second of which stands for all that follow. An exact trace that
// is given is counted as it is.
func costsOf(g *graph.Graph, z, f, trace *graph.Node) Costs {
	c := Costs{Dim: z.Shape()[1], Field: arithmetic(g, f), Probe: arithmetic(g, f, quadratic(z, f, f))}
	if trace != nil {
		c.Exact, c.Analytic = arithmetic(g, f, trace), true
		return c
	}
	roots := []*graph.Node{f}
	var counts [2]float64
	for d := range min(2, c.Dim) {
		if term := diagonal(z, f, d); term != nil {
			roots = append(roots, term)
		}
		counts[d] = arithmetic(g, roots...)
	}
	c.Exact = counts[0]
	if c.Dim > 1 {
		c.Exact += float64(c.Dim-1) * (counts[1] - counts[0])
	}
	return c
}

// arithmetic returns the cost of all ancestors of roots for one row.
func arithmetic(g *graph.Graph, roots ...*graph.Node) float64 { return g.Work(roots...).Total() }
