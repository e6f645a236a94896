package serve

import (
	"context"
	"io/fs"
	"math/rand/v2"
	"slices"

	"github.com/go-ffjord/ffjord/cmd/ffjord/internal/logdensity"
	"github.com/go-ffjord/ffjord/cmd/ffjord/internal/table"
	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/flows/model"
)

// served is a model as requests see it. It does not change: a new one takes its place.
type served struct {
	*model.Model
	id      string      // of the file's bytes
	file    fs.FileInfo // before it was read
	columns columns     // of the data
	given   columns     // of the condition
	batches *batcher
	smooth  data.Transform // of the data, see film
	still   int            // frames of a film whatever the number asked for
	solved  int            // blocks that have as many frames as are asked for
}

// mostRows is the number of rows of a batch: enough to keep all cores busy, and few enough to be done soon.
const mostRows = 8192

func (s *Service) newServed(ctx context.Context, of *model.Model, id string) (*served, error) {
	m := &served{Model: of, id: id, columns: columnsOf(of.X, of.About), given: columnsOf(of.Given, of.About), smooth: smooth(of.X)}
	m.batches = &batcher{
		width: len(m.all()), most: mostRows, alone: of.About.Probes > 0, evaluate: m.density, observe: s.meters.batch,
	}
	return m, m.warm(ctx)
}

func columnsOf(t data.Transform, about model.About) columns {
	var out columns
	times := about.Times()
	for _, c := range t.Columns {
		ignored := c.Constant != nil || c.Twin != ""
		out = append(out, column{
			Name: c.Name, Levels: slices.Clone(c.Levels), Time: table.Kind(times[c.Name]), MayMiss: c.Fill != nil || ignored,
		})
	}
	return out
}

// all returns the columns of the data and of the condition.
func (m *served) all() columns { return slices.Concat(m.columns, m.given) }

// tableOf returns rows of columns as a table, in which categories are numbers.
func tableOf(rows []float64, of columns) data.Table {
	return data.Table{Names: of.names(), Rows: data.Rows(len(of), rows...)}
}

// warm compiles all that requests need, and refuses a model that has no density for a draw of its own.
func (m *served) warm(ctx context.Context) error {
	var given []float64
	if len(m.given) > 0 {
		c := data.Rows(m.Given.Dim(), make([]float64, m.Given.Dim())...) // the middle of the training rows
		t, err := m.Given.Invert(c)
		if err != nil {
			return err
		}
		given = t.Rows.Float64s()
	}
	x, err := m.sample(ctx, 1, 1, given)
	if err != nil {
		return err
	}
	out, err := m.density(ctx, append(x.Rows.Float64s(), given...))
	if err != nil {
		return err
	}
	if out[0].err != nil {
		return out[0].err
	}
	return m.measure(ctx, given)
}

// density is the evaluate of the model: it computes the density of rows, data and condition side by side.
func (m *served) density(ctx context.Context, rows []float64) ([]density, error) {
	scores, err := logdensity.Of(ctx, m.Model, tableOf(rows, m.all()), 0)
	if err != nil {
		return nil, err
	}
	out := make([]density, len(scores.LogProb))
	for i, logp := range scores.LogProb {
		out[i].logp = logp
		if scores.StdErr != nil {
			out[i].stdErr = scores.StdErr[i]
		}
	}
	for _, err := range scores.Bad {
		out[logdensity.Row(err)].err = err
	}
	return out, nil
}

// percentile returns the share of the training rows that are less dense, in percent.
func (m *served) percentile(logp float64) float64 { return 100 * m.About.LogProb.Share(logp) }

// sample draws n rows of the data, given one condition for all or one for each. They are those that the program's sample
// draws with the same seed.
func (m *served) sample(ctx context.Context, n int, seed uint64, given []float64) (data.Table, error) {
	rng := rand.New(rand.NewPCG(seed, 0))
	if len(m.given) == 0 {
		return m.Sample(ctx, n, rng)
	}
	conditions := tableOf(given, m.given)
	each := n / conditions.Len()
	t, err := m.SampleGiven(ctx, conditions, each, rng)
	if err != nil {
		return data.Table{}, m.refused("given", err, each)
	}
	return t.Select(m.columns.names()...)
}

// written are the columns of the data as a text has them.
func (m *served) written() []table.Column {
	times := make(map[string]table.Kind)
	for _, c := range m.columns {
		if c.Time != "" {
			times[c.Name] = c.Time
		}
	}
	return table.ColumnsOf(m.columns.names(), m.X.Levels(), m.About.Integers(), times)
}
