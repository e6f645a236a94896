package model_test

import (
	"bytes"
	"context"
	"math"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/flows/model"
	"github.com/go-ffjord/ffjord/nn"
)

// normal is the standard normal density of a standardised table: in the table's units N(mean, std) for each column.
func normal(t *testing.T) (*model.Model, data.Table) {
	rng := rand.New(rand.NewPCG(1, 2))
	var values []float64
	for range 500 {
		values = append(values, 5+2*rng.NormFloat64(), math.Round(100+30*rng.NormFloat64()))
	}
	rows := data.Table{Names: []string{"a", "count"}, Rows: data.Rows(2, values...)}
	fit, _, err := data.Recipe{}.Fit(rows)
	require.NoError(t, err)
	return &model.Model{
		Flow: &flows.Flow{Dim: 2, Params: nn.NewParams(nil)},
		X:    fit,
		About: model.About{Seed: 3, Train: 500, Columns: []model.Column{
			{Name: "a"}, {Name: "count", Integer: true},
		}},
	}, rows
}

// TestLogProbIsInTheTablesUnits compares with normal densities of the columns' means and deviations.
func TestLogProbIsInTheTablesUnits(t *testing.T) {
	m, rows := normal(t)
	var of [2]distuv.Normal
	for j, name := range rows.Names {
		column, err := rows.Column(name)
		require.NoError(t, err)
		of[j] = distuv.Normal{Mu: stat.Mean(column, nil), Sigma: stat.PopStdDev(column, nil)}
	}
	values := rows.Rows.Float64s()
	values[3] = math.NaN() // the count of row 1
	s, err := m.LogProb(context.Background(), rows)
	require.NoError(t, err)
	assert.Nil(t, s.StdErr)
	for i := range 500 {
		if i == 1 {
			assert.True(t, math.IsNaN(s.LogProb[i]))
			assert.Equal(t, 1, s.Missing[i])
			continue
		}
		want := of[0].LogProb(values[2*i]) + of[1].LogProb(values[2*i+1])
		assert.InDelta(t, want, s.LogProb[i], 1e-5, "row %d", i) // float32 has seven digits
		assert.Zero(t, s.Missing[i])
	}
	require.Len(t, s.Bad, 1)
	assert.ErrorContains(t, s.Bad[0], `row 1, column "count": missing`)
}

func TestSampleRestoresTypes(t *testing.T) {
	m, _ := normal(t)
	drawn, err := m.Sample(context.Background(), 2000, rand.New(rand.NewPCG(4, 5)))
	require.NoError(t, err)
	count, err := drawn.Column("count")
	require.NoError(t, err)
	for _, v := range count {
		assert.Equal(t, math.Round(v), v)
	}
	assert.InDelta(t, 100, stat.Mean(count, nil), 3)                                               // 30/√2000 is 0.7
	m.About.Columns[1].Quantiles = model.Quantiles{P: []float64{0, 1}, Values: []float64{98, 105}} // as of grades
	codes, err := m.Sample(context.Background(), 100, rand.New(rand.NewPCG(2, 0)))
	require.NoError(t, err)
	for i := range 100 {
		v := codes.Row(i)[1]
		assert.True(t, v == math.Round(v) && v >= 98 && v <= 105, "%v", v)
	}
}

func TestFileKeepsEverything(t *testing.T) {
	m, rows := normal(t)
	q, err := model.NewQuantiles([]float64{1, 2, 3}, 2)
	require.NoError(t, err)
	m.About.LogProb = q
	path := filepath.Join(t.TempDir(), "m.safetensors")
	require.NoError(t, m.Save(path, nil))
	loaded, err := model.Load(context.Background(), path, nil)
	require.NoError(t, err)
	assert.Equal(t, m.About, loaded.About)
	assert.Equal(t, m.X, loaded.X)
	want, err := m.LogProb(context.Background(), rows)
	require.NoError(t, err)
	got, err := loaded.LogProb(context.Background(), rows)
	require.NoError(t, err)
	assert.Equal(t, want, got)
}

func TestLoadRefusesAFlowAlone(t *testing.T) {
	m, _ := normal(t)
	var file bytes.Buffer
	require.NoError(t, m.Flow.Write(&file, nil))
	_, err := model.Read(context.Background(), &file, nil)
	assert.ErrorIs(t, err, model.ErrNoTable)
}

func TestQuantiles(t *testing.T) {
	var sample []float64
	for i := range 10001 {
		sample = append(sample, float64(i)/100) // 0 to 100
	}
	q, err := model.NewQuantiles(sample, 100)
	require.NoError(t, err)
	for _, p := range []float64{0, 0.00015, 0.0123, 0.5, 0.999, 1} {
		assert.InDelta(t, 100*p, q.At(p), 1e-9) // exact between quantiles, for they lie on a line
		assert.InDelta(t, p, q.Share(100*p), 1e-12)
	}
	assert.Equal(t, 0.0, q.Share(-1))
	assert.Equal(t, 1.0, q.Share(101))
	assert.True(t, math.IsNaN(q.Share(math.NaN())))
	empty, err := model.NewQuantiles([]float64{math.NaN()}, 10)
	require.NoError(t, err)
	assert.True(t, math.IsNaN(empty.At(0.5)))
	assert.True(t, math.IsNaN(empty.Share(1)))
	spike, err := model.NewQuantiles([]float64{0, 1, 1, 1, 2}, 4)
	require.NoError(t, err)
	assert.Equal(t, 0.5, spike.Share(1), "the middle of a spike")
}
