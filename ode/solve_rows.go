package ode

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/internal/place"
)

// solving is one call of Solve, for one element type.
type solving[T graph.Float] struct {
	it        *Integrator[T]
	rows, dim int
	times     []float64
	states    [][]T // at each time, row-major
	params    map[string][]T
	shapes    map[string]tensor.Shape // of the parameters
}

func solve[T graph.Float](ctx context.Context, f Equation, y0 *tensor.Dense, times []float64, params Params, s Solver) (*Solution, error) {
	if y0.Dims() != 2 || y0.Shape()[0] < 1 || y0.Shape()[1] < 1 {
		return nil, fmt.Errorf("ode: solve: initial states of shape %v: want (rows, dim), at least (1, 1)", y0.Shape())
	}
	c := &solving[T]{rows: y0.Shape()[0], dim: y0.Shape()[1], times: slices.Clone(times), params: map[string][]T{}, shapes: map[string]tensor.Shape{}}
	start, err := elements[T](y0, c.rows, c.dim, "the initial states")
	if err != nil {
		return nil, err
	}
	for i, t := range times {
		if forth := times[1] > times[0]; t-t != 0 || i > 0 && t != times[i-1] && (t > times[i-1]) != forth {
			return nil, fmt.Errorf("ode: solve: times[%d] is %v: want finite times in the order from %v to %v", i, t, times[0], times[len(times)-1])
		}
	}
	for name, p := range params {
		if p == nil || p.Dims() != 2 {
			return nil, fmt.Errorf("ode: solve: the parameter %q %s: want a matrix", name, shapeOf(p))
		}
		c.shapes[name] = p.Shape().Clone()
		if c.params[name], err = elements[T](p, p.Shape()[0], p.Shape()[1], fmt.Sprintf("the numbers of parameter %q", name)); err != nil {
			return nil, err
		}
	}
	if c.it, err = NewIntegrator[T](c.problem(f), s); err != nil {
		return nil, err
	}
	for range times {
		c.states = append(c.states, make([]T, c.rows*c.dim))
	}
	copy(c.states[0], start)
	out := &Solution{Times: c.times, Stats: make([]Stats, c.rows)}
	if err = c.solve(ctx, out.Stats); err != nil && !isSolveError(err) {
		return nil, err
	}
	for _, values := range c.states {
		out.States = append(out.States, matrix(values, c.rows, c.dim))
	}
	out.gradient = func(ctx context.Context, cotangents []*tensor.Dense) (*Gradient, error) {
		if err != nil {
			return nil, place.In("ode: the gradient of a solution with rows that failed", err)
		}
		return c.gradient(ctx, cotangents)
	}
	return out, err
}

// problem declares the parameters, in order of their names, and hands them to the equation.
func (c *solving[T]) problem(f Equation) Problem {
	return Problem{Widths: []int{c.dim}, Field: func(g *graph.Graph) Field {
		declared := map[string]*graph.Node{}
		for _, name := range slices.Sorted(maps.Keys(c.shapes)) {
			declared[name] = g.Uniform(name, c.shapes[name][0], c.shapes[name][1])
		}
		param := func(name string) *graph.Node {
			n := declared[name]
			if n == nil {
				graph.Fail("the equation asks for the parameter %q, which is not among those of the solve", name)
			}
			return n
		}
		return func(t *graph.Node, y State) State { return State{f(t, y[0], param)} }
	}}
}

// forChunks calls work with a worker for every chunk of rows; shared steps have one of all rows.
func (c *solving[T]) forChunks(ctx context.Context, work func(w *Worker[T], chunk, from, to int) error) error {
	workers, size := make([]*Worker[T], graph.Workers(c.rows)), graph.ChunkRows(c.rows)
	on := func(i, chunk, from, to int) (err error) {
		if workers[i] == nil {
			if workers[i], err = c.it.NewWorker(size); err != nil {
				return err
			}
			for name, values := range c.params {
				if err := workers[i].Bind(name, values); err != nil {
					return err
				}
			}
		}
		return work(workers[i], chunk, from, to)
	}
	if c.it.solver.Shared {
		size = c.rows
		return on(0, 0, 0, c.rows)
	}
	return graph.ForChunks(ctx, c.rows, on)
}

// chunks returns how many chunks there are.
func (c *solving[T]) chunks() int {
	if c.it.solver.Shared {
		return 1
	}
	size := graph.ChunkRows(c.rows)
	return (c.rows + size - 1) / size
}

// solve carries the rows from time to time. Rows that fail stay NaN.
func (c *solving[T]) solve(ctx context.Context, stats []Stats) error {
	failed := make([][]*RowError, c.chunks())
	err := c.forChunks(ctx, func(w *Worker[T], chunk, from, to int) error {
		alive := make([]int, to-from) // the rows of the chunk that go on, in the worker's order
		for i := range alive {
			alive[i] = i
		}
		for i := 1; i < len(c.times); i++ {
			for d, col := range w.State(0) {
				for at, row := range alive {
					col[at] = c.states[i-1][(from+row)*c.dim+d]
				}
			}
			var of *SolveError
			if len(alive) > 0 {
				if err := w.Solve(ctx, len(alive), c.times[i-1], c.times[i], nil); err != nil && !errors.As(err, &of) {
					return err
				}
			}
			c.store(w, i, from, to, alive)
			for at, row := range alive {
				stats[from+row] = stats[from+row].Add(w.Stats()[at])
			}
			if of != nil {
				alive = c.bury(of, from, alive, &failed[chunk])
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if all := slices.Concat(failed...); len(all) > 0 {
		return &SolveError{Rows: all}
	}
	return nil
}

// store keeps the states at time i of the rows that are alive, and NaN for the others.
func (c *solving[T]) store(w *Worker[T], i, from, to int, alive []int) {
	var zero T
	fill(c.states[i][from*c.dim:to*c.dim], zero/zero)
	for d, col := range w.State(0) {
		for at, row := range alive {
			c.states[i][(from+row)*c.dim+d] = col[at]
		}
	}
}

// bury takes the rows that failed, by place in alive, out of it, and notes them by their number in the call.
func (c *solving[T]) bury(of *SolveError, from int, alive []int, failed *[]*RowError) []int {
	dead := map[int]bool{}
	for _, r := range of.Rows {
		dead[alive[r.Row]] = true
		r.Row = from + alive[r.Row]
		*failed = append(*failed, r)
	}
	return slices.DeleteFunc(alive, func(row int) bool { return dead[row] })
}

// gradient goes back from time to time, solving every interval again.
func (c *solving[T]) gradient(ctx context.Context, cotangents []*tensor.Dense) (*Gradient, error) {
	seeds := make([][]T, len(cotangents))
	for i, x := range cotangents {
		var err error
		if x == nil {
			continue
		}
		if seeds[i], err = elements[T](x, c.rows, c.dim, fmt.Sprintf("cotangent %d", i)); err != nil {
			return nil, err
		}
	}
	y0 := make([]T, c.rows*c.dim)
	sums := make([]map[string][]T, c.chunks())
	err := c.forChunks(ctx, func(w *Worker[T], chunk, from, to int) error {
		cot, err := w.Cotangent(0)
		if err != nil {
			return err
		}
		w.ResetGrads()
		var record Record[T]
		add := func(i int) {
			for d, col := range cot {
				for at := range to - from {
					if seeds[i] != nil {
						col[at] += seeds[i][(from+at)*c.dim+d]
					}
				}
			}
		}
		for _, col := range cot {
			clear(col)
		}
		for i := len(c.times) - 1; i > 0; i-- {
			add(i)
			for d, col := range w.State(0) {
				for at := range to - from {
					col[at] = c.states[i-1][(from+at)*c.dim+d]
				}
			}
			if err := w.Solve(ctx, to-from, c.times[i-1], c.times[i], &record); err != nil {
				return err
			}
			if err := w.Back(ctx, &record); err != nil {
				return err
			}
		}
		add(0)
		for d, col := range cot {
			for at := range to - from {
				y0[(from+at)*c.dim+d] = col[at]
			}
		}
		sums[chunk] = map[string][]T{}
		for name := range c.params {
			sums[chunk][name] = slices.Clone(w.Grad(name))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	out := &Gradient{Y0: matrix(y0, c.rows, c.dim), Params: Params{}}
	for name, shape := range c.shapes {
		total := make([]T, shape[0]*shape[1])
		for j := range total {
			var sum float64
			for _, of := range sums {
				if of[name] != nil {
					sum += float64(of[name][j])
				}
			}
			total[j] = T(sum)
		}
		out.Params[name] = matrix(total, shape[0], shape[1])
	}
	return out, nil
}
