package data_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat/distuv"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/data"
)

func TestTransformRefuses(t *testing.T) {
	whole := must(survey(300, 1).WithoutMissing())
	by, _, err := careful.Fit(whole)
	require.NoError(t, err)
	change := func(i, j int, v float64) data.Table {
		x := must(whole.Take(0, 1, 2))
		x.Rows.Float64s()[i*6+j] = v
		return x
	}
	other := change(0, 0, 1)
	other.Levels = map[string][]string{"city": {"Bonn", "Oslo", "Rome", "Ulm"}}
	for i, city := range []float64{1, 0, 3} {
		other.Rows.Float64s()[6*i+2] = city
	}
	for _, test := range []struct {
		x      data.Table
		row    int
		column string
		want   string
	}{
		{change(2, 0, nan), 2, "height", "missing, and there is nothing to fill it with"},
		{change(1, 2, 3), 1, "city", "3, want the number of one of 3 categories"},
		{other, 1, "city", `"Bonn" is none of the categories ["Oslo" "Rome" "Ulm"]`},
	} {
		_, _, err := by.Apply(test.x, nil)
		var e *data.ValueError
		require.ErrorAs(t, err, &e)
		assert.Equal(t, test.row, e.Row)
		assert.Equal(t, test.column, e.Column)
		assert.ErrorContains(t, err, test.want)
		_, err = by.Source(test.x, 2, 1)
		assert.ErrorAs(t, err, &e)
		logp, err := by.LogProb(t.Context(), test.x, normals01{}, 1, nil)
		assert.ErrorAs(t, err, &e)
		for i, l := range logp {
			assert.Equal(t, i == test.row, math.IsNaN(l), "row %d: one row's fault is its own", i)
		}
	}
	_, _, err = by.Apply(must(whole.Drop("price")), nil)
	assert.ErrorContains(t, err, `no column "price"`)
	two := change(0, 0, nan)
	two.Rows.Float64s()[6] = nan
	_, err = by.LogProb(t.Context(), two, normals01{}, 3, seeded(1))
	assert.ErrorContains(t, err, "in the rows of the fit, and 1 rows more")
	logs, _, err := data.Recipe{Each: data.Rule{Shape: data.Log}}.Fit(column(1, 2))
	require.NoError(t, err)
	_, _, err = logs.Apply(column(1, -2), nil)
	assert.EqualError(t, err, `data: row 1, column "x": -2: want a number that its shape is finite for`)

	_, err = by.Invert(data.Rows(3, 1, 2, 3))
	assert.EqualError(t, err, "data: transform: rows are 3 wide, want 6")
	_, err = by.Invert(nil)
	assert.EqualError(t, err, "data: table is nil")
	_, err = by.Source(whole, 0, 1)
	assert.EqualError(t, err, "data: batches of 0 rows, want at least 1")

	one := data.Column{Name: "x", Mean: []float64{0}, Std: []float64{1}}
	broken := func(f func(c *data.Column)) data.Transform {
		c := one
		f(&c)
		return data.Transform{Columns: []data.Column{c}}
	}
	for _, test := range []struct {
		by   data.Transform
		want string
	}{
		{data.Transform{}, "data: transform: no columns"},
		{data.Transform{Columns: []data.Column{one, one}}, `data: transform: columns 1, 2 are all called "x"`},
		{broken(func(c *data.Column) { c.Std = nil }), `data: transform: column "x": 1 means and 0 deviations, want 1`},
		{broken(func(c *data.Column) { c.Std = []float64{0} }), `data: transform: column "x": mean 0 and deviation 0, want finite numbers and a deviation above 0`},
		{broken(func(c *data.Column) { c.Low = &nan }), `data: transform: column "x": low is NaN, want a finite number`},
		{broken(func(c *data.Column) { c.Step = -1 }), `data: transform: column "x": step is -1 and scale 0, want 0 or more`},
		{broken(func(c *data.Column) { c.Grid = true }), `data: transform: column "x": a grid has no step`},
		{broken(func(c *data.Column) { c.OneHot = true }), `data: transform: column "x": one_hot without levels`},
		{broken(func(c *data.Column) { c.Shape = "cube" }), `data: transform: column "x": shape "cube", want "log", "yeo-johnson" or none`},
		{broken(func(c *data.Column) { c.Twin = "y" }), `data: transform: column "x": no column of numbers "y" to take it from`},
		{broken(func(c *data.Column) { c.Constant = new(float64) }), "data: transform: every column is left out"},
		{broken(func(c *data.Column) { c.FillNoise = true }), `data: transform: column "x": fill_noise without fill, or with one_hot`},
		{broken(func(c *data.Column) { c.Low, c.High = &c.Std[0], &c.Mean[0] }), `data: transform: column "x": low 1 is above high 0`},
	} {
		_, _, err := test.by.Apply(column(1), nil)
		assert.EqualError(t, err, test.want)
		_, err = test.by.Invert(data.Rows(1, 1))
		assert.EqualError(t, err, test.want)
	}
}

// normals01 is the standard normal density, by columns.
type normals01 struct{}

func (normals01) LogProb(_ context.Context, x *tensor.Dense) ([]float64, error) {
	var logs []float64
	for row := range slices.Chunk(x.Float64s(), x.Shape()[1]) {
		var l float64
		for _, v := range row {
			l += distuv.UnitNormal.LogProb(v)
		}
		logs = append(logs, l)
	}
	return logs, nil
}

// A density in the table's own units integrates to 1, and a discrete column's sums to 1.
func TestTransformLogProb(t *testing.T) {
	rng := seeded(1)
	var prices, counts []float64
	for range 400 {
		prices = append(prices, math.Exp(rng.NormFloat64()))
		counts = append(counts, float64(rng.IntN(6)))
	}
	for _, shape := range []data.Shape{data.Log, data.YeoJohnson} {
		by, _, err := data.Recipe{Each: data.Rule{Shape: shape}}.Fit(column(prices...))
		require.NoError(t, err)
		const h = 0.002
		var grid []float64
		for v := -40 + h/2; v < 60; v += h {
			if v > 0 || shape != data.Log {
				grid = append(grid, v)
			}
		}
		logp, err := by.LogProb(t.Context(), column(grid...), normals01{}, 1, nil)
		require.NoError(t, err)
		var sum float64
		for _, l := range logp {
			sum += h * math.Exp(l)
		}
		assert.InDelta(t, 1, sum, 1e-3, shape) // beyond 60 lies that of a lognormal density
	}

	by, _, err := data.Recipe{Each: data.Rule{Dequantise: true}}.Fit(column(counts...))
	require.NoError(t, err)
	c := by.Columns[0]
	const draws = 4000
	logp, err := by.LogProb(t.Context(), column(0, 2, 5), normals01{}, draws, seeded(1))
	require.NoError(t, err)
	for i, k := range []float64{0, 2, 5} {
		cell := distuv.Normal{Mu: c.Mean[0], Sigma: c.Std[0]}
		// A density changes over the cell by less than its mean, and a uniform draw's deviation is 0.29.
		assert.InDelta(t, cell.CDF(k+0.5)-cell.CDF(k-0.5), math.Exp(logp[i]), 5*0.29*0.2/math.Sqrt(draws))
	}

	// Noise in the place of what is missing has its own density taken off: with a model that knows it as noise, a row
	// has the density of what is there, whatever was drawn.
	by, _, err = data.Recipe{Each: data.Rule{Missing: data.Noise}}.Fit(column(append([]float64{nan, nan}, prices...)...))
	require.NoError(t, err)
	a, err := by.LogProb(t.Context(), column(nan), normals01{}, 1, nil)
	require.NoError(t, err)
	p := 2. / 402
	std := math.Sqrt(p*(1-p) + 1./12)
	assert.InDelta(t, distuv.UnitNormal.LogProb((1-p)/std)-math.Log(std), a[0], 1e-12)
	logs, err := by.LogProb(t.Context(), column(nan), firstColumn{}, 1, seeded(3))
	require.NoError(t, err)
	assert.InDelta(t, -math.Log(std), logs[0], 1e-12)

	_, err = by.LogProb(t.Context(), column(1), normals01{}, 0, nil)
	assert.EqualError(t, err, "data: transform: 0 draws, want at least 1")
	broken := errors.New("broken")
	got, err := by.LogProb(t.Context(), column(1, 2), failingModel{broken, []float64{0, nan}}, 1, nil)
	assert.ErrorIs(t, err, broken)
	assert.False(t, math.IsNaN(got[0]))
	assert.True(t, math.IsNaN(got[1]))
	_, err = by.LogProb(t.Context(), column(1, 2), failingModel{broken, nil}, 1, nil)
	assert.ErrorIs(t, err, broken)
	_, err = by.LogProb(t.Context(), column(1, 2), failingModel{nil, nil}, 1, nil)
	assert.EqualError(t, err, "data: transform: the model gives 0 densities for 2 rows")
}

// firstColumn is the standard normal density of the first column alone.
type firstColumn struct{}

func (firstColumn) LogProb(_ context.Context, x *tensor.Dense) ([]float64, error) {
	var logs []float64
	for row := range slices.Chunk(x.Float64s(), x.Shape()[1]) {
		logs = append(logs, distuv.UnitNormal.LogProb(row[0]))
	}
	return logs, nil
}

type failingModel struct {
	err  error
	logs []float64
}

func (f failingModel) LogProb(context.Context, *tensor.Dense) ([]float64, error) {
	return f.logs, f.err
}

func TestTransformOfAFile(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{`{"columns":[{"name":"x","mean":[0],"std":[1],"spline":[1,2]}]}`, `data: transform: json: unknown field "spline"`},
		{`{"columns":[{"name":"x","mean":[0],"std":[0]}]}`, `data: transform: column "x": mean 0 and deviation 0, want finite numbers and a deviation above 0`},
		{`{}`, "data: transform: no columns"},
		{`[1]`, "data: transform: json: cannot unmarshal array into Go value of type data.plain"},
	} {
		var by data.Transform
		assert.EqualError(t, json.Unmarshal([]byte(test.text), &by), test.want)
	}
}

func TestTransformPart(t *testing.T) {
	x := survey(100, 1)
	by, _, err := careful.Fit(x)
	require.NoError(t, err)
	whole, logDet, err := by.Apply(x, nil)
	require.NoError(t, err)
	a, err := by.Part("height", "children")
	require.NoError(t, err)
	b, err := by.Part("city", "price", "planet")
	require.NoError(t, err)
	za, la, err := a.Apply(x, nil)
	require.NoError(t, err)
	zb, lb, err := b.Apply(x, nil)
	require.NoError(t, err)
	require.Equal(t, by.Dim(), a.Dim()+b.Dim())
	assert.Equal(t, whole.Float64s()[:a.Dim()], za.Float64s()[:a.Dim()])
	assert.Equal(t, whole.Float64s()[a.Dim():by.Dim()], zb.Float64s()[:b.Dim()])
	for i := range logDet {
		assert.InDelta(t, logDet[i], la[i]+lb[i], 1e-12)
	}
	_, err = by.Part("weight")
	assert.ErrorContains(t, err, `data: transform: no column "weight"`)
	_, err = by.Part("inches", "city")
	assert.EqualError(t, err, `data: transform: column "inches": no column of numbers "height" to take it from`)
	_, err = by.Part()
	assert.EqualError(t, err, "data: transform: no columns")
}

func TestPrepared(t *testing.T) {
	x := must(survey(100, 1).Drop("price"))
	by, _, err := data.Recipe{Each: data.Rule{Missing: data.Noise, DropConstant: true, Dequantise: true}, DropTwins: true}.Fit(x)
	require.NoError(t, err)
	s, err := by.Source(x, 30, 7)
	require.NoError(t, err)
	assert.Equal(t, []int{by.Dim(), 4}, []int{s.Dim(), s.Len()})
	assert.Equal(t, x.Fingerprint(), s.Fingerprint())
	first, second := streamed(t, s), streamed(t, s)
	assert.Len(t, first, 4)
	assert.Len(t, first[3], 10*by.Dim())
	assert.NotEqual(t, first, second)
	require.NoError(t, s.Seek(0))
	for range s.Epoch() {
		break
	}
	assert.Equal(t, second, streamed(t, s), "an epoch follows from its number")
	require.NoError(t, s.Seek(0))
	assert.Equal(t, first, streamed(t, s))

	// Every row once, and other noise in each epoch.
	rows := func(epoch [][]float64) ([][]float64, []float64) {
		z := data.Rows(by.Dim(), slices.Concat(epoch...)...)
		back, err := by.Invert(z)
		require.NoError(t, err)
		for i, v := range back.Rows.Float64s() {
			if math.IsNaN(v) {
				back.Rows.Float64s()[i] = -1
			}
		}
		all := slices.Collect(slices.Chunk(back.Rows.Float64s(), len(back.Names)))
		slices.SortFunc(all, slices.Compare)
		noise := z.Float64s()
		slices.Sort(noise)
		return all, noise
	}
	a, noiseA := rows(first)
	b, noiseB := rows(second)
	for i := range a {
		assert.InDeltaSlice(t, a[i], b[i], 1e-12)
	}
	assert.NotEqual(t, noiseA, noiseB)
	other, err := by.Source(x, 30, 8)
	require.NoError(t, err)
	assert.NotEqual(t, first, streamed(t, other), "another seed")

	logs, _, err := data.Recipe{Each: data.Rule{Shape: data.Log}}.Fit(column(1, 2))
	require.NoError(t, err)
	logs.Columns[0].Step = 3 // noise that a file asks for and the shape can't take
	edge, err := logs.Source(column(1, 1, 1, 1, 1, 1, 1, 1, 1, 1), 1, 1)
	require.NoError(t, err)
	for range edge.Epoch() {
	}
	var e *data.ValueError
	assert.ErrorAs(t, edge.Err(), &e)
}

// A file that is read in batches comes out as the table that it holds does.
func TestTransformOver(t *testing.T) {
	x := must(survey(200, 1).Drop("price", "planet", "inches"))
	by, _, err := data.Recipe{Each: data.Rule{Missing: data.Median}}.Fit(x)
	require.NoError(t, err)
	var file bytes.Buffer
	require.NoError(t, x.WriteCSV(&file))
	open := func(c data.CSV, o data.StreamOptions) (*data.Stream, error) {
		c.Missing = []string{""}
		return data.NewStream(func() (data.RowReader, error) { return c.Rows(bytes.NewReader(file.Bytes())) }, o)
	}
	known := data.CSV{Columns: by.Inputs(), Levels: by.Levels()}
	_, err = open(known, data.StreamOptions{})
	assert.ErrorContains(t, err, "misses a value, want none missing")
	stream, err := open(known, data.StreamOptions{Batch: 30, Missing: true})
	require.NoError(t, err)
	assert.Equal(t, by.Levels(), stream.Levels())
	s, err := by.Over(stream, 7)
	require.NoError(t, err)
	assert.Equal(t, []int{by.Dim(), 7}, []int{s.Dim(), s.Len()})
	assert.Equal(t, x.Fingerprint(), s.Fingerprint())
	first, second := streamed(t, s), streamed(t, s)
	want, _, err := by.Apply(x, nil)
	require.NoError(t, err)
	got := slices.Concat(first...)
	require.Len(t, got, want.Shape().TotalSize())
	for i, name := range by.Names() {
		for k := i; k < len(got); k += by.Dim() {
			switch name {
			case "height":
				require.Equal(t, want.Float64s()[k], got[k])
			default: // within half a step of noise, of deviation 1/√12 at the least
				require.InDelta(t, want.Float64s()[k], got[k], 0.5*math.Sqrt(12))
			}
		}
	}
	assert.NotEqual(t, first, second)
	require.NoError(t, s.Seek(0))
	assert.Equal(t, first, streamed(t, s))
	require.NoError(t, s.Seek(1))
	for range s.Epoch() {
		break
	}
	require.NoError(t, s.Seek(1))
	assert.Equal(t, second, streamed(t, s))

	// With a seed the order is the epoch's own too.
	stream, err = open(known, data.StreamOptions{Batch: 30, Missing: true, Seed: 3})
	require.NoError(t, err)
	s, err = by.Over(stream, 7)
	require.NoError(t, err)
	first = streamed(t, s)
	require.NoError(t, s.Seek(0))
	assert.Equal(t, first, streamed(t, s))

	other := data.CSV{Columns: by.Inputs(), Levels: map[string][]string{"city": {"Ulm", "Rome", "Oslo"}}}
	stream, err = open(other, data.StreamOptions{Missing: true})
	require.NoError(t, err)
	_, err = by.Over(stream, 7)
	assert.EqualError(t, err, `data: transform: the categories of column "city" are ["Ulm" "Rome" "Oslo"], want ["Oslo" "Rome" "Ulm"]`)
	stream, err = open(data.CSV{Columns: []string{"children", "height"}}, data.StreamOptions{Missing: true})
	require.NoError(t, err)
	_, err = by.Over(stream, 7)
	assert.EqualError(t, err, `data: transform: the columns are ["children" "height"], want ["height" "children" "city"]`)
	_, err = by.Over(nil, 7)
	assert.EqualError(t, err, "data: transform: no source")
	_, err = data.Transform{}.Over(stream, 7)
	assert.EqualError(t, err, "data: transform: no columns")

	broken := errors.New("broken")
	for _, test := range []struct {
		of   sourceOf
		want string
	}{
		{sourceOf{err: broken}, "broken"},
		{sourceOf{batches: []*tensor.Dense{data.Rows(2, 1, 2)}}, "data: transform: a batch is 2 wide, want 3"},
		{sourceOf{batches: []*tensor.Dense{nil}}, "data: table is nil"},
		{sourceOf{batches: []*tensor.Dense{data.Rows(3, 1.7, 0, 0, 1.7, 0, 5)}}, `data: row 1, column "city": 5, want the number of one of 3 categories`},
		{sourceOf{batches: []*tensor.Dense{data.Rows(3, 1.7, nan, 0)}}, `data: row 0, column "children": missing, and there is nothing to fill it with: none was missing in the rows of the fit`},
	} {
		s, err := by.Over(test.of, 1)
		require.NoError(t, err)
		assert.Empty(t, s.Fingerprint())
		for range s.Epoch() {
		}
		assert.EqualError(t, s.Err(), test.want)
		assert.ErrorContains(t, s.Seek(0), "can't go to an epoch")
	}
	drawn, err := data.NewBatches(data.Rows(3, 1.7, 0, 0), 1, seeded(1))
	require.NoError(t, err)
	s, err = by.Over(drawn, 1)
	require.NoError(t, err)
	assert.ErrorContains(t, s.Seek(0), "drawn from a *rand.Rand")
}
