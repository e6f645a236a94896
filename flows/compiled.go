package flows

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/graph"
)

// runner runs a compiled flow. Its methods take and give tensors, so that no caller has to know the element type.
type runner interface {
	// evaluate carries data to the base and tells their densities.
	evaluate(ctx context.Context, x, cond *tensor.Dense, want wanted) (*evaluation, error)
	// transform carries rows from one side to the other.
	transform(ctx context.Context, x, cond *tensor.Dense, inverse bool) (*tensor.Dense, []float64, error)
	// sample draws rows from the base and carries them to the data.
	sample(ctx context.Context, n int, cond *tensor.Dense, rng *rand.Rand, want drawn) (*tensor.Dense, []float64, error)
	// pull carries rows to the other side and a cotangent back.
	pull(ctx context.Context, x, cond *tensor.Dense, p pullback) (grad, condGrad *tensor.Dense, err error)
	// trajectory carries base values to the data and returns where they are at the given times of every block.
	trajectory(ctx context.Context, z, cond *tensor.Dense, times [][]float64, start bool) ([]Frame, error)
	// loss computes an objective of a batch and leaves its gradient in the parameters.
	loss(ctx context.Context, batch *tensor.Dense, o objective) (float64, error)
	// share computes one of so many shares of the likelihood of a batch, and join the loss of all shares.
	share(ctx context.Context, batch *tensor.Dense, share, of int) (sums, notes [][]float64, err error)
	join(rows int, sum []float64, notes [][]float64) (float64, error)
	// stepGraph returns a block's graph to look at.
	stepGraph(block int, back bool) (*graph.Graph, error)
	// timeStep returns that graph with the times of its nodes in a run for so many rows.
	timeStep(ctx context.Context, block int, back bool, rows int) (*graph.Graph, map[*graph.Node]time.Duration, error)
}

// compiled is a flow for one element type: a plan and its programs, the numbers that they are bound to, and workers.
type compiled[T graph.Float] struct {
	plan   *plan
	blocks []compiledBlock[T]
	base   compiledBase[T]
	grads  [][]T // of the trained parameters

	tally tally[T] // of the last loss

	draw lock // traces share sources of random numbers
	mu   sync.Mutex
	free map[int][]*worker[T] // by lanes
}

// bindAll finds the numbers of all parameters.
func (c *compiled[T]) bindAll() error {
	for i, b := range c.blocks {
		if err := b.bind(); err != nil {
			return fmt.Errorf("flows: block %d: %w", i, err)
		}
	}
	return c.bindBase()
}

func (c *compiled[T]) transform(ctx context.Context, x, cond *tensor.Dense, inverse bool) (*tensor.Dense, []float64, error) {
	in, err := c.inputs(ctx, x, cond, need{with: withTrace})
	if err != nil {
		return nil, nil, err
	}
	rows := in.x.rows
	out, logDet := c.output(rows, !inverse), make([]float64, rows)
	err = c.forChunks(ctx, rows, func(w *worker[T], _, from, to int) error {
		w.load(in, from, to)
		err := w.carry(ctx, in, inverse, false)
		w.put(out)
		w.spread(logDet[from:to], w.logDet)
		return err
	})
	if err != nil && !partial(err) {
		return nil, nil, err
	}
	return out.matrix(), logDet, err
}

// matrix makes rows of the flow's width a tensor.
func (c *compiled[T]) matrix(data []T) *tensor.Dense { return matrix(data, c.plan.dim) }

// matrix makes row-major rows of so many columns a tensor.
func matrix[T graph.Float](data []T, cols int) *tensor.Dense {
	return tensor.New(tensor.WithShape(len(data)/cols, cols), tensor.WithBacking(data))
}
