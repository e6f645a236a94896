package main

import (
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/cmd/ffjord/internal/table"
	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/flows/model"
	"github.com/go-ffjord/ffjord/nn"
	"github.com/go-ffjord/ffjord/ode"
)

// coupling is c of the field dz/dt = c·(z₂, z₁), whose flow takes N(0, I) to the normal density with the variances
// cosh 2c and the covariance sinh 2c.
const coupling = 0.4

// made is what a model's file in a test is made of. The zero value is a right one.
type made struct {
	solver ode.Solver                      // of evaluation; zero has small tolerances
	change func(*model.Model)              // last
	rows   func(rng *rand.Rand) [2]float64 // zero is the density of the flow, in units of its own
}

// truth draws a row of the table that the model is right for: height = 170 + 10 z₁, weight = 70 + 5 z₂.
func truth(rng *rand.Rand) [2]float64 {
	e1, e2 := rng.NormFloat64(), rng.NormFloat64()
	ch, sh := math.Cosh(coupling), math.Sinh(coupling)
	return [2]float64{170 + 10*(ch*e1+sh*e2), 70 + 5*(sh*e1+ch*e2)}
}

// draw returns a table of rows of truth, whatever the model is.
func (m made) draw(seed uint64, n int) data.Table {
	rng, rows := rand.New(rand.NewPCG(seed, 0)), m.rows
	if rows == nil {
		rows = truth
	}
	var values []float64
	for range n {
		row := rows(rng)
		values = append(values, row[:]...)
	}
	return data.Table{Names: []string{"height", "weight"}, Rows: data.Rows(2, values...)}
}

// build makes the model: a flow in closed form in the units of truth, and what fit would say of 4000 rows.
func (m made) build(t *testing.T) *model.Model {
	t.Helper()
	if m.solver.RTol == 0 && m.solver.Steps == 0 {
		m.solver = ode.Solver{RTol: 1e-5, ATol: 1e-5}
	}
	flow := &flows.Flow{
		Dim:    2,
		Blocks: flows.FFJORD{Field: nn.Linear{Out: 2, NoBias: true}, Eval: &m.solver},
		Params: &nn.Params{Rand: rand.New(rand.NewPCG(1, 1)), Dtype: tensor.Float32},
	}
	require.NoError(t, flow.Compile())
	weights := flow.Params.Get("block0.weight").Value().Data().([]float32)
	copy(weights, []float32{0, coupling, coupling, 0})
	of := &model.Model{Flow: flow, X: data.Transform{Columns: []data.Column{
		{Name: "height", Mean: []float64{170}, Std: []float64{10}},
		{Name: "weight", Mean: []float64{70}, Std: []float64{5}},
	}}}
	rows := made{}.draw(9, 4000)
	about := model.About{Version: "test", Train: 4000}
	for _, name := range rows.Names {
		column, err := rows.Column(name)
		require.NoError(t, err)
		q, err := model.NewQuantiles(column, 100)
		require.NoError(t, err)
		about.Columns = append(about.Columns, model.Column{Name: name, Quantiles: q})
	}
	of.About = about
	scores, err := of.LogProb(t.Context(), rows)
	require.NoError(t, err)
	of.About.LogProb, err = model.NewQuantiles(slices.Clone(scores.LogProb), 100)
	require.NoError(t, err)
	if m.change != nil {
		m.change(of)
	}
	return of
}

// save writes the model and some rows of truth into a folder: m.safetensors and rows.csv.
func (m made) save(t *testing.T) (folder string) {
	t.Helper()
	folder = t.TempDir()
	require.NoError(t, m.build(t).Save(filepath.Join(folder, "m.safetensors"), nil))
	require.NoError(t, table.Write(filepath.Join(folder, "rows.csv"), nil, m.draw(3, 400), nil))
	return folder
}
