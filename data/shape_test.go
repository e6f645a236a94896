package data_test

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/data"
)

// column is a table of one column.
func column(x ...float64) data.Table {
	return data.Table{Names: []string{"x"}, Rows: data.Rows(1, x...)}
}

// testdata/shapes.py says how the file was made.
func TestShapesAgainstScikitLearn(t *testing.T) {
	text, err := os.ReadFile("testdata/shapes.json")
	require.NoError(t, err)
	var file struct {
		Cases []struct {
			Name       string    `json:"name"`
			X          []float64 `json:"x"`
			Lambda     float64   `json:"lambda"`
			YeoJohnson []float64 `json:"yeo_johnson"`
			Log        []float64 `json:"log"`
			Standard   []float64 `json:"standard"`
			Winsorised []float64 `json:"winsorised"`
		} `json:"cases"`
	}
	require.NoError(t, json.Unmarshal(text, &file))
	require.Len(t, file.Cases, 5)
	for _, test := range file.Cases {
		t.Run(test.Name, func(t *testing.T) {
			fit := func(rule data.Rule) (data.Column, []float64) {
				x := column(test.X...)
				by, _, err := data.Recipe{Each: rule}.Fit(x)
				require.NoError(t, err)
				z, _, err := by.Apply(x, nil)
				require.NoError(t, err)
				return by.Columns[0], z.Float64s()
			}
			_, z := fit(data.Rule{})
			assert.InDeltaSlice(t, test.Standard, z, 1e-6) // an offset of 10⁶ deviations leaves ten digits
			if test.Log != nil {
				_, z = fit(data.Rule{Shape: data.Log})
				assert.InDeltaSlice(t, test.Log, z, 1e-6)
			}
			c, z := fit(data.Rule{Shape: data.YeoJohnson})
			require.True(t, test.Lambda > 0 && test.Lambda < 2, "where a fit looks")
			// Both look for the flat top of a likelihood, which has half of float64's digits.
			assert.InDelta(t, test.Lambda, c.Lambda, 1e-5)
			assert.InDeltaSlice(t, test.YeoJohnson, z, 1e-5)

			c, z = fit(data.Rule{Winsorise: 0.05})
			for i, inside := range test.Winsorised {
				assert.InDelta(t, inside, z[i]*c.Std[0]+c.Mean[0], 1e-12*max(1, math.Abs(inside)))
			}
		})
	}
}

// The log-determinant is the logarithm of the slope, by central differences, and the inverse leads back.
func TestTransformOfNumbers(t *testing.T) {
	rng := seeded(1)
	x := make([]float64, 300)
	for i := range x {
		x[i] = math.Exp(rng.NormFloat64())
	}
	for _, shape := range []data.Shape{data.Plain, data.Log, data.YeoJohnson} {
		by, _, err := data.Recipe{Each: data.Rule{Shape: shape}}.Fit(column(x...))
		require.NoError(t, err)
		for _, lambda := range []float64{0, 0.3, 1, 2} {
			if shape != data.YeoJohnson && lambda > 0 {
				continue
			}
			by.Columns[0].Lambda = lambda
			at := []float64{1e-3, 0.2, 1, 2.5, 30}
			if shape != data.Log {
				at = append(at, -0.4, -7, 0)
			}
			for _, v := range at {
				h := 1e-5 * (1 + math.Abs(v))
				if shape == data.Log {
					h = 1e-5 * v
				}
				z, logDet, err := by.Apply(column(v-h, v, v+h), nil)
				require.NoError(t, err)
				slope := (z.Float64s()[2] - z.Float64s()[0]) / (2 * h)
				// The third derivative times h² and rounding divided by h are both below this.
				assert.InDelta(t, math.Log(slope), logDet[1], 1e-6, "%s %v at %v", shape, lambda, v)
				back, err := by.Invert(z)
				require.NoError(t, err)
				assert.InDeltaSlice(t, []float64{v - h, v, v + h}, back.Rows.Float64s(), 1e-11*(1+math.Abs(v)))
			}
		}
	}
}

func TestShapesTakeAllNumbersToAll(t *testing.T) {
	// A column whose best λ is far below 0: it stays in the range where every number has an inverse.
	x := make([]float64, 200)
	for i := range x {
		x[i] = 1 / (float64(i) + 0.5)
	}
	by, _, err := data.Recipe{Each: data.Rule{Shape: data.YeoJohnson}}.Fit(column(x...))
	require.NoError(t, err)
	assert.InDelta(t, 0, by.Columns[0].Lambda, 1e-7)
	for _, z := range []float64{-1e5, -40, 0, 40, 1e5} {
		back, err := by.Invert(data.Rows(1, z))
		require.NoError(t, err)
		assert.False(t, math.IsNaN(back.Rows.Float64s()[0]) || math.IsInf(back.Rows.Float64s()[0], 0), "of %v", z)
	}
}

// Of very many numbers an even choice has nearly the likelihood of all.
func TestYeoJohnsonOfManyNumbers(t *testing.T) {
	rng := seeded(1)
	var few, many []float64
	for range 500 {
		v := math.Exp(0.5 * rng.NormFloat64())
		few = append(few, v)
		for range 300 {
			many = append(many, v)
		}
	}
	fit := func(x []float64) float64 {
		by, _, err := data.Recipe{Each: data.Rule{Shape: data.YeoJohnson}}.Fit(column(x...))
		require.NoError(t, err)
		return by.Columns[0].Lambda
	}
	assert.InDelta(t, fit(few), fit(many), 5e-3)
}
