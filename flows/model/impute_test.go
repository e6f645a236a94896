package model_test

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat"

	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/flows/model"
	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/nn"
)

// mix is the block x = z·A, which takes N(0, I) to the normal density of covariance Aᵀ A, of three columns, and whose
// determinant is that of its diagonal: x₁ = z₁, x₂ = ½z₁ + z₂, x₃ = -z₁ + z₂/2 + z₃.
type mix struct{}

func (mix) columns(x *graph.Node) (a, b, c *graph.Node) {
	return graph.SliceCols(x, 0, 1), graph.SliceCols(x, 1, 2), graph.SliceCols(x, 2, 3)
}

func (m mix) Forward(_ *nn.Scope, z *graph.Node) (x, logDet *graph.Node) {
	a, b, c := m.columns(z)
	x2 := graph.Add(graph.Scale(a, 0.5), b)
	x3 := graph.Add(graph.Sub(graph.Scale(b, 0.5), a), c)
	return graph.Concat(a, x2, x3), graph.Scale(a, 0)
}

func (m mix) Inverse(_ *nn.Scope, x *graph.Node) (z, logDet *graph.Node) {
	a, b, c := m.columns(x)
	z2 := graph.Sub(b, graph.Scale(a, 0.5))
	z3 := graph.Add(graph.Sub(c, graph.Scale(z2, 0.5)), a)
	return graph.Concat(a, z2, z3), graph.Scale(a, 0)
}

// three is a model of three columns a, b and c, which are 10 + 2 x₁, 5 x₂ and x₃ - 1.
func three() *model.Model {
	return &model.Model{
		Flow: &flows.Flow{Dim: 3, Blocks: mix{}, Params: nn.NewParams(nil)},
		X: data.Transform{Columns: []data.Column{
			{Name: "a", Mean: []float64{10}, Std: []float64{2}},
			{Name: "b", Mean: []float64{0}, Std: []float64{5}},
			{Name: "c", Mean: []float64{-1}, Std: []float64{1}},
		}},
	}
}

// Draws have the mean and the variance of the normal density given the known columns, by the formula μ + Σ₁₂Σ₂₂⁻¹(x -
// μ).
func TestImputeDrawsFromTheConditionalDensity(t *testing.T) {
	nan := math.NaN()
	const draws = 400
	for _, c := range []struct {
		name       string
		row        []float64
		column     string
		mean, sd   float64
		others     []string // missing too
		proposals  int
		effective0 float64 // at least
	}{
		// b given a and c: x₂ = ½x₁ + z₂ and x₃ + x₁ = z₂/2 + z₃, so that z₂ given x₃ + x₁ = s is N(s/2 / 1.25,
		// 1/1.25).
		{"one of three", []float64{12, nan, 0.5}, "b", 5 * (0.5 + 2.5*0.5/1.25), 5 * math.Sqrt(1/1.25), nil, 2000, 300},
		// a given b alone: x₁ and x₂ have the covariance 0.5, and x₂ has the variance 1.25.
		{"two of three", []float64{nan, 5, nan}, "a", 10 + 2*0.5/1.25, 2 * math.Sqrt(1-0.25/1.25), []string{"c"}, 2000, 300},
		{"all of them", []float64{nan, nan, nan}, "c", -1, math.Sqrt(2.25), []string{"a", "b"}, 2000, 300},
		// Far from all draws: 5 deviations out.
		{"far out", []float64{20, nan, -6}, "b", 5 * 2.5, 5 * math.Sqrt(1/1.25), nil, 2000, 100},
	} {
		t.Run(c.name, func(t *testing.T) {
			table := data.Table{Names: []string{"a", "b", "c"}, Rows: data.Rows(3, c.row...)}
			got, err := three().Impute(context.Background(), table, model.Imputation{Draws: draws, Proposals: c.proposals}, rand.New(rand.NewPCG(7, 0)))
			require.NoError(t, err)
			require.Empty(t, got.Bad)
			assert.Equal(t, []int{1 + len(c.others)}, got.Filled)
			assert.Greater(t, got.Effective[0], c.effective0)
			values, err := got.Table.Column(c.column)
			require.NoError(t, err)
			require.Len(t, values, draws)
			// Draws are drawn again from proposals worth no less than 100: four standard errors of both together.
			se := 4 * math.Sqrt(1.0/draws+1/got.Effective[0])
			assert.InDelta(t, c.mean, stat.Mean(values, nil), c.sd*se)
			assert.InDelta(t, 1, stat.StdDev(values, nil)/c.sd, se/math.Sqrt2)
			for i, v := range c.row {
				if column, _ := got.Table.Column(table.Names[i]); !math.IsNaN(v) {
					assert.Equal(t, v, column[draws-1], "known values stay")
				}
			}
		})
	}
}

// The mode of a normal density is its mean.
func TestImputeTheMode(t *testing.T) {
	nan := math.NaN()
	table := data.Table{Names: []string{"c", "b", "more", "a"}, Rows: data.Rows(4, 0.5, nan, 7, 12, nan, 5, 8, nan)}
	got, err := three().Impute(context.Background(), table, model.Imputation{Mode: true, Proposals: 200}, rand.New(rand.NewPCG(8, 0)))
	require.NoError(t, err)
	values := got.Table.Rows.Float64s()
	assert.InDelta(t, 7.5, values[1], 0.02, "steps end at thousandths of a deviation")
	// x₃ given x₂ = 1: cov(x₂, x₃) = -½ + ½ = 0.
	assert.InDelta(t, -1, values[4], 0.02)
	assert.InDelta(t, 10.8, values[7], 0.02)
	assert.Equal(t, []float64{7, 8}, []float64{values[2], values[6]}, "columns of others stay")
}

// Known categories count by their probability and not by a place in their step, missing ones are drawn by it, what was
// left out follows, and what misses in a condition stays as it is.
func TestImputeColumnsOfAllKinds(t *testing.T) {
	nan := math.NaN()
	rng := rand.New(rand.NewPCG(9, 0))
	value, slope := 4.0, 2.0
	m := three()
	m.X.Columns = []data.Column{
		{Name: "half", Twin: "a", Slope: slope, Offset: 1},
		{Name: "a", Mean: []float64{10}, Std: []float64{2}},
		{Name: "kind", Levels: []string{"low", "high"}, Step: 1, Grid: true, Mean: []float64{0.5}, Std: []float64{0.5}},
		{Name: "always", Constant: &value},
		{Name: "c", Mean: []float64{-1}, Std: []float64{1}},
	}
	table := data.Table{
		Names:  []string{"half", "a", "kind", "always", "c"},
		Rows:   data.Rows(5, nan, 12, 1, nan, 0, nan, nan, 1, 4, nan, 21, 10, nan, 4, -2),
		Levels: map[string][]string{"kind": {"low", "high"}},
	}
	got, err := m.Impute(context.Background(), table, model.Imputation{Draws: 300, Proposals: 2000}, rng)
	require.NoError(t, err)
	values := got.Table.Rows.Float64s()
	assert.Equal(t, []float64{25, 12, 1, 4, 0}, values[:5])
	assert.True(t, math.IsInf(got.Effective[0], 1))
	var sum float64
	for i := 300; i < 600; i++ {
		assert.InDelta(t, slope*values[5*i+1]+1, values[5*i], 1e-9)
		sum += values[5*i+1]
	}
	// kind is high where x₂ lies in (0, 2), so that a is 10 + 2 E[x₁ | x₂ in (0, 2)], and x₁ is 0.4 x₂ in the mean.
	s := math.Sqrt(1.25)
	density := func(x float64) float64 { return math.Exp(-x*x/2) / math.Sqrt(2*math.Pi) }
	inside := 0.5 * math.Erf(2/s/math.Sqrt2)
	want := 10 + 2*0.4*s*(density(0)-density(2/s))/inside
	assert.InDelta(t, want, sum/300, 4*2*math.Sqrt(1.0/300+1/got.Effective[1]))
	// kind given a = 10 and c = -2, x₁ = 0 and x₃ = -1: x₂ = z₂ given z₂/2 + z₃ = -1 is N(-0.4, 0.8).
	high := 0.0
	for i := 600; i < 900; i++ {
		high += values[5*i+2] / 300
	}
	above := 0.5 * math.Erfc(0.4/math.Sqrt(0.8)/math.Sqrt2)
	assert.InDelta(t, above, high, 4*math.Sqrt(above*(1-above)*(1.0/300+1/got.Effective[2])))

	m = &model.Model{
		Flow:  &flows.Flow{Dim: 3, Cond: 1, Blocks: mix{}, Params: nn.NewParams(nil)},
		X:     three().X,
		Given: data.Transform{Columns: []data.Column{{Name: "where", Mean: []float64{0}, Std: []float64{1}}}},
	}
	table = data.Table{Names: []string{"a", "b", "c", "where"}, Rows: data.Rows(4, 12, nan, 0.5, nan, 12, nan, 0.5, 3)}
	got, err = m.Impute(context.Background(), table, model.Imputation{}, rng)
	require.NoError(t, err)
	require.Len(t, got.Bad, 1)
	assert.ErrorContains(t, got.Bad[0], `row 0, column "where": missing`)
	values = got.Table.Rows.Float64s()
	assert.True(t, math.IsNaN(values[1]))
	assert.False(t, math.IsNaN(values[5]))
}

func TestImputeRefuses(t *testing.T) {
	rows := data.Table{Names: []string{"a", "b"}, Rows: data.Rows(2, 1, 2)}
	rng := rand.New(rand.NewPCG(1, 1))
	_, err := three().Impute(context.Background(), rows, model.Imputation{}, rng)
	assert.EqualError(t, err, `model: impute: no column "c", want ["a" "b" "c"]`)
	_, err = three().Impute(context.Background(), rows, model.Imputation{Mode: true, Draws: 2}, rng)
	assert.EqualError(t, err, "model: impute: more than one draw of the mode, want one")
	_, err = three().Impute(context.Background(), rows, model.Imputation{Proposals: 3}, rng)
	assert.EqualError(t, err, "model: impute: 1 draws from 3 proposals, want at least 1 from at least 10")
	m := three()
	m.About.Probes = 4
	_, err = m.Impute(context.Background(), rows, model.Imputation{}, rng)
	assert.ErrorContains(t, err, "traces are estimated")
}
