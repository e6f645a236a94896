package flows

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/internal/place"
)

// StepGraph returns the graph of one solver step of a block, counted from the base, with the trace; with gradients it
// is the graph of the step's vector-Jacobian product. It is for looking at, with [graph.DOT].
func (f *Flow) StepGraph(block int, gradients bool) (*graph.Graph, error) {
	c, err := f.compilation(context.Background())
	if err != nil {
		return nil, err
	}
	return c.run.stepGraph(block, gradients)
}

// TimeStep is [Flow.StepGraph] with the time that each of its nodes takes in a run for so many rows, on one core, in
// the mean of many: what [graph.DOTOptions] colours a drawing by. The rows are random. There are no times, but nil,
// where the flow's engine measures none.
func (f *Flow) TimeStep(
	ctx context.Context, block int, gradients bool, rows int,
) (*graph.Graph, map[*graph.Node]time.Duration, error) {
	const most = 1 << 16
	if rows < 1 || rows > most {
		return nil, nil, fmt.Errorf("flows: a step for %d rows, want 1 to %d", rows, most)
	}
	c, err := f.compilation(ctx)
	if err != nil {
		return nil, nil, err
	}
	return c.run.timeStep(ctx, block, gradients, rows)
}

func (c *compiled[T]) stepGraph(block int, back bool) (*graph.Graph, error) {
	p, _, err := c.stepProgram(block, back)
	if err != nil {
		return nil, err
	}
	return p.Graph(), nil
}

func (c *compiled[T]) stepProgram(block int, back bool) (*graph.Program[T], []bound[T], error) {
	if block < 0 || block >= len(c.blocks) {
		return nil, nil, fmt.Errorf("flows: there is no block %d", block)
	}
	return c.blocks[block].stepProgram(back)
}

func (c *compiled[T]) timeStep(
	ctx context.Context, block int, back bool, rows int,
) (*graph.Graph, map[*graph.Node]time.Duration, error) {
	p, params, err := c.stepProgram(block, back)
	if err != nil {
		return nil, nil, err
	}
	m, err := p.NewMachine(rows)
	if err != nil {
		return nil, nil, fmt.Errorf("flows: block %d: %w", block, err)
	}
	rng := rand.New(rand.NewPCG(0, 0))
	for _, in := range p.Graph().Inputs() {
		if !in.PerRow {
			continue
		}
		for _, column := range m.In(in.Name) {
			for i := range column {
				column[i] = T(rng.NormFloat64())
			}
		}
	}
	for _, param := range params {
		if err := m.Bind(param.name, param.values); err != nil {
			return nil, nil, fmt.Errorf("flows: block %d: %w", block, err)
		}
	}
	const runs = 100
	for i := range runs {
		if err := ctx.Err(); err != nil {
			return nil, nil, place.In("flows: time of a step", err)
		}
		if i == runs/10 { // when memory and caches are warm
			m.Profile(true)
		}
		if err := m.Run(rows); err != nil {
			return nil, nil, fmt.Errorf("flows: block %d: %w", block, err)
		}
	}
	return p.Graph(), m.NodeTimes(), nil
}
