package flows

import (
	"context"
	"fmt"
	"slices"

	"github.com/go-ffjord/ffjord/graph"
)

// compiledBlock is a block's programs. It holds no numbers of a call.
type compiledBlock[T graph.Float] interface {
	// bind finds the numbers of the block's parameters, once all exist.
	bind() error
	// prepare compiles what a call needs and is compiled when first needed.
	prepare(ctx context.Context, n need) error
	// stepProgram returns the program of the graph to look at, and what its uniform inputs are bound to.
	stepProgram(back bool) (*graph.Program[T], []bound[T], error)
	// carrier returns a worker's carrier through the block.
	carrier(w *worker[T], block int) carrier[T]
}

// need is what a call wants beside z, and what its carriers do beside carrying rows one way.
type need struct {
	with          beside
	inverse       bool
	back, pausing bool
	byCond        bool // going back gives the gradients with respect to the condition too
}

// prepare compiles what a call needs and is compiled when first needed.
func (c *compiled[T]) prepare(ctx context.Context, n need) error {
	for i, b := range c.blocks {
		if err := b.prepare(ctx, n); err != nil {
			return fmt.Errorf("flows: block %d: %w", i, err)
		}
	}
	return nil
}

// carrier carries a worker's chunk through one block, there and back.
type carrier[T graph.Float] interface {
	// carry carries the worker's z through the block and adds to what is kept beside it. With keep, back can follow.
	carry(ctx context.Context, in *inputs[T], inverse, keep bool) error
	// back replaces the cotangents of where carry has brought z by those of where it came from, and adds up the
	// gradients of the parameters and the condition.
	back(ctx context.Context, in *inputs[T], inverse bool) error
	// sums puts the gradients of the block's parameters, summed over the chunk, into a vector of all parameters.
	sums(dst []T)
	// film carries the worker's z to the data's side, shows it at the given times with log |det| since the block's
	// start, and returns that of the whole block. Where rows fail, they leave the chunk and nothing else counts.
	film(
		ctx context.Context, in *inputs[T], times []float64, show func(frame int, z [][]T, logDet []T),
	) (logDet []T, err error)
	// seen returns the moments of the rows that the last inverse pass in training was given, for a Follower.
	seen() moments
	// rest gives back what only a rare call needs, before the worker waits for the next one.
	rest()
}

// compileBlock plans and compiles the next block.
func (c *compiled[T]) compileBlock(b Block) error {
	i := len(c.plan.blocks)
	owner := blockOwner(i)
	var planned blockPlan
	var block compiledBlock[T]
	var err error
	switch b := b.(type) {
	case nil, *FFJORD:
		err = fmt.Errorf("it is nil")
	case FFJORD:
		var p *ffjordPlan
		if p, err = c.plan.ffjord(b, owner); err == nil {
			planned = p
			block, err = compileFFJORD(c, p, owner)
		}
	default:
		planned = closedPlan{b}
		var closed *compiledClosed[T]
		closed, err = compileClosed(c, b, owner)
		if block = closed; i >= c.plan.door {
			block = &compiledDoor[T]{closed, doorOf(b)}
		}
	}
	if err != nil {
		return fmt.Errorf("flows: block %d: %w", i, err)
	}
	c.plan.blocks, c.blocks = append(c.plan.blocks, planned), append(c.blocks, block)
	return nil
}

// bound is a parameter of a block or the base: its name in the graph, its numbers, and where they start in a vector of
// all trained parameters, if it is one.
type bound[T graph.Float] struct {
	name    string
	values  []T
	offset  int
	trained bool
}

// bind looks up the uniform inputs of a graph among the parameters of their owner. The inputs per row must be among
// those that the flow feeds.
func (c *compiled[T]) bind(owner string, g *graph.Graph, fed []string) ([]bound[T], error) {
	var out []bound[T]
	for _, in := range g.Inputs() {
		if in.PerRow {
			if !slices.Contains(fed, in.Name) {
				return nil, fmt.Errorf(
					"nothing feeds the input per row %q; a condition comes through Given, noise through a Noisy trace", in.Name)
			}
			continue
		}
		p := c.plan.param(owner, in.Name)
		if p == nil {
			return nil, fmt.Errorf("uniform input %q is no parameter; declare it with the scope's Param", in.Name)
		}
		offset, trained := c.plan.offset[p.Name()]
		out = append(out, bound[T]{in.Name, p.Value().Data().([]T), offset, trained})
	}
	return out, nil
}

// pullback writes the gradients of outs, with the given seeds, with respect to the nodes wrt, zero where there is none,
// and with respect to the owner's trained parameters, whose outputs have their names.
func (p *plan) pullback(g *graph.Graph, owner string, outs, seeds, wrt []*graph.Node, names []string) {
	rows := len(wrt)
	for _, in := range g.Inputs() {
		if param := p.param(owner, in.Name); !in.PerRow && param != nil && param.Trained() {
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
