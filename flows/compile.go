package flows

import (
	"fmt"
	"slices"
	"strings"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/nn"
)

const baseOwner = "base"

func compile[T graph.Float](f *Flow, base Base, blocks []Block, dim int) (*compiled[T], error) {
	c := &compiled[T]{flow: f, dim: dim, cond: f.Cond, base: base, offset: map[string]int{}, free: map[int][]*worker[T]{}}
	for i, b := range blocks {
		part, err := c.compileBlock(b, i)
		if err != nil {
			return nil, fmt.Errorf("flows: block %d: %w", i, err)
		}
		c.parts = append(c.parts, part)
		c.shared = c.shared || part.shared()
	}
	if err := c.compileBase(); err != nil {
		return nil, fmt.Errorf("flows: base: %w", err)
	}
	for p := range f.Params.All() {
		if p.Trained() && c.owns(p) {
			c.offset[p.Name()] = c.count
			c.trained = append(c.trained, p)
			grad, _ := p.Grad()
			c.grads = append(c.grads, grad.Data().([]T))
			c.count += p.Value().(*tensor.Dense).DataSize()
		}
	}
	for i, part := range c.parts {
		if err := part.bind(); err != nil {
			return nil, fmt.Errorf("flows: block %d: %w", i, err)
		}
	}
	var err error
	if c.bound, err = c.bind(baseOwner, c.logp.Graph(), []string{"z"}); err != nil {
		return nil, fmt.Errorf("flows: base: %w", err)
	}
	return c, nil
}

// owns tells whether a parameter is of this flow: its Params may serve others.
func (c *compiled[T]) owns(p *nn.Param) bool {
	owner, _, _ := strings.Cut(p.Name(), ".")
	if owner == baseOwner {
		return true
	}
	for i := range c.parts {
		if owner == blockOwner(i) {
			return true
		}
	}
	return false
}

// foreign returns the name of a parameter that is not of this flow, empty where there is none.
func (c *compiled[T]) foreign() string {
	for p := range c.flow.Params.All() {
		if !c.owns(p) {
			return p.Name()
		}
	}
	return ""
}

// model returns the parameters that training moves.
func (c *compiled[T]) model() []gorgonia.ValueGrad {
	out := make([]gorgonia.ValueGrad, len(c.trained))
	for i, p := range c.trained {
		out[i] = p
	}
	return out
}

func (c *compiled[T]) compileBlock(b Block, i int) (part[T], error) {
	switch b := b.(type) {
	case nil, *FFJORD:
		return nil, fmt.Errorf("it is nil")
	case FFJORD:
		return compileSolved(c, b, blockOwner(i))
	default:
		return compileMapped(c, b, blockOwner(i))
	}
}

// bind looks up the uniform inputs of a graph among the parameters of their owner. The inputs per row must be among
// those that the flow feeds.
func (c *compiled[T]) bind(owner string, g *graph.Graph, fed []string) ([]bound[T], error) {
	var out []bound[T]
	for _, in := range g.Inputs() {
		if in.PerRow {
			if !slices.Contains(fed, in.Name) {
				return nil, fmt.Errorf("nothing feeds the input per row %q; a condition comes through Given, noise through a Noisy trace", in.Name)
			}
			continue
		}
		p := c.flow.Params.Get(owner + "." + in.Name)
		if p == nil {
			return nil, fmt.Errorf("uniform input %q is no parameter; declare it with the scope's Param", in.Name)
		}
		offset, trained := c.offset[p.Name()]
		out = append(out, bound[T]{in.Name, p.Value().Data().([]T), offset, trained})
	}
	return out, nil
}

func (c *compiled[T]) compileBase() error {
	write := func(g *graph.Graph) (z, logp *graph.Node) {
		z = g.Rows("z", c.dim)
		logp = c.base.LogProb(nn.NewScope(g, c.flow.Params, baseOwner, nil), z)
		if logp == nil || len(logp.Shape()) != 2 || logp.Shape()[1] != 1 {
			graph.Fail("flows: the log-density of a %T must be a column (rows, 1), and is %s", c.base, shapeOf(logp))
		}
		return z, logp
	}
	var err error
	c.logp, err = graph.CompileFor[T](c.flow.Engine, func(g *graph.Graph) {
		_, logp := write(g)
		g.Output("logp", logp)
	})
	if err != nil {
		return err
	}
	c.logpVJP, err = graph.CompileFor[T](c.flow.Engine, func(g *graph.Graph) {
		z, logp := write(g)
		c.pullback(g, baseOwner, []*graph.Node{logp}, []*graph.Node{g.Rows("seed", 1)}, []*graph.Node{z}, []string{"gz"})
	})
	return err
}

// pullback writes the gradients of outs, with the given seeds, with respect to the nodes wrt, zero where there is none,
// and with respect to the owner's trained parameters, whose outputs have their names.
func (c *compiled[T]) pullback(g *graph.Graph, owner string, outs, seeds, wrt []*graph.Node, names []string) {
	rows := len(wrt)
	for _, in := range g.Inputs() {
		if p := c.flow.Params.Get(owner + "." + in.Name); !in.PerRow && p != nil && p.Trained() {
			wrt, names = append(wrt, in.Node), append(names, in.Name)
		}
	}
	for i, grad := range graph.VJP(outs, seeds, wrt) {
		if grad == nil && i < rows {
			grad = graph.Fill(wrt[i], 0)
		}
		if grad != nil {
			g.Output(names[i], grad)
		}
	}
}
