package flows

import (
	"context"
	"fmt"
	"slices"

	"github.com/go-ffjord/ffjord/graph"
)

// compiledClosed is a block in closed form, compiled.
type compiledClosed[T graph.Float] struct {
	flow  *compiled[T]
	block Block
	owner string

	programs [2]*graph.Program[T]          // forward and inverse: from → to and log det
	pulls    [2][2]lazy[*graph.Program[T]] // their vector-Jacobian products, without and with that by the condition
	params   []bound[T]
}

// The inputs and outputs of a block's programs, beside its parameters.
const (
	mapFrom     = "from z"
	mapTo       = "to z"
	mapLogDet   = "log det"
	mapSeed     = "seed of z"
	mapSeedDet  = "seed of log det"
	mapGrad     = "grad of z"
	mapGradCond = "grad of cond"
)

func compileClosed[T graph.Float](c *compiled[T], b Block, owner string) (*compiledClosed[T], error) {
	p := &compiledClosed[T]{flow: c, block: b, owner: owner}
	for i := range p.programs {
		var err error
		p.programs[i], err = graph.CompileFor[T](c.plan.engine, func(g *graph.Graph) {
			_, to, logDet := p.write(g, i)
			g.Output(mapTo, to)
			g.Output(mapLogDet, logDet)
		})
		if err != nil {
			return nil, err
		}
	}
	return p, nil
}

// index is 1 for what is, such as the inverse direction, and 0 for what is not.
func index(is bool) int {
	if is {
		return 1
	}
	return 0
}

// write writes the block in one direction.
func (p *compiledClosed[T]) write(g *graph.Graph, direction int) (from, to, logDet *graph.Node) {
	s := p.flow.plan.scope(g, p.owner)
	from = g.Rows(mapFrom, p.flow.plan.dim)
	if direction == 1 {
		to, logDet = inverse(p.block, s, from)
	} else {
		to, logDet = forward(p.block, s, from)
	}
	return from, to, logDet
}

// pull returns the vector-Jacobian product of one direction.
func (p *compiledClosed[T]) pull(ctx context.Context, n need) (*graph.Program[T], error) {
	pull := &p.pulls[index(n.inverse)][index(n.byCond)]
	return pull.get(ctx, "the gradient of a block", func() (*graph.Program[T], error) {
		return graph.CompileFor[T](p.flow.plan.engine, func(g *graph.Graph) { p.writePull(g, n) })
	})
}

func (p *compiledClosed[T]) prepare(ctx context.Context, n need) (err error) {
	if n.back {
		_, err = p.pull(ctx, n)
	}
	return err
}

// writePull writes the vector-Jacobian product of one direction.
func (p *compiledClosed[T]) writePull(g *graph.Graph, n need) {
	from, to, logDet := p.write(g, index(n.inverse))
	wrt, names := []*graph.Node{from}, []string{mapGrad}
	if n.byCond {
		wrt, names = append(wrt, g.Rows(condInput, p.flow.plan.cond)), append(names, mapGradCond)
	}
	seeds := []*graph.Node{g.Rows(mapSeed, p.flow.plan.dim), g.Rows(mapSeedDet, 1)}
	p.flow.plan.pullback(g, p.owner, []*graph.Node{to, logDet}, seeds, wrt, names)
}

func (p *compiledClosed[T]) bind() error {
	for i, program := range p.programs {
		params, err := p.flow.bind(p.owner, program.Graph(), []string{mapFrom, condInput})
		if err != nil {
			return err
		}
		if i == 1 && !sameNames(params, p.params) {
			return fmt.Errorf("Forward and Inverse of %T ask for different parameters", p.block)
		}
		p.params = params
	}
	return nil
}

// sameNames reports whether a and b are the same parameters, in whatever order.
func sameNames[T graph.Float](a, b []bound[T]) bool {
	return len(a) == len(b) && !slices.ContainsFunc(a, func(p bound[T]) bool {
		return !slices.ContainsFunc(b, func(q bound[T]) bool { return p.name == q.name })
	})
}

func (p *compiledClosed[T]) stepProgram(back bool) (*graph.Program[T], []bound[T], error) {
	if !back {
		return p.programs[1], p.params, nil
	}
	pull, err := p.pull(context.Background(), need{inverse: true})
	return pull, p.params, err
}
