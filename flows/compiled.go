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
)

// compiled is a flow for one element type.
type compiled[T graph.Float] struct {
	flow    *Flow
	dim     int
	cond    int // width of the condition, 0 for none
	base    Base
	parts   []part[T]
	logp    *graph.Program[T] // of the base: z → logp
	logpVJP *graph.Program[T] // z, seed → gz and the gradients of the base's parameters
	bound   []bound[T]        // the base's parameters
	trained []*nn.Param
	grads   [][]T          // of the trained parameters
	offset  map[string]int // of a trained parameter in a vector of all
	count   int            // of numbers in all trained parameters
	shared  bool           // a block takes the same steps for all rows

	tally tally[T] // of the last loss

	draw sync.Mutex // traces share sources of random numbers
	mu   sync.Mutex
	free map[int][]*worker[T] // by lanes
}

func (c *compiled[T]) logProb(ctx context.Context, x, cond *tensor.Dense) ([]float64, error) {
	data, rows, err := rowsOf[T](x, c.dim)
	if err != nil {
		return nil, err
	}
	in, err := c.inputs(rows, cond, withTrace)
	if err != nil {
		return nil, err
	}
	out := make([]float64, rows)
	err = c.forChunks(ctx, rows, func(w *worker[T], _, from, to int) error {
		w.load(data, from, to)
		if err := w.carry(ctx, in, true, false); err != nil {
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
	in, err := c.inputs(rows, cond, withTrace)
	if err != nil {
		return nil, nil, err
	}
	out, logDet := make([]T, len(data)), make([]float64, rows)
	err = c.forChunks(ctx, rows, func(w *worker[T], _, from, to int) error {
		w.load(data, from, to)
		err := w.carry(ctx, in, inverse, false)
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
	p := c.flow.Params.Get(baseOwner + "." + name)
	if p == nil {
		panic(fmt.Sprintf("flows: a %T asks for a parameter %q that its LogProb has not asked for", c.base, name))
	}
	return p.Numbers()
}

// sampleLogProb draws rows and carries them to the data with log |det ∂x/∂z|: log p(x) = log p_base(z) - log |det|.
func (c *compiled[T]) sampleLogProb(ctx context.Context, n int, cond *tensor.Dense, rng *rand.Rand) (*tensor.Dense, []float64, error) {
	out, err := c.drawBase(n, rng)
	if err != nil {
		return nil, nil, err
	}
	in, err := c.inputs(n, cond, withTrace)
	if err != nil {
		return nil, nil, err
	}
	logp := make([]float64, n)
	err = c.forChunks(ctx, n, func(w *worker[T], _, from, to int) error {
		w.load(out, from, to)
		return w.draw(ctx, in, out, logp)
	})
	if err != nil && !partial(err) {
		return nil, nil, err
	}
	return c.matrix(out), logp, err
}

// draw carries the chunk's base values to the data, into its rows of out, and writes log p of each.
func (w *worker[T]) draw(ctx context.Context, in *inputs[T], out []T, logp []float64) error {
	logp = logp[w.from : w.from+w.n]
	if err := w.baseLogProb(logp); err != nil {
		return err
	}
	for i, v := range logp {
		w.logDet[i] = -v
	}
	if err := w.carry(ctx, in, false, false); err != nil {
		return err
	}
	w.store(out)
	for i := range w.alive {
		w.logDet[i] = -w.logDet[i]
	}
	w.spread(logp, w.logDet)
	return nil
}

func (c *compiled[T]) sampleBase(n int, rng *rand.Rand) (*tensor.Dense, error) {
	out, err := c.drawBase(n, rng)
	if err != nil {
		return nil, err
	}
	return c.matrix(out), nil
}

func (c *compiled[T]) sample(ctx context.Context, n int, cond *tensor.Dense, rng *rand.Rand) (*tensor.Dense, error) {
	out, err := c.drawBase(n, rng)
	if err != nil {
		return nil, err
	}
	in, err := c.inputs(n, cond, zOnly)
	if err != nil {
		return nil, err
	}
	err = c.forChunks(ctx, n, func(w *worker[T], _, from, to int) error {
		w.load(out, from, to)
		err := w.carry(ctx, in, false, false)
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
	in, err := c.inputs(rows, cond, withTrace)
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
func (c *compiled[T]) noise(rows int, with beside) [][]T {
	c.draw.Lock()
	defer c.draw.Unlock()
	out := make([][]T, len(c.parts))
	for b, p := range c.parts {
		noisy, ok := p.trace(with).(Noisy)
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
	if block < 0 || block >= len(c.parts) {
		return nil, fmt.Errorf("flows: there is no block %d", block)
	}
	return c.parts[block].stepGraph(back)
}

// matrix makes rows of the flow's width a tensor.
func (c *compiled[T]) matrix(data []T) *tensor.Dense {
	return tensor.New(tensor.WithShape(len(data)/c.dim, c.dim), tensor.WithBacking(data))
}
