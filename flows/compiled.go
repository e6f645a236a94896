package flows

import (
	"context"
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
	base    Base
	blocks  []compiledBlock[T]
	logp    *graph.Program[T] // of the base: z → logp
	logpVJP *graph.Program[T] // z, seed → gz and the gradients of the base's parameters
	params  []*nn.Param
	bound   []bound[T]     // the base's parameters
	offset  map[string]int // of a parameter in a vector of all
	count   int            // of numbers in all parameters

	draw sync.Mutex // traces share sources of random numbers
	mu   sync.Mutex
	free map[int][]*worker[T] // by lanes
}

// compiledBlock is a block with its compiled steps.
type compiledBlock[T graph.Float] struct {
	FFJORD
	owner  string
	traced *ode.Integrator[T]
	plain  *ode.Integrator[T]
	bound  []bound[T]
}

// bound is a parameter of a block or the base: its name in the graph, its numbers, and where they start in a vector of
// all parameters.
type bound[T graph.Float] struct {
	name   string
	values []T
	offset int
}

func (c *compiled[T]) logProb(ctx context.Context, x *tensor.Dense) ([]float64, error) {
	data, rows, err := rowsOf[T](x, c.dim)
	if err != nil {
		return nil, err
	}
	noise := c.noise(rows)
	out := make([]float64, rows)
	err = c.forChunks(ctx, rows, func(w *worker[T], _, from, to int) error {
		w.load(data, from, to)
		if err := w.inverse(ctx, noise, false); err != nil {
			return err
		}
		return w.logProb(out[from:to])
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

func (c *compiled[T]) transform(ctx context.Context, x *tensor.Dense, inverse bool) (*tensor.Dense, []float64, error) {
	data, rows, err := rowsOf[T](x, c.dim)
	if err != nil {
		return nil, nil, err
	}
	noise := c.noise(rows)
	out, logDet := make([]T, len(data)), make([]float64, rows)
	err = c.forChunks(ctx, rows, func(w *worker[T], _, from, to int) error {
		w.load(data, from, to)
		var err error
		if inverse {
			err = w.inverse(ctx, noise, false)
		} else {
			err = w.forward(ctx, noise, true)
		}
		w.store(out)
		copy(logDet[from:to], w.logDet)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	return c.matrix(out), logDet, nil
}

func (c *compiled[T]) sample(ctx context.Context, n int, rng *rand.Rand) (*tensor.Dense, error) {
	drawn := make([]float64, n*c.dim)
	c.base.Sample(rng, drawn, c.dim)
	out := convert[T](drawn)
	if err := finite(out, c.dim, "of the base's sample"); err != nil {
		return nil, err
	}
	err := c.forChunks(ctx, n, func(w *worker[T], _, from, to int) error {
		w.load(out, from, to)
		err := w.forward(ctx, nil, false)
		w.store(out)
		return err
	})
	if err != nil {
		return nil, err
	}
	return c.matrix(out), nil
}

func (c *compiled[T]) score(ctx context.Context, x *tensor.Dense) (*tensor.Dense, error) {
	data, rows, err := rowsOf[T](x, c.dim)
	if err != nil {
		return nil, err
	}
	noise := c.noise(rows)
	out, logp := make([]T, len(data)), make([]float64, rows)
	err = c.forChunks(ctx, rows, func(w *worker[T], _, from, to int) error {
		w.load(data, from, to)
		err := w.gradient(ctx, noise, 1, logp[from:to])
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

func (c *compiled[T]) loss(ctx context.Context, x *tensor.Dense) (float64, error) {
	data, rows, err := rowsOf[T](x, c.dim)
	if err != nil {
		return 0, err
	}
	noise := c.noise(rows)
	logp := make([]float64, rows)
	size := graph.ChunkRows(rows)
	sums := make([][]T, (rows+size-1)/size)
	err = c.forChunks(ctx, rows, func(w *worker[T], chunk, from, to int) error {
		w.load(data, from, to)
		if err := w.gradient(ctx, noise, -1, logp[from:to]); err != nil {
			return err
		}
		sums[chunk] = make([]T, c.count)
		w.sums(sums[chunk])
		return nil
	})
	if err != nil {
		return 0, err
	}
	for _, p := range c.params {
		grad, _ := p.Grad()
		dst := grad.Data().([]T)
		from := c.offset[p.Name()]
		for i := range dst {
			var s float64
			for _, part := range sums {
				s += float64(part[from+i])
			}
			dst[i] = T(s / float64(rows))
		}
	}
	var total float64
	for _, v := range logp {
		total -= v
	}
	return total / float64(rows), nil
}

// noise draws the noise of all rows for every block whose trace is noisy: row after row, input after input.
func (c *compiled[T]) noise(rows int) [][]T {
	c.draw.Lock()
	defer c.draw.Unlock()
	out := make([][]T, len(c.blocks))
	for b, block := range c.blocks {
		noisy, ok := block.Trace.(Noisy)
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

func (c *compiled[T]) stepGraph(block int, back bool) *graph.Graph {
	if block < 0 || block >= len(c.blocks) {
		return nil
	}
	if back {
		return c.blocks[block].traced.BackGraph()
	}
	return c.blocks[block].traced.Graph()
}

func (c *compiled[T]) evaluations() int {
	n := 0
	for _, b := range c.blocks {
		n += b.traced.Evaluations()
	}
	return n
}

// matrix makes rows of the flow's width a tensor.
func (c *compiled[T]) matrix(data []T) *tensor.Dense {
	return tensor.New(tensor.WithShape(len(data)/c.dim, c.dim), tensor.WithBacking(data))
}
