package flows

import (
	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/internal/place"
	"github.com/go-ffjord/ffjord/nn"
)

// compiledBase is the base density, compiled.
type compiledBase[T graph.Float] struct {
	logp    *graph.Program[T] // z → logp
	logpVJP *graph.Program[T] // z, seed → gz and the gradients of the base's parameters
	params  []bound[T]
}

// The inputs and outputs of a base's programs, beside its parameters.
const (
	baseZ    = "z"
	baseLogP = "logp"
	baseSeed = "seed"
	baseGrad = "gz"
)

func (c *compiled[T]) compileBase() error {
	p := c.plan
	write := func(g *graph.Graph) (z, logp *graph.Node) {
		g.SetBudget(p.budget)
		z = g.Rows(baseZ, p.dim)
		logp = p.base.LogProb(nn.NewScope(g, p.params, baseOwner, nil), z)
		if logp == nil || len(logp.Shape()) != 2 || logp.Shape()[1] != 1 {
			graph.Fail("the log-density of a %T must be a column (rows, 1), and is %s", p.base, shapeOf(logp))
		}
		return z, logp
	}
	var err error
	c.base.logp, err = graph.CompileFor[T](p.engine, func(g *graph.Graph) {
		_, logp := write(g)
		g.Output(baseLogP, logp)
	})
	if err == nil {
		c.base.logpVJP, err = graph.CompileFor[T](p.engine, func(g *graph.Graph) {
			z, logp := write(g)
			outs, seeds := []*graph.Node{logp}, []*graph.Node{g.Rows(baseSeed, 1)}
			p.pullback(g, baseOwner, outs, seeds, []*graph.Node{z}, []string{baseGrad})
		})
	}
	if err != nil {
		return place.In("flows: base", err)
	}
	return nil
}

// bindBase finds the numbers of the base's parameters, once all exist.
func (c *compiled[T]) bindBase() (err error) {
	if c.base.params, err = c.bind(baseOwner, c.base.logp.Graph(), []string{baseZ}); err != nil {
		return place.In("flows: base", err)
	}
	return nil
}
