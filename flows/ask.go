package flows

import (
	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/nn"
)

// ask makes every block and the base ask for their parameters, by writing each once into a graph without steps, traces
// and derivatives. It takes a small part of the time of compiling and finds every parameter that is missing or has
// another shape. The parameters' values need not be there yet.
func (f *Flow) ask() error {
	p, err := f.plan()
	if err != nil {
		return err
	}
	var blocks []Block
	if f.Blocks != nil {
		blocks = leaves(f.Blocks)
	}
	_, err = graph.Build(f.Params.DtypeOrDefault(), graph.SymbolicRows, func(g *graph.Graph) {
		z, s := g.Rows("z", p.dim), p.scope(g, "") // which gives parameters their whole names
		for i, b := range blocks {
			in := s.In(blockOwner(i))
			switch b := b.(type) {
			case nil, *FFJORD:
				graph.Fail("block %d: it is nil", i)
			case FFJORD:
				b.ask(in, z)
			default:
				forward(b, in, z)
			}
		}
		p.base.LogProb(s.In(baseOwner), z)
	})
	return err
}

// ask writes the field at a time, and asks for what else the block learns.
func (b FFJORD) ask(s *nn.Scope, z *graph.Node) {
	b, err := b.withDefaults()
	if err != nil {
		graph.Fail("FFJORD %w", err)
	}
	b.field(s.At(graph.FillCols(z, b.T0, 1)), z, false)
	if name := b.learns(); name != "" {
		s.Param(name, b.startLearnt(), 1, 1)
	}
}
