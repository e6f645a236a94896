package flows

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"

	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/nn"
	"github.com/go-ffjord/ffjord/ode"
)

// compiled is a flow for one element type.
type compiled[T graph.Float] struct {
	dim     int
	cond    int // width of the condition, 0 for none
	backend graph.Engine
	base    Base
	blocks  []compiledBlock[T]
	logp    *graph.Program[T] // of the base: z → logp
	logpVJP *graph.Program[T] // z, seed → gz and the gradients of the base's parameters
	params  []*nn.Param
	bound   []bound[T]     // the base's parameters
	offset  map[string]int // of a parameter in a vector of all
	count   int            // of numbers in all parameters
	shared  bool           // a block takes the same steps for all rows

	tally tally[T] // of the last loss

	draw sync.Mutex // traces share sources of random numbers
	mu   sync.Mutex
	free map[int][]*worker[T] // by lanes
}

// compiledBlock is a block with its compiled steps.
type compiledBlock[T graph.Float] struct {
	FFJORD
	owner  string
	train  *ode.Integrator[T] // z and log det, with the solver for training
	traced *ode.Integrator[T] // z and log det, with the solver for everything else
	plain  *ode.Integrator[T] // z alone
	bound  []bound[T]
}

// integrator returns that of z and log det, for training or for everything else.
func (b *compiledBlock[T]) integrator(training bool) *ode.Integrator[T] {
	if training {
		return b.train
	}
	return b.traced
}

// trace returns the trace for training or for everything else.
func (b *compiledBlock[T]) trace(training bool) Trace {
	if training {
		return b.Trace
	}
	return b.evaluated().Trace
}

// bound is a parameter of a block or the base: its name in the graph, its numbers, and where they start in a vector of
// all parameters.
type bound[T graph.Float] struct {
	name   string
	values []T
	offset int
}

func (c *compiled[T]) logProb(ctx context.Context, x, cond *tensor.Dense) ([]float64, error) {
	data, rows, err := rowsOf[T](x, c.dim)
	if err != nil {
		return nil, err
	}
	in, err := c.inputs(rows, cond, false)
	if err != nil {
		return nil, err
	}
	out := make([]float64, rows)
	err = c.forChunks(ctx, rows, func(w *worker[T], _, from, to int) error {
		w.load(data, from, to)
		if err := w.inverse(ctx, in, false); err != nil {
			return err
		}
		return w.logProb(out[from:to])
	})
	if err != nil && !partial(err) {
		return nil, err
	}
	return out, err
}

// partial reports whether results stand beside the error.
func partial(err error) bool {
	var failed *SolveError
	return errors.As(err, &failed)
}

func (c *compiled[T]) transform(ctx context.Context, x, cond *tensor.Dense, inverse bool) (*tensor.Dense, []float64, error) {
	data, rows, err := rowsOf[T](x, c.dim)
	if err != nil {
		return nil, nil, err
	}
	in, err := c.inputs(rows, cond, false)
	if err != nil {
		return nil, nil, err
	}
	out, logDet := make([]T, len(data)), make([]float64, rows)
	err = c.forChunks(ctx, rows, func(w *worker[T], _, from, to int) error {
		w.load(data, from, to)
		var err error
		if inverse {
			err = w.inverse(ctx, in, false)
		} else {
			err = w.forward(ctx, in, true)
		}
		w.store(out)
		w.spread(logDet[from:to], w.logDet)
		return err
	})
	if err != nil && !partial(err) {
		return nil, nil, err
	}
	return c.matrix(out), logDet, err
}

// drawBase draws n rows from the base.
func (c *compiled[T]) drawBase(n int, rng *rand.Rand) ([]T, error) {
	drawn := make([]float64, n*c.dim)
	c.base.Sample(c.baseParam, rng, drawn, c.dim)
	out := convert[T](drawn)
	return out, finite(out, c.dim, "of the base's sample")
}

// baseParam returns the values of one of the base's parameters.
func (c *compiled[T]) baseParam(name string) []float64 {
	for _, p := range c.params {
		if p.Name() == baseOwner+"."+name {
			return p.Numbers()
		}
	}
	panic(fmt.Sprintf("flows: a %T asks for a parameter %q that its LogProb has not asked for", c.base, name))
}

// sampleLogProb draws rows and carries them to the data with log |det ∂x/∂z|: log p(x) = log p_base(z) - log |det|.
func (c *compiled[T]) sampleLogProb(ctx context.Context, n int, cond *tensor.Dense, rng *rand.Rand) (*tensor.Dense, []float64, error) {
	out, err := c.drawBase(n, rng)
	if err != nil {
		return nil, nil, err
	}
	in, err := c.inputs(n, cond, false)
	if err != nil {
		return nil, nil, err
	}
	logp := make([]float64, n)
	err = c.forChunks(ctx, n, func(w *worker[T], _, from, to int) error {
		w.load(out, from, to)
		if err := w.baseLogProb(logp[from:to]); err != nil {
			return err
		}
		for i, v := range logp[from:to] {
			w.logDet[i] = -v
		}
		if err := w.forward(ctx, in, true); err != nil {
			return err
		}
		w.store(out)
		for i := range w.alive {
			w.logDet[i] = -w.logDet[i]
		}
		w.spread(logp[from:to], w.logDet)
		return nil
	})
	if err != nil && !partial(err) {
		return nil, nil, err
	}
	return c.matrix(out), logp, err
}

func (c *compiled[T]) sample(ctx context.Context, n int, cond *tensor.Dense, rng *rand.Rand) (*tensor.Dense, error) {
	out, err := c.drawBase(n, rng)
	if err != nil {
		return nil, err
	}
	in, err := c.condition(n, cond)
	if err != nil {
		return nil, err
	}
	err = c.forChunks(ctx, n, func(w *worker[T], _, from, to int) error {
		w.load(out, from, to)
		err := w.forward(ctx, in, false)
		w.store(out)
		return err
	})
	if err != nil && !partial(err) {
		return nil, err
	}
	return c.matrix(out), err
}

func (c *compiled[T]) score(ctx context.Context, x, cond *tensor.Dense) (*tensor.Dense, error) {
	data, rows, err := rowsOf[T](x, c.dim)
	if err != nil {
		return nil, err
	}
	in, err := c.inputs(rows, cond, false)
	if err != nil {
		return nil, err
	}
	out, logp := make([]T, len(data)), make([]float64, rows)
	err = c.forChunks(ctx, rows, func(w *worker[T], _, from, to int) error {
		w.load(data, from, to)
		err := w.gradient(ctx, in, 1, logp[from:to])
		w.store(out)
		return err
	})
	if err == nil {
		err = finite(out, c.dim, "of the score")
	}
	if err != nil {
		return nil, err
	}
	return c.matrix(out), nil
}

// noise draws the noise of all rows for every block whose trace is noisy: row after row, input after input.
func (c *compiled[T]) noise(rows int, training bool) [][]T {
	c.draw.Lock()
	defer c.draw.Unlock()
	out := make([][]T, len(c.blocks))
	for b := range c.blocks {
		noisy, ok := c.blocks[b].trace(training).(Noisy)
		if !ok {
			continue
		}
		width := len(noisy.Inputs()) * c.dim
		row := make([]float64, width)
		out[b] = make([]T, rows*width)
		for r := range rows {
			noisy.Draw(row)
			for i, v := range row {
				out[b][r*width+i] = T(v)
			}
		}
	}
	return out
}

func (c *compiled[T]) stepGraph(block int, back bool) (*graph.Graph, error) {
	if block < 0 || block >= len(c.blocks) {
		return nil, fmt.Errorf("flows: there is no block %d", block)
	}
	if back {
		return c.blocks[block].train.BackGraph()
	}
	return c.blocks[block].train.Graph(), nil
}

// matrix makes rows of the flow's width a tensor.
func (c *compiled[T]) matrix(data []T) *tensor.Dense {
	return tensor.New(tensor.WithShape(len(data)/c.dim, c.dim), tensor.WithBacking(data))
}
