package serve

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"

	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/cmd/ffjord/internal/logdensity"
	"github.com/go-ffjord/ffjord/cmd/ffjord/internal/table"
	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/flows"
)

// smooth is the way back from a model's rows to the table's units for rows that are still on their way: discrete columns
// are not rounded, and categories are their numbers.
func smooth(t data.Transform) data.Transform {
	out := data.Transform{Columns: make([]data.Column, len(t.Columns))}
	for j, c := range t.Columns {
		c.Grid = false
		out.Columns[j] = c
	}
	return out
}

// frames returns the number of frames of a film that has n of each block that is solved.
func (m *served) frames(n int) int { return m.still + n*m.solved }

// measure finds what frames needs, by two films of one row.
func (m *served) measure(ctx context.Context, given []float64) error {
	var frames [2]int
	for n := range frames {
		film, err := m.film(ctx, start{n: 1, seed: new(uint64), given: given}, n+1)
		if err != nil {
			return err
		}
		frames[n] = len(film)
	}
	m.solved = frames[1] - frames[0]
	m.still = frames[0] - m.solved
	return nil
}

// conditions returns the flow's conditions, nil where it is given nothing.
func (m *served) conditions(given []float64) (*tensor.Dense, error) {
	if len(m.given) == 0 {
		return nil, nil
	}
	c, _, err := m.Given.Apply(tableOf(given, m.given), nil)
	if err != nil {
		return nil, m.refused("given", err, 1)
	}
	return c, nil
}

// refused makes a problem of an error that is of a row of the request's table of that name: a value that can't be taken, or a
// condition, of which there are so many draws each. Others stay what they are.
func (m *served) refused(name string, err error, each int) error {
	value, solve, input := (*data.ValueError)(nil), (*flows.SolveError)(nil), (*flows.InputError)(nil)
	row, why := 0, "too far from the training rows for the flow's numbers"
	switch {
	case errors.As(err, &value):
		row, why = value.Row, logdensity.Why(m.Model, value, value.Row)
	case errors.As(err, &solve) && solve.Rows[0].Of == "conditions":
		row = solve.Rows[0].Row / each
		why = logdensity.Why(m.Model, solve.Rows[0], row)
	case errors.As(err, &input) && input.Arg == "conditions": // of one for all rows
		why = "row 0, " + why
	default:
		return err
	}
	p := badRequest("bad_value", "%s: %s", name, why).wanting("a row such as those of training")
	p.Row = &row
	return p
}

// film returns where rows are on the way, in the table's units.
func (m *served) film(ctx context.Context, from start, frames int) ([]frame, error) {
	c, err := m.conditions(from.given)
	if err != nil {
		return nil, err
	}
	z, err := m.base(ctx, from, c)
	if err != nil {
		return nil, err
	}
	film, err := m.Flow.Given(c).Trajectory(ctx, z, frames)
	if err != nil && !errors.As(err, new(*flows.SolveError)) { // a row that can't be solved is null in all frames
		return nil, m.refused("given", err, 1)
	}
	out := make([]frame, len(film))
	for i, f := range film {
		values, err := m.units(f.Z)
		if err != nil {
			return nil, err
		}
		out[i] = frame{
			Time:  float64(i) / float64(max(1, len(film)-1)),
			Block: f.Block,
			Rows:  matrix{values: values, of: m.columns, coded: true},
		}
	}
	return out, nil
}

// units returns rows of the flow in the table's units, NaN of those that are not finite.
func (m *served) units(z *tensor.Dense) ([]float64, error) {
	dim := m.X.Dim()
	finite := slices.Clone(table.Values(data.Table{Rows: z}))
	lost := make(map[int]bool)
	for i, v := range finite {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			finite[i], lost[i/dim] = 0, true
		}
	}
	rows, err := m.smooth.Invert(data.Rows(dim, finite...))
	if err != nil {
		return nil, err
	}
	values := rows.Rows.Float64s()
	for i := range values {
		if lost[i/len(m.columns)] {
			values[i] = math.NaN()
		}
	}
	return values, nil
}

// base returns the base values that the rows come from.
func (m *served) base(ctx context.Context, from start, c *tensor.Dense) (*tensor.Dense, error) {
	if from.rows == nil {
		return m.Flow.SampleBase(from.n, rand.New(rand.NewPCG(*from.seed, 0)))
	}
	x, _, err := m.X.Apply(tableOf(from.rows, m.columns), nil)
	if err != nil {
		return nil, m.refused("rows", err, 1)
	}
	z, _, err := m.Flow.Given(c).Inverse(ctx, x)
	if err != nil && (z == nil || !errors.As(err, new(*flows.SolveError))) {
		return nil, m.refused("given", err, 1)
	}
	return z, nil
}
