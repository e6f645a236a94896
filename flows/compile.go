package flows

import (
	"fmt"
	"slices"

	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/nn"
	"github.com/go-ffjord/ffjord/ode"
)

const baseOwner = "base"

func compile[T graph.Float](f *Flow, base Base, blocks []Block, dim int) (*compiled[T], error) {
	params := f.Params
	c := &compiled[T]{dim: dim, cond: f.Cond, backend: f.Engine, base: base, offset: map[string]int{}, free: map[int][]*worker[T]{}}
	for i, leaf := range blocks {
		b, _ := leaf.(FFJORD)
		b, err := b.withDefaults()
		if err != nil {
			return nil, fmt.Errorf("flows: block %d %w", i, err)
		}
		cb := compiledBlock[T]{FFJORD: b, owner: fmt.Sprintf("block%d", i)}
		if err := cb.compile(f, dim); err != nil {
			return nil, fmt.Errorf("flows: block %d: %w", i, err)
		}
		c.shared = c.shared || b.Solver.Shared || b.Eval != nil && b.Eval.Shared
		c.blocks = append(c.blocks, cb)
	}
	if err := c.compileBase(params); err != nil {
		return nil, fmt.Errorf("flows: base: %w", err)
	}
	for p := range params.All() {
		c.offset[p.Name()] = c.count
		c.params = append(c.params, p)
		c.count += p.Value().(*tensor.Dense).DataSize()
	}
	var err error
	for i := range c.blocks {
		b := &c.blocks[i]
		if b.bound, err = c.bind(params, b.owner, b.train.Graph(), b.fed()); err != nil {
			return nil, fmt.Errorf("flows: block %d: %w", i, err)
		}
	}
	if c.bound, err = c.bind(params, baseOwner, c.logp.Graph(), []string{"z"}); err != nil {
		return nil, fmt.Errorf("flows: base: %w", err)
	}
	return c, nil
}

func (b *compiledBlock[T]) compile(f *Flow, dim int) (err error) {
	traced, plain, eval := b.problem(f, b.owner, dim, logDetOnly), b.problem(f, b.owner, dim, nothing), b.Solver
	if b.train, err = ode.NewIntegrator[T](traced, b.Solver); err != nil {
		return err
	}
	b.traced = b.train
	if b.Eval != nil {
		eval = *b.Eval
	}
	if b.Eval != nil || b.EvalTrace != nil {
		traced := b.evaluated().problem(f, b.owner, dim, logDetOnly)
		if b.traced, err = ode.NewIntegrator[T](traced, eval); err != nil {
			return err
		}
	}
	eval.Components = eval.Components[:min(1, len(eval.Components))] // there is no log det to have a tolerance
	b.plain, err = ode.NewIntegrator[T](plain, eval)
	return err
}

// fed returns the names of the inputs per row of the block's steps that get values.
func (b *compiledBlock[T]) fed() []string {
	names := append([]string{condInput}, ode.StepInputs(2)...)
	for _, trace := range []Trace{b.Trace, b.EvalTrace} {
		if noisy, ok := trace.(Noisy); ok {
			names = append(names, noisy.Inputs()...)
		}
	}
	return names
}

// bind looks up the uniform inputs of a graph among the parameters of their owner. The inputs per row must be among
// those that the flow feeds.
func (c *compiled[T]) bind(params *nn.Params, owner string, g *graph.Graph, fed []string) ([]bound[T], error) {
	var out []bound[T]
	for _, in := range g.Inputs() {
		if in.PerRow {
			if !slices.Contains(fed, in.Name) {
				return nil, fmt.Errorf("nothing feeds the input per row %q; a condition comes through Given, noise through a Noisy trace", in.Name)
			}
			continue
		}
		p := params.Get(owner + "." + in.Name)
		if p == nil {
			return nil, fmt.Errorf("uniform input %q is no parameter; declare it with the scope's Param", in.Name)
		}
		out = append(out, bound[T]{in.Name, p.Value().Data().([]T), c.offset[p.Name()]})
	}
	return out, nil
}

func (c *compiled[T]) compileBase(params *nn.Params) error {
	write := func(g *graph.Graph) (z, logp *graph.Node) {
		z = g.Rows("z", c.dim)
		logp = c.base.LogProb(nn.NewScope(g, params, baseOwner, nil), z)
		if logp == nil || len(logp.Shape()) != 2 || logp.Shape()[1] != 1 {
			graph.Fail("flows: the log-density of a %T must be a column (rows, 1)", c.base)
		}
		return z, logp
	}
	var err error
	c.logp, err = graph.CompileFor[T](c.backend, func(g *graph.Graph) {
		_, logp := write(g)
		g.Output("logp", logp)
	})
	if err != nil {
		return err
	}
	c.logpVJP, err = graph.CompileFor[T](c.backend, func(g *graph.Graph) {
		z, logp := write(g)
		wrt, names := []*graph.Node{z}, []string{"gz"}
		for _, in := range g.Inputs() {
			if !in.PerRow {
				wrt, names = append(wrt, in.Node), append(names, in.Name)
			}
		}
		for i, grad := range graph.VJP([]*graph.Node{logp}, []*graph.Node{g.Rows("seed", 1)}, wrt) {
			if grad != nil {
				g.Output(names[i], grad)
			} else if i == 0 {
				g.Output(names[i], graph.Fill(z, 0))
			}
		}
	})
	return err
}
