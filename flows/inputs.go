package flows

import (
	"context"

	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/internal/place"
)

// condInput is the name of the condition's input per row.
const condInput = "cond"

// inputs are what a call wants and what its rows bring along: the rows themselves, their conditions, and the noise of
// every block's trace.
type inputs[T graph.Float] struct {
	need
	x     table
	cond  table // (rows, Cond), or (1, Cond) for all
	all   []T   // the condition of all rows, where they share one
	noise []noise[T]

	penaltySeed float64 // the cotangent of every row's penalties, to be multiplied by their weights
}

// inputs takes the rows of a call and their conditions and draws its noise.
func (c *compiled[T]) inputs(ctx context.Context, x, cond *tensor.Dense, n need) (*inputs[T], error) {
	rows, err := tableOf(x, c.plan.dim, "data")
	if err != nil {
		return nil, err
	}
	conds, err := c.plan.conditions(rows.rows, cond)
	if err != nil {
		return nil, err
	}
	return c.inputsOf(ctx, rows, conds, n)
}

// inputsOf is inputs of what has been taken already. It has compiled what the call needs.
func (c *compiled[T]) inputsOf(ctx context.Context, x, cond table, n need) (*inputs[T], error) {
	if err := c.prepare(ctx, n); err != nil {
		return nil, err
	}
	if err := c.plan.afford("the rows of a call", x.rows, c.plan.inputBytes(n.with)); err != nil {
		return nil, err
	}
	in := &inputs[T]{need: n, x: x, cond: cond, penaltySeed: 1}
	if cond.rows == 1 && x.rows > 1 { // and of one row it is the row's own, which may fail alone
		for d := range cond.cols {
			v := T(c.plan.given.of(d, cond.at(0, d)))
			if !isFinite(v) {
				return nil, inputError(cond.what, nil, "row 0 of the %s, column %d, is %v: want a finite number in %v",
					cond.what, d, cond.at(0, d), c.plan.params.DtypeOrDefault())
			}
			in.all = append(in.all, v)
		}
	}
	var err error
	in.noise, err = c.noise(ctx, x.rows, n.with)
	return in, err
}

// conditions takes the conditions of a call.
func (p *plan) conditions(rows int, cond *tensor.Dense) (table, error) {
	switch {
	case p.cond == 0 && cond == nil:
		return table{}, nil
	case p.cond == 0:
		return table{}, inputError("conditions", cond, "a condition is given to a flow that takes none; set Cond to its width")
	case cond == nil:
		return table{}, inputError("conditions", nil, "the flow takes a condition of width %d; call Given first", p.cond)
	}
	t, err := tableOf(cond, p.cond, "conditions")
	if err == nil && t.rows != 1 && t.rows != rows {
		err = inputError("conditions", cond, "%d conditions for %d rows: want one for each, or one for all", t.rows, rows)
	}
	return t, err
}

// repeated returns every condition n times in a row.
func (p *plan) repeated(ctx context.Context, cond *tensor.Dense, n int) (*tensor.Dense, error) {
	if p.cond == 0 {
		return nil, inputError("conditions", cond, "the flow takes no conditions to draw for; set Cond to their width")
	}
	t, err := tableOf(cond, p.cond, "conditions")
	if err != nil {
		return nil, err
	}
	if err := p.afford("the rows of a sample", n, t.rows*max(8*p.cond, p.rowBytes())); err != nil {
		return nil, err
	}
	out, look := make([]float64, 0, t.rows*n*p.cond), every{ctx: ctx}
	for row := range t.rows {
		for range n {
			if err := look.passed(p.cond); err != nil {
				return nil, place.In("flows: sample", err)
			}
			for d := range p.cond {
				out = append(out, t.at(row, d))
			}
		}
	}
	return matrix(out, p.cond), nil
}

// setCondition fills columns with the conditions of the rows that are alive.
func (w *worker[T]) setCondition(cols [][]T, in *inputs[T]) {
	for d, col := range cols {
		if in.all != nil {
			fill(col[:len(w.alive)], in.all[d])
			continue
		}
		for i, row := range w.alive {
			col[i] = w.given[d][row]
		}
	}
}

// addCondGrad adds a block's gradient with respect to the conditions.
func (w *worker[T]) addCondGrad(cols [][]T) {
	for d, col := range cols {
		for i, row := range w.alive {
			w.condGrad[row*w.cond+d] += col[i]
		}
	}
}
