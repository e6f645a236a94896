package flows_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/flows"
)

// tiltedRows draws rows of a normal distribution whose columns are correlated and have units of their own, with the
// mean of their log-densities.
func tiltedRows(rows int) (x *tensor.Dense, logp float64) {
	mean := []float64{1, -2e4, 0.5}
	var c mat.Cholesky
	if !c.Factorize(mat.NewSymDense(3, []float64{4, 1.9e3, 0.02, 1.9e3, 1e6, 1, 0.02, 1, 1e-3})) {
		panic("no covariance")
	}
	var l mat.TriDense
	c.LTo(&l)
	rng := seeded(3)
	var values []float64
	for range rows {
		u := mat.NewVecDense(3, []float64{rng.NormFloat64(), rng.NormFloat64(), rng.NormFloat64()})
		logp -= (mat.Dot(u, u) + 3*math.Log(2*math.Pi) + c.LogDet()) / 2 / float64(rows)
		u.MulVec(&l, u)
		for j, m := range mean {
			values = append(values, m+u.AtVec(j))
		}
	}
	return data.Rows(3, values...), logp
}

// A normal density is a whitened one: of many rows to the error of the fit, d(d+3)/4n = 4.5/2e4 nats in the mean.
func TestWhitenedNormal(t *testing.T) {
	rows, want := tiltedRows(20000)
	blocks, err := flows.Whiten(rows, 0)
	require.NoError(t, err)
	for _, dtype := range dtypes {
		f := newFlow(dtype, 3, blocks...)
		got, err := f.LogProb(t.Context(), rows)
		require.NoError(t, err)
		assert.InDelta(t, want, stat.Mean(got, nil), 1e-3)

		z, _ := inverse(t, f, rows)
		var c mat.SymDense
		stat.CovarianceMatrix(&c, mat.NewDense(20000, 3, numbers(z)), nil)
		for i := range 3 {
			for j := range i + 1 {
				want := 0.0
				if i == j {
					want = 1
				}
				// ρ is 3e-4 here and the least eigenvalue of the correlations 0.02: ρ/λ is left.
				assert.InDelta(t, want, c.At(i, j), 0.02)
			}
		}
		x, _ := forward(t, f, z)
		deviations := []float64{2, 1e3, 0.03}
		back := numbers(x)
		for i, v := range numbers(rows) {
			require.InDelta(t, v, back[i], 1e-5*deviations[i%3])
		}
	}
}

// For two columns of correlation c the paper's equation 23 by hand: S has 1 on and c off its diagonal, so that
// tr S² = 2 + 2c², (tr S)² = 4, 1 - 2/p = 0 and ρ = min(1, 4/(n·2c²)).
func TestWhitenShrinks(t *testing.T) {
	for _, c := range []struct {
		name  string
		x, y  []float64
		least float64
	}{
		{"to nothing", []float64{0, 1, 2}, []float64{0, 1, 0.5}, 0},
		{"a little", []float64{0, 1, 2, 3, 4}, []float64{0, 1.1, 2, 3.1, 3.9}, 0},
		{"as told", []float64{0, 1, 2, 3, 4}, []float64{0, 1.1, 2, 3.1, 3.9}, 0.5},
	} {
		t.Run(c.name, func(t *testing.T) {
			var rows []float64
			for i := range c.x {
				rows = append(rows, c.x[i], c.y[i])
			}
			r, n := stat.Correlation(c.x, c.y, nil), float64(len(c.x))
			ρ := max(c.least, min(1, 4/(n*2*r*r)))
			blocks, err := flows.Whiten(data.Rows(2, rows...), c.least)
			require.NoError(t, err)
			a := mat.NewDense(2, 2, blocks[0].(flows.Linear).Matrix)
			var square mat.Dense
			square.Mul(a, a)
			assert.InDelta(t, (1-ρ)*r, square.At(0, 1), 1e-12)
			assert.InDelta(t, 1, square.At(0, 0), 1e-12)
		})
	}
}

func TestWhitenRefuses(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		name string
		rows *tensor.Dense
		want string
	}{
		{"nil", nil, "the rows are nil"},
		{"few", data.Rows(2, 1, 2, 3, 4), "2 rows, want 3 or more"},
		{"constant", data.Rows(2, 1, 2, 3, 2, 5, 2), "column 1 has mean 2 and deviation 0"},
		{"nan", data.Rows(2, 1, 2, 3, nan, 5, 2), "column 1 has mean NaN"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := flows.Whiten(c.rows, 0)
			assert.ErrorContains(t, err, c.want)
		})
	}
	_, err := flows.Whiten(data.Rows(2, 1, 2, 3, 5, 5, 2), 1.5)
	assert.ErrorContains(t, err, "shrunk by 1.5, want a number from 0 to 1")
}
