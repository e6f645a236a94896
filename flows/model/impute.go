package model

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/internal/proposal"
)

// Imputation says how missing values are filled in.
//
// A flow gives the density of a whole row, p(known, missing), and so that of the missing values given the others up to
// a factor. They are drawn by importance sampling (Rubin 1987): proposals from a density q around what draws of the
// whole model have where their known columns are nearest to the row's, each with the weight p/q, and then one of them
// by chance in proportion. It is exact in the limit of many proposals; how many independent draws they are worth, (Σ
// w)²/Σ w², is told of each row. Where that is less than a tenth, q is put around the heaviest ones, up to three times.
type Imputation struct {
	// Draws is how often a row is filled in. Zero is once.
	Draws int
	// Mode takes the values at which the density of the row, in the table's own units, is highest, in place of a draw:
	// the best proposal, bettered by steps in all directions that become smaller. It may be a local maximum.
	Mode bool
	// Proposals of each row. Zero is 1000.
	Proposals int
}

// Imputed are rows with their missing values filled in.
type Imputed struct {
	Table data.Table // row i·Draws + k is the k-th filling of row i
	// Filled is the number of values that each row missed, and Effective the number of independent draws that its
	// proposals are worth. A row that misses nothing has 0 of both.
	Filled    []int
	Effective []float64
	// Bad says of rows that stay as they are why: a value among the others that the model can't take, or one missing in
	// a column of the condition, of which the model has no density.
	Bad []error
}

// withDefaults fills in the zeros.
func (p Imputation) withDefaults() (Imputation, error) {
	if p.Draws == 0 {
		p.Draws = 1
	}
	if p.Proposals == 0 {
		p.Proposals = 1000
	}
	switch {
	case p.Draws < 1 || p.Proposals < 10:
		return p, fmt.Errorf("model: impute: %d draws from %d proposals, want at least 1 from at least 10", p.Draws, p.Proposals)
	case p.Mode && p.Draws > 1:
		return p, errors.New("model: impute: more than one draw of the mode, want one")
	}
	return p, nil
}

// Impute fills in the missing values of a table's rows, in the columns whose density the model is. Columns go by name,
// and others are left as they are.
func (m *Model) Impute(ctx context.Context, of data.Table, how Imputation, rng *rand.Rand) (Imputed, error) {
	if m.About.Probes > 0 {
		return Imputed{}, errors.New("model: impute: traces are estimated, and weights by their log-densities would be wrong; want exact ones")
	}
	how, err := how.withDefaults()
	if err != nil {
		return Imputed{}, err
	}
	places := make([]int, 0, how.Draws*of.Len())
	for i := range how.Draws * of.Len() {
		places = append(places, i/how.Draws)
	}
	whole, err := of.Take(places...)
	if err != nil {
		return Imputed{}, err
	}
	values := numbers(whole.Rows)
	out := Imputed{Filled: make([]int, of.Len()), Effective: make([]float64, of.Len())}
	f := &filler{model: m, how: how, rng: rng}
	columns := make([]int, len(m.X.Columns))
	for j, c := range m.X.Columns {
		if columns[j] = slices.Index(of.Names, c.Name); columns[j] < 0 {
			return Imputed{}, fmt.Errorf("model: impute: no column %q, want %q", c.Name, m.Inputs())
		}
	}
	for i := range of.Len() {
		row, err := of.Take(i)
		if err != nil {
			return Imputed{}, err
		}
		filled, missing, effective, err := f.row(ctx, row)
		if bad := (*data.ValueError)(nil); errors.As(err, &bad) {
			bad.Row = i
			out.Bad = append(out.Bad, bad)
			continue
		}
		if err != nil {
			return Imputed{}, fmt.Errorf("model: impute: row %d: %w", i, err)
		}
		out.Filled[i], out.Effective[i] = len(missing), effective
		for k := range how.Draws {
			for _, j := range missing {
				values[(i*how.Draws+k)*len(of.Names)+columns[j]] = filled[k*len(columns)+j]
			}
		}
	}
	whole.Rows = data.Rows(len(of.Names), values...)
	out.Table = whole
	return out, nil
}

// filler fills rows one by one.
type filler struct {
	model *Model
	how   Imputation
	rng   *rand.Rand
	pool  []float64 // draws, where nothing is given
}

// gap is a row with missing values, in the units of the flow.
type gap struct {
	flow   flows.Conditional // given the row's condition, if there is one
	dim    int
	at     []int     // places of the missing values among the flow's columns
	known  []float64 // a copy of the row for each proposal, with all but those
	logDet []float64 // of the known columns' transform
}

// row returns the row's columns of the model, Draws times, and which of them were missing.
func (f *filler) row(ctx context.Context, row data.Table) (filled []float64, missing []int, effective float64, err error) {
	var dims bool // a missing value is one of the flow's
	for j, c := range f.model.X.Columns {
		column, err := row.Column(c.Name)
		if err != nil {
			return nil, nil, 0, err
		}
		if math.IsNaN(column[0]) {
			missing = append(missing, j)
			dims = dims || c.Constant == nil && c.Twin == ""
		}
	}
	if missing == nil {
		return nil, nil, 0, nil
	}
	g, err := f.gap(row, missing)
	if err != nil {
		return nil, nil, 0, err
	}
	if !dims { // all of them follow from others
		t, err := f.table(g.known[:g.dim])
		return slices.Repeat(t, f.how.Draws), missing, math.Inf(1), err
	}
	points, logs, err := f.propose(ctx, g)
	if err != nil {
		return nil, nil, 0, err
	}
	effective = proposal.Effective(logs)
	if effective == 0 {
		return nil, nil, 0, errors.New("no proposal has a density")
	}
	var chosen []float64
	if f.how.Mode {
		chosen, err = f.climb(ctx, g, row, points, logs)
	} else {
		for _, k := range f.resample(logs, f.how.Draws) {
			chosen = append(chosen, points[k*g.dim:(k+1)*g.dim]...)
		}
	}
	if err != nil {
		return nil, nil, 0, err
	}
	filled, err = f.table(chosen)
	return filled, missing, effective, err
}

// table returns rows of the flow as rows of the model's columns.
func (f *filler) table(rows []float64) ([]float64, error) {
	t, err := f.model.X.Invert(data.Rows(f.model.X.Dim(), rows...))
	if err != nil {
		return nil, err
	}
	f.model.whole(t)
	return t.Rows.Float64s(), nil
}

// gap prepares a row. Known discrete columns are blurred for each proposal anew, so that the weights are those of their
// values and not of a place in a step.
func (f *filler) gap(row data.Table, missing []int) (*gap, error) {
	m, n := f.model, f.how.Proposals
	g := &gap{flow: m.Flow.Given(nil), dim: m.X.Dim(), known: make([]float64, n*m.X.Dim()), logDet: make([]float64, n)}
	copies, err := row.Take(make([]int, n)...)
	if err != nil {
		return nil, err
	}
	if len(m.Given.Columns) > 0 {
		c, _, err := m.Given.Apply(row, nil)
		if err != nil {
			return nil, err
		}
		g.flow = m.Flow.Given(c)
	}
	from := 0
	for j := range m.X.Columns {
		c := m.X.Columns[j]
		width := len(c.Mean)
		if c.Constant != nil || c.Twin != "" {
			continue
		}
		if slices.Contains(missing, j) {
			if c.Fill != nil { // the last one says that a value is there
				width--
				for i := range n {
					g.known[i*g.dim+from+width] = (f.rng.Float64() - 0.5 - c.Mean[width]) / c.Std[width]
				}
			}
			for k := range width {
				g.at = append(g.at, from+k)
			}
			from += len(c.Mean)
			continue
		}
		part, err := m.X.Part(c.Name)
		if err != nil {
			return nil, err
		}
		z, logDet, err := part.Apply(copies, f.rng)
		if err != nil {
			return nil, err
		}
		numbers := z.Float64s()
		for i := range n {
			copy(g.known[i*g.dim+from:], numbers[i*width:(i+1)*width])
			g.logDet[i] += logDet[i]
		}
		from += width
	}
	return g, nil
}

// propose returns rows with the missing values proposed, and the logarithms of their weights.
func (f *filler) propose(ctx context.Context, g *gap) (points, logs []float64, err error) {
	const rounds, wide, enough = 3, 0.1, 0.1
	centres, err := f.near(ctx, g)
	if err != nil {
		return nil, nil, err
	}
	n := f.how.Proposals
	value := make([]float64, len(g.at))
	for range rounds {
		q, err := proposal.New(len(g.at), centres, wide)
		if err != nil {
			return nil, nil, err
		}
		points, logs = slices.Clone(g.known), make([]float64, n)
		for i := range n {
			q.Draw(f.rng, value)
			for k, at := range g.at {
				points[i*g.dim+at] = value[k]
			}
			logs[i] = g.logDet[i] - q.LogProb(value)
		}
		logp, err := logProb(ctx, g.flow, data.Rows(g.dim, points...))
		if err != nil {
			return nil, nil, err
		}
		for i, v := range logp {
			logs[i] += v
		}
		effective := proposal.Effective(logs)
		if effective == 0 || effective >= enough*float64(n) {
			break
		}
		centres = centres[:0]
		for _, i := range f.resample(logs, neighbours) {
			for _, at := range g.at {
				centres = append(centres, points[i*g.dim+at])
			}
		}
	}
	return points, logs, nil
}

// logProb returns log p of rows, -Inf of those that the solver can't carry.
func logProb(ctx context.Context, flow flows.Conditional, y *tensor.Dense) ([]float64, error) {
	logp, err := flow.LogProb(ctx, y)
	if failed := (*flows.SolveError)(nil); err != nil && !errors.As(err, &failed) {
		return nil, err
	}
	for i, v := range logp {
		if math.IsNaN(v) {
			logp[i] = math.Inf(-1)
		}
	}
	return logp, nil
}

// numbers returns a copy of the numbers of a table, NaN among them.
func numbers(x *tensor.Dense) []float64 {
	if x.Dtype() == tensor.Float64 {
		return slices.Clone(x.Float64s())
	}
	values := make([]float64, 0, x.Size())
	for _, v := range x.Float32s() {
		values = append(values, float64(v))
	}
	return values
}
