package data_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/go-ffjord/ffjord/data"
)

// classes is a table of a number that tells its row and a class of which the k-th has k+1 shares.
func classes(rows int) data.Table {
	values := make([]float64, 0, 2*rows)
	for i := range rows {
		class := 0.
		if i%6 > 0 {
			class = 1
		}
		if i%6 > 2 {
			class = 2
		}
		values = append(values, float64(i), class)
	}
	return data.Table{Names: []string{"i", "class"}, Rows: data.Rows(2, values...)}
}

// counts returns how many rows each class has.
func counts(x data.Table) (n [3]int) {
	for i := range x.Len() {
		n[int(x.Row(i)[1])]++
	}
	return n
}

func TestFolds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows := rapid.IntRange(2, 60).Draw(t, "rows")
		k := rapid.IntRange(2, rows).Draw(t, "k")
		x := classes(rows)
		f := data.Folds{K: k}
		if rapid.Bool().Draw(t, "stratified") {
			f.Stratify = "class"
		}
		folds, err := f.Split(x, seeded(rapid.Uint64().Draw(t, "seed")))
		require.NoError(t, err)
		require.Len(t, folds, k)
		var tested []float64
		for _, fold := range folds {
			assert.Equal(t, rows, fold.Train.Len()+fold.Test.Len())
			assert.InDelta(t, float64(rows)/float64(k), fold.Test.Len(), 1)
			in, out := must(fold.Train.Column("i")), must(fold.Test.Column("i"))
			assert.True(t, slices.IsSorted(in) && slices.IsSorted(out))
			for _, i := range out {
				assert.NotContains(t, in, i)
			}
			tested = append(tested, out...)
			if f.Stratify == "" {
				continue
			}
			for class, n := range counts(fold.Test) {
				assert.InDelta(t, float64(counts(x)[class])/float64(k), n, 1)
			}
		}
		slices.Sort(tested)
		assert.Equal(t, must(x.Column("i")), tested, "every row once")
	})
	folds, err := data.Folds{}.Split(classes(10), nil)
	require.NoError(t, err)
	assert.Equal(t, []float64{0, 5}, must(folds[0].Test.Column("i")))
	a, err := data.Folds{}.Split(classes(100), seeded(1))
	require.NoError(t, err)
	b, err := data.Folds{}.Split(classes(100), seeded(1))
	require.NoError(t, err)
	assert.Equal(t, a, b, "one seed, one cut")

	_, err = data.Folds{K: 1}.Split(classes(10), nil)
	assert.EqualError(t, err, "data: 1 folds of 10 rows, want 2 to as many as there are rows")
	_, err = data.Folds{K: 11}.Split(classes(10), nil)
	assert.ErrorContains(t, err, "data: 11 folds of 10 rows")
	_, err = data.Folds{Stratify: "kind"}.Split(classes(10), nil)
	assert.EqualError(t, err, `data: folds: no column "kind" among ["i" "class"]`)
	_, err = data.Folds{}.Split(data.Table{}, nil)
	assert.EqualError(t, err, "data: table is nil")
}

func must[T any](x T, err error) T {
	if err != nil {
		panic(err)
	}
	return x
}

func TestSplitTable(t *testing.T) {
	x := classes(600)
	parts, err := data.Holdout{Stratify: "class"}.SplitTable(x, seeded(1))
	require.NoError(t, err)
	assert.Equal(t, [3]int{10, 20, 30}, counts(parts.Test))
	assert.Equal(t, [3]int{9, 18, 27}, counts(parts.Validation))
	assert.Equal(t, [3]int{81, 162, 243}, counts(parts.Train))
	assert.True(t, slices.IsSorted(must(parts.Train.Column("i"))))
	again, err := data.Holdout{Stratify: "class"}.SplitTable(x, seeded(2))
	require.NoError(t, err)
	assert.NotEqual(t, parts.Test.Fingerprint(), again.Test.Fingerprint())

	// Without strata it is Split.
	parts, err = data.Holdout{NoValidation: true}.SplitTable(x, seeded(1))
	require.NoError(t, err)
	rows, err := data.Holdout{NoValidation: true}.Split(x.Rows, seeded(1))
	require.NoError(t, err)
	assert.Equal(t, rows.Train.Data(), parts.Train.Rows.Data())
	assert.Equal(t, rows.Test.Data(), parts.Test.Rows.Data())
	assert.Zero(t, parts.Validation)
	assert.Equal(t, x.Names, parts.Test.Names)

	_, err = data.Holdout{Stratify: "class"}.Split(x.Rows, nil)
	assert.EqualError(t, err, "data: split: Stratify names a column and the rows have no names: want SplitTable")
	_, err = data.Holdout{Stratify: "kind"}.SplitTable(x, nil)
	assert.EqualError(t, err, `data: split: no column "kind" among ["i" "class"]`)
	_, err = data.Holdout{}.SplitTable(data.Table{}, nil)
	assert.EqualError(t, err, "data: table is nil")
	_, err = data.Holdout{Test: 2}.SplitTable(x, nil)
	assert.EqualError(t, err, "data: split: Test is 2, want a number between 0 and 1")
}

func ExampleFolds() {
	x := data.Table{Names: []string{"height", "class"}, Rows: data.Rows(2, 1.7, 0, 1.8, 1, 1.6, 0, 1.9, 1)}
	folds, err := data.Folds{K: 2, Stratify: "class"}.Split(x, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, fold := range folds {
		fmt.Println(fold.Train.Rows.Data(), fold.Test.Rows.Data())
	}
	// Output:
	// [1.6 0 1.9 1] [1.7 0 1.8 1]
	// [1.7 0 1.8 1] [1.6 0 1.9 1]
}
