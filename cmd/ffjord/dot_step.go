package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/graph"
)

// step is one step through a block.
type step struct {
	flow  *flows.Flow
	block int
	of    flows.Block
}

// choose finds the block that is asked for.
func (c dotCommand) choose(flow *flows.Flow) (step, error) {
	blocks := flatten(flow.Blocks)
	if len(blocks) == 0 {
		return step{}, fmt.Errorf("%s: a base density without blocks, and so without steps", c.Model)
	}
	at := c.Block
	if at == -1 {
		at = max(0, slices.IndexFunc(blocks, func(b flows.Block) bool { _, ok := b.(flows.FFJORD); return ok }))
	}
	if at < 0 || at >= len(blocks) {
		return step{}, usagef("-block %d, want 0 to %d", c.Block, len(blocks)-1)
	}
	return step{flow, at, blocks[at]}, nil
}

// flatten lists blocks one by one from the base to the data, as they are numbered.
func flatten(b flows.Block) (blocks []flows.Block) {
	switch b := b.(type) {
	case nil:
	case flows.Chain:
		for _, part := range b {
			blocks = append(blocks, flatten(part)...)
		}
	default:
		blocks = append(blocks, b)
	}
	return blocks
}

// measure returns the graph and, where asked for, the times of its nodes.
func (s step) measure(ctx context.Context, c dotCommand) (*graph.Graph, map[*graph.Node]time.Duration, error) {
	if c.Rows > 0 {
		return s.flow.TimeStep(ctx, s.block, c.Gradients, c.Rows)
	}
	g, err := s.flow.StepGraph(s.block, c.Gradients)
	return g, nil, err
}

// options say how the step's graph is drawn.
func (s step) options(c dotCommand, g *graph.Graph, times map[*graph.Node]time.Duration) graph.DOTOptions {
	o := graph.DOTOptions{Title: s.title(c.Gradients), Times: times}
	f, ok := s.of.(flows.FFJORD)
	switch {
	case !ok || c.Whole:
	case c.Gradients:
		o.Depth = 2
	default:
		o.Collapse = graph.Repeats(g)
		if solver, err := f.Solver.WithDefaults(); err == nil && solver.Adaptive() {
			o.Collapse = append(o.Collapse, "error")
		}
	}
	return o
}

func (s step) title(gradients bool) string {
	what := fmt.Sprintf("Block %d, %s", s.block, strings.TrimPrefix(fmt.Sprintf("%T", s.of), "flows."))
	if f, ok := s.of.(flows.FFJORD); ok {
		solver, err := f.Solver.WithDefaults()
		if err == nil {
			what = fmt.Sprintf("One step of %s through block %d: y0 is z, y1 is log |det|", solver.Method.Name, s.block)
		}
	}
	if gradients {
		what += "; with its gradients"
	}
	return what
}
