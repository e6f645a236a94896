package flows

import (
	"fmt"

	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/graph"
)

// condInput is the name of the condition's input per row.
const condInput = "cond"

// inputs are what a call wants and what its rows bring along: the noise of every block's trace, row after row, and the
// conditions.
type inputs[T graph.Float] struct {
	with  beside
	noise [][]T
	cond  []T // (rows, Cond), or (1, Cond) for all

	penaltySeed float64 // the cotangent of every row's penalties, to be multiplied by their weights
}

// inputs draws the noise of a call and takes its conditions.
func (c *compiled[T]) inputs(rows int, cond *tensor.Dense, with beside) (*inputs[T], error) {
	values, err := c.condition(rows, cond)
	if err != nil {
		return nil, err
	}
	return &inputs[T]{with: with, noise: c.noise(rows, with), cond: values, penaltySeed: 1}, nil
}

// condition takes the conditions of a call.
func (c *compiled[T]) condition(rows int, cond *tensor.Dense) ([]T, error) {
	width := c.plan.cond
	switch {
	case width == 0 && cond == nil:
		return nil, nil
	case width == 0:
		return nil, fmt.Errorf("flows: a condition is given to a flow that takes none; set Cond to its width")
	case cond == nil:
		return nil, fmt.Errorf("flows: the flow takes a condition of width %d; call Given first", width)
	}
	values, given, err := matrixOf[T](cond, width, "conditions")
	if err != nil {
		return nil, err
	}
	if given != 1 && given != rows {
		return nil, fmt.Errorf("flows: %d conditions for %d rows: want one for each, or one for all", given, rows)
	}
	return values, nil
}

// setCondition fills columns with the conditions of the rows that are alive.
func (w *worker[T]) setCondition(cols [][]T, in *inputs[T]) {
	shared := len(in.cond) == w.cond
	for d, col := range cols {
		for i, row := range w.alive {
			if at := (w.from + row) * w.cond; shared {
				col[i] = in.cond[d]
			} else {
				col[i] = in.cond[at+d]
			}
		}
	}
}

// split takes the conditions from behind the first columns where the flow has any.
func (c *compiled[T]) split(x *tensor.Dense) (data, cond *tensor.Dense, err error) {
	dim, width := c.plan.dim, c.plan.cond
	if width == 0 {
		return x, nil, nil
	}
	all, rows, err := matrixOf[T](x, dim+width, "data with their conditions")
	if err != nil {
		return nil, nil, err
	}
	xs, cs := make([]T, 0, rows*dim), make([]T, 0, rows*width)
	for r := range rows {
		row := all[r*(dim+width):][:dim+width]
		xs, cs = append(xs, row[:dim]...), append(cs, row[dim:]...)
	}
	return matrix(xs, dim), matrix(cs, width), nil
}

// noise draws the noise of all rows for every block whose trace is noisy: row after row, input after input.
func (c *compiled[T]) noise(rows int, with beside) [][]T {
	c.draw.Lock()
	defer c.draw.Unlock()
	out := make([][]T, len(c.blocks))
	for b, p := range c.plan.blocks {
		noisy, ok := p.trace(with).(Noisy)
		if !ok {
			continue
		}
		width := len(noisy.Inputs()) * c.plan.dim
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

// addCondGrad adds a block's gradient with respect to the conditions.
func (w *worker[T]) addCondGrad(cols [][]T) {
	for d, col := range cols {
		for i, row := range w.alive {
			w.condGrad[row*w.cond+d] += col[i]
		}
	}
}
