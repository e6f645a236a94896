package data_test

import (
	"errors"
	"fmt"
	"iter"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
	"pgregory.net/rapid"

	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/data/toy"
)

func TestSplitDealsEveryRowOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows := rapid.IntRange(1, 200).Draw(t, "rows")
		h := data.Holdout{
			Test:       rapid.Float64Range(0.01, 0.99).Draw(t, "test"),
			Validation: rapid.Float64Range(0.01, 0.99).Draw(t, "validation"),
		}
		x := counted[float64](rows, 2)
		parts, err := h.Split(x, seeded(rapid.Uint64().Draw(t, "seed")))
		if err != nil {
			assert.ErrorContains(t, err, "want at least one each")
			return
		}
		test := float64(parts.Test.Shape()[0])
		assert.LessOrEqual(t, test/float64(rows), h.Test)
		assert.Greater(t, (test+1)/float64(rows), h.Test)
		all := slices.Concat(parts.Train.Float64s(), parts.Validation.Float64s(), parts.Test.Float64s())
		seen := slices.Collect(slices.Chunk(all, 2))
		slices.SortFunc(seen, slices.Compare)
		assert.Equal(t, x.Float64s(), slices.Concat(seen...))
	})
}

// A share that says n of m rows gives n, though share·m may round below it: .29·100 is 28.999999999999996.
func TestSplitTakesTheShareItIsTold(t *testing.T) {
	for rows := 2; rows <= 200; rows++ {
		x := counted[float64](rows, 1)
		for n := 1; n < rows; n++ {
			parts, err := data.Holdout{Test: float64(n) / float64(rows), NoValidation: true}.Split(x, nil)
			require.NoError(t, err)
			require.Equal(t, n, parts.Test.Shape()[0], "%d of %d", n, rows)
		}
	}
	parts, err := data.Holdout{Test: .5, Validation: .29}.Split(counted[float64](200, 1), nil)
	require.NoError(t, err)
	assert.Equal(t, 29, parts.Validation.Shape()[0])
}

func TestSplitWithoutParts(t *testing.T) {
	x := counted[float64](10, 1)
	parts, err := data.Holdout{NoTest: true}.Split(x, nil)
	require.NoError(t, err)
	assert.Nil(t, parts.Test)
	assert.Equal(t, []int{9, 1}, []int{parts.Train.Shape()[0], parts.Validation.Shape()[0]})
	parts, err = data.Holdout{NoTest: true, NoValidation: true}.Split(x, nil)
	require.NoError(t, err)
	assert.Nil(t, parts.Validation)
	assert.Equal(t, x.Data(), parts.Train.Data())
	_, err = data.Holdout{NoTest: true, Test: .2}.Split(x, nil)
	assert.EqualError(t, err, "data: split: Test is 0.2 and NoTest is set, want one of them")
}

func TestSplitInOrder(t *testing.T) {
	x := counted[float32](25, 1)
	parts, err := data.Holdout{Test: 0.2, Validation: 0.25}.Split(x, nil)
	require.NoError(t, err)
	assert.Equal(t, x.Float32s()[:15], parts.Train.Data())
	assert.Equal(t, x.Float32s()[15:20], parts.Validation.Data())
	assert.Equal(t, x.Float32s()[20:], parts.Test.Data())
	parts.Train.Zero()
	assert.Equal(t, counted[float32](25, 1).Data(), x.Data(), "parts are copies")

	a, err := data.Holdout{}.Split(counted[float64](100, 2), seeded(1))
	require.NoError(t, err)
	b, err := data.Holdout{}.Split(counted[float64](100, 2), seeded(1))
	require.NoError(t, err)
	assert.Equal(t, []int{81, 9, 10}, []int{a.Train.Shape()[0], a.Validation.Shape()[0], a.Test.Shape()[0]})
	assert.Equal(t, a.Train.Data(), b.Train.Data(), "one seed, one split")
}

func TestSplitRefuses(t *testing.T) {
	for _, test := range []struct {
		h    data.Holdout
		x    *tensor.Dense
		want string
	}{
		{data.Holdout{}, nil, "data: table is nil"},
		{data.Holdout{}, counted[float64](9, 1), "data: split: 9 rows give 9 for training, 0 for validation and 0 for the test, want at least one each"},
		{data.Holdout{Test: 1}, counted[float64](9, 1), "data: split: Test is 1, want a number between 0 and 1"},
		{data.Holdout{Validation: -0.5}, counted[float64](9, 1), "data: split: Validation is -0.5, want a number between 0 and 1"},
		{data.Holdout{Validation: math.NaN()}, counted[float64](9, 1), "data: split: Validation is NaN, want a number between 0 and 1"},
	} {
		_, err := test.h.Split(test.x, nil)
		assert.EqualError(t, err, test.want)
	}
}

func TestStandardize(t *testing.T) {
	x := table(4, 2, 1.0, 10, 3, 10, 5, 30, 7, 30)
	s, err := data.FitStandardize(x)
	require.NoError(t, err)
	assert.Equal(t, data.Standardize{Mean: []float64{4, 20}, Std: []float64{math.Sqrt(5), 10}}, s)
	assert.InDelta(t, -math.Log(math.Sqrt(5)*10), s.LogDet(), 1e-15)
	assert.Equal(t, 2, s.Dim())
	z, err := s.Apply(x)
	require.NoError(t, err)
	assert.InDeltaSlice(t, []float64{-3 / math.Sqrt(5), -1, -1 / math.Sqrt(5), -1, 1 / math.Sqrt(5), 1, 3 / math.Sqrt(5), 1}, z.Data(), 1e-15)
	assert.Equal(t, []float64{1, 10, 3, 10, 5, 30, 7, 30}, x.Data(), "the table itself stays")

	narrow, err := data.FitStandardize(table[float32](4, 2, 1, 10, 3, 10, 5, 30, 7, 30))
	require.NoError(t, err)
	assert.Equal(t, s, narrow, "small whole numbers are exact in float32")
	z, err = s.Apply(table[float32](1, 2, 4, 20))
	require.NoError(t, err)
	assert.Equal(t, []float32{0, 0}, z.Data())
}

// Applied to what it was fitted on it gives mean 0 and deviation 1, and it inverts; a log-density is carried over by
// LogDet.
func TestStandardizeProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows, dim := rapid.IntRange(2, 100).Draw(t, "rows"), rapid.IntRange(1, 4).Draw(t, "dim")
		rng := seeded(rapid.Uint64().Draw(t, "seed"))
		values := make([]float64, rows*dim)
		for i := range values {
			values[i] = 1e6*float64(i%dim) + math.Pow(10, float64(i%dim))*rng.NormFloat64()
		}
		x := table(rows, dim, values...)
		s, err := data.FitStandardize(x)
		require.NoError(t, err)
		z, err := s.Apply(x)
		require.NoError(t, err)
		for j := range dim {
			var mean, square float64
			for i := range rows {
				v := z.Float64s()[i*dim+j]
				mean += v / float64(rows)
				square += v * v / float64(rows)
			}
			// Offsets of 1e6 deviations cost six of sixteen digits.
			assert.InDelta(t, 0, mean, 1e-8)
			assert.InDelta(t, 1, square, 1e-8)
		}
		back, err := s.Invert(z)
		require.NoError(t, err)
		assert.InDeltaSlice(t, values, back.Float64s(), 1e-8)
	})
}

func TestFitStandardizeSource(t *testing.T) {
	x := toy.Draw(toy.Circles{}, 1000, seeded(1))
	want, err := data.FitStandardize(x)
	require.NoError(t, err)
	batches, err := data.NewBatches(x, 77, nil)
	require.NoError(t, err)
	got, err := data.FitStandardizeSource(batches)
	require.NoError(t, err)
	assert.Equal(t, want, got)

	broken := errors.New("broken")
	_, err = data.FitStandardizeSource(sourceOf{err: broken})
	assert.ErrorIs(t, err, broken)
	_, err = data.FitStandardizeSource(sourceOf{})
	assert.EqualError(t, err, "data: standardize: no rows")
	_, err = data.FitStandardizeSource(sourceOf{batches: []*tensor.Dense{counted[float64](2, 1), counted[float64](2, 2)}})
	assert.EqualError(t, err, "data: a batch is 2 wide, the first was 1")
}

// sourceOf deals its batches and then fails.
type sourceOf struct {
	batches []*tensor.Dense
	err     error
}

func (s sourceOf) Len() int                       { return len(s.batches) }
func (s sourceOf) Epoch() iter.Seq[*tensor.Dense] { return slices.Values(s.batches) }
func (s sourceOf) Err() error                     { return s.err }

func TestStandardizeRefuses(t *testing.T) {
	_, err := data.FitStandardize(nil)
	assert.EqualError(t, err, "data: table is nil")
	_, err = data.FitStandardize(table(3, 2, 1.0, 0.1, 2, 0.1, 3, 0.1))
	assert.EqualError(t, err, "data: standardize: column 1 is 0.1 in every row")
	many := data.Table{Names: []string{"a", "b", "c"}, Rows: table(2, 3, 7.0, 1, 8, 7, 2, 8)}
	_, err = many.FitStandardize()
	assert.EqualError(t, err, `data: standardize: column "a" is 7, column "c" is 8 in every row`)
	var constant *data.ConstantError
	require.ErrorAs(t, err, &constant)
	assert.Equal(t, []data.ConstantColumn{{Place: 0, Name: "a", Value: 7}, {Place: 2, Name: "c", Value: 8}}, constant.Columns)
	_, err = data.FitStandardize(table[float64](1, 1000, make([]float64, 1000)...))
	assert.ErrorContains(t, err, "column 19 is 0 and 980 more are the same in every row")
	_, err = data.Table{}.FitStandardize()
	assert.EqualError(t, err, "data: table is nil")
	stream, err := data.NewStream(func() (data.RowReader, error) {
		return data.CSV{}.Rows(strings.NewReader("a,b\n1,5\n2,5\n"))
	}, data.StreamOptions{})
	require.NoError(t, err)
	_, err = data.FitStandardizeSource(stream)
	assert.EqualError(t, err, `data: standardize: column "b" is 5 in every row`)
	good := data.Standardize{Mean: []float64{0}, Std: []float64{1}}
	for _, test := range []struct {
		s    data.Standardize
		x    *tensor.Dense
		want string
	}{
		{data.Standardize{}, counted[float64](2, 1), "data: standardize: 0 means and 0 deviations, want as many of both and at least one"},
		{data.Standardize{Mean: []float64{1}}, counted[float64](2, 1), "data: standardize: 1 means and 0 deviations, want as many of both and at least one"},
		{data.Standardize{Mean: []float64{1}, Std: []float64{0}}, counted[float64](2, 1), "data: standardize: column 0 has mean 1 and deviation 0, want finite numbers and a deviation above 0"},
		{good, counted[float64](2, 2), "data: standardize: rows are 2 wide, want 1"},
		{good, nil, "data: table is nil"},
	} {
		_, err := test.s.Apply(test.x)
		assert.EqualError(t, err, test.want)
		_, err = test.s.Invert(test.x)
		assert.EqualError(t, err, test.want)
	}
}

func ExampleHoldout() {
	x := toy.Draw(toy.Moons{Noise: 0.06}, 1000, seeded(1))
	parts, err := data.Holdout{}.Split(x, seeded(2))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(parts.Train.Shape(), parts.Validation.Shape(), parts.Test.Shape())
	// Output: (810, 2) (90, 2) (100, 2)
}

func ExampleStandardize() {
	x := data.Rows(2, 1, 100, 3, 500)
	scale, err := data.FitStandardize(x)
	if err != nil {
		fmt.Println(err)
		return
	}
	z, err := scale.Apply(x)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(scale.Mean, scale.Std, z.Data())
	fmt.Printf("log p(x) = log p(z) %+.3f\n", scale.LogDet())
	// Output:
	// [2 300] [1 200] [-1 -1 1 1]
	// log p(x) = log p(z) -5.298
}
