package data_test

import (
	"encoding/json"
	"errors"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/go-ffjord/ffjord/data"
)

// Whatever the table and the recipe, a fit fails by an error or gives a transform that a file keeps, that takes the
// rows of the fit to finite numbers and back, and whose noise leaves discrete values what they are.
func TestAnyRecipe(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		dim, rows := rapid.IntRange(1, 4).Draw(t, "dim"), rapid.IntRange(1, 40).Draw(t, "rows")
		x := data.Table{Names: []string{"a", "b", "c", "d"}[:dim], Levels: map[string][]string{}}
		r := data.Recipe{Columns: map[string]data.Rule{}, DropTwins: rapid.Bool().Draw(t, "twins")}
		kinds := make([]*rapid.Generator[float64], dim)
		for j, name := range x.Names {
			kinds[j] = rapid.SampledFrom([]*rapid.Generator[float64]{
				rapid.Float64Range(-1e9, 1e9), rapid.Float64Range(1e-3, 1e6), rapid.Just(7.0),
				rapid.SampledFrom([]float64{0, 1, 2, 5}), rapid.SampledFrom([]float64{-0.1, 0.2, nan}), rapid.Just(nan),
			}).Draw(t, "kind")
			if rapid.Bool().Draw(t, "category") {
				x.Levels[name] = []string{"u", "v", "w"}
				kinds[j] = rapid.SampledFrom([]float64{0, 1, 2, nan})
			}
			r.Columns[name] = data.Rule{
				Missing:      rapid.SampledFrom([]data.Missing{data.Refuse, data.Median, data.Noise}).Draw(t, "missing"),
				DropConstant: rapid.Bool().Draw(t, "constant"),
				Floor:        rapid.SampledFrom([]float64{0, 0.1}).Draw(t, "floor"),
				Dequantise:   rapid.Bool().Draw(t, "blurred"),
				OneHot:       rapid.Bool().Draw(t, "one hot"),
				Winsorise:    rapid.SampledFrom([]float64{0, 0.1}).Draw(t, "winsorised"),
				Shape:        rapid.SampledFrom([]data.Shape{data.Plain, data.Log, data.YeoJohnson}).Draw(t, "shape"),
			}
		}
		var values []float64
		for range rows {
			for j := range dim {
				values = append(values, kinds[j].Draw(t, "value"))
			}
		}
		x.Rows = data.Rows(dim, values...)

		by, _, err := r.Fit(x)
		if err != nil {
			return
		}
		text, err := json.Marshal(by)
		require.NoError(t, err)
		var again data.Transform
		require.NoError(t, json.Unmarshal(text, &again))
		require.Equal(t, by, again)

		z, logDet, err := by.Apply(x, seeded(1))
		require.NoError(t, err)
		for _, v := range append(z.Float64s(), logDet...) {
			require.False(t, math.IsNaN(v) || math.IsInf(v, 0))
		}
		back, err := by.Invert(z)
		require.NoError(t, err)
		for i, got := range back.Rows.Float64s() {
			c := by.Columns[i%dim]
			of := c // what a twin follows
			for _, other := range by.Columns {
				if other.Name == c.Twin {
					of = other
				}
			}
			switch {
			case c.Twin != "" && (of.Low != nil || of.Step > 0 && !of.Grid):
				continue
			case c.Fill == nil && c.Step > 0 && !c.Grid:
				continue // uneven levels keep their noise
			case c.Low != nil:
				slack := c.Step + 1e-6*max(1, math.Abs(*c.Low), math.Abs(*c.High))
				assert.True(t, math.IsNaN(got) || got >= *c.Low-slack && got <= *c.High+slack)
			case math.IsNaN(values[i]) && c.Constant == nil:
				assert.True(t, math.IsNaN(got), "%v", got)
			case !math.IsNaN(values[i]):
				// The inverse of a grid may be a thousandth of a step off, a twin slope times that.
				slope := max(1, math.Abs(c.Slope))
				assert.InDelta(t, values[i], got, 1e-9*math.Abs(values[i])+slope*(1e-3*of.Step+1e-6))
			}
		}
		source, err := by.Source(x, 7, 1)
		require.NoError(t, err)
		streamed(t, source)
	})
}

// A transform that comes from a file may say anything.
func FuzzTransform(f *testing.F) {
	by, _, err := careful.Fit(survey(50, 1))
	require.NoError(f, err)
	text, err := json.Marshal(by)
	require.NoError(f, err)
	f.Add(text)
	f.Add([]byte(`{"columns":[{"name":"x","mean":[0],"std":[1],"shape":"log"}]}`))
	f.Add([]byte(`{"columns":[{"name":"x","twin":"y"},{"name":"y","one_hot":true,"levels":["a","b"],"mean":[0,0],"std":[1,1e-300]}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var by data.Transform
		if json.Unmarshal(text, &by) != nil || len(by.Columns) > 100 || by.Dim() > 1000 {
			return
		}
		x := data.Table{Names: by.Inputs()}
		for range by.Columns {
			x.Rows = data.Rows(len(by.Columns), make([]float64, len(by.Columns))...)
		}
		z, _, err := by.Apply(x, seeded(1))
		if err != nil {
			return
		}
		if _, err := by.Invert(z); err != nil {
			require.ErrorContains(t, err, "want finite numbers")
		}
		var refused *data.ValueError
		if source, err := by.Source(x, 3, 1); err == nil {
			for range source.Epoch() {
			}
			require.True(t, source.Err() == nil || errors.As(source.Err(), &refused))
		}
	})
}
