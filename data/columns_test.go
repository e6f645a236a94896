package data_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/data"
)

func TestTableSelectAndDrop(t *testing.T) {
	x := data.Table{Names: []string{"a", "b", "c"}, Rows: counted[float64](2, 3)}
	got, err := x.Select("c", "a")
	require.NoError(t, err)
	assert.Equal(t, []string{"c", "a"}, got.Names)
	assert.Equal(t, []float64{2, 0, 12, 10}, got.Rows.Data())
	got, err = x.Drop("a", "c")
	require.NoError(t, err)
	assert.Equal(t, []string{"b"}, got.Names)
	assert.Equal(t, []float64{1, 11}, got.Rows.Data())
	assert.Equal(t, counted[float64](2, 3).Data(), x.Rows.Data(), "the table itself stays")

	_, err = x.Select("d")
	assert.EqualError(t, err, `data: no column "d" among ["a" "b" "c"]`)
	_, err = x.Drop("a", "b", "c")
	assert.EqualError(t, err, "data: none of the 3 columns is selected")
	_, err = x.Drop("d")
	assert.EqualError(t, err, `data: no column "d" among ["a" "b" "c"]`)
	_, err = data.Table{Names: []string{"a"}, Rows: x.Rows}.Select("a")
	assert.EqualError(t, err, "data: 1 names for 3 columns")
	_, err = data.Table{}.Drop()
	assert.EqualError(t, err, "data: table is nil")
}

func TestSelectColumnsAndRows(t *testing.T) {
	got, err := data.SelectColumns(counted[float32](2, 3), 1, 1)
	require.NoError(t, err)
	assert.Equal(t, []float32{1, 1, 11, 11}, got.Data())
	_, err = data.SelectColumns(counted[float32](2, 3), 3)
	assert.EqualError(t, err, "data: no column 3 in a table of 3")
	_, err = data.SelectColumns(nil, 3)
	assert.EqualError(t, err, "data: table is nil")

	even := func(row []float64) bool { return int(row[0]/10)%2 == 0 }
	got, err = data.SelectRows(counted[float32](5, 2), even)
	require.NoError(t, err)
	assert.Equal(t, []float32{0, 1, 20, 21, 40, 41}, got.Data())
	_, err = data.SelectRows(counted[float64](5, 2), func([]float64) bool { return false })
	assert.EqualError(t, err, "data: none of the rows is selected")
	_, err = data.SelectRows(nil, even)
	assert.EqualError(t, err, "data: table is nil")
}

func TestUncorrelated(t *testing.T) {
	// a, -a, b, a + little, b again: of a and a + little the first goes, then of
	// b and b the first.
	rng := seeded(1)
	const rows = 500
	x := tensor.New(tensor.WithShape(rows, 5), tensor.Of(tensor.Float64))
	values := x.Float64s()
	for i := range rows {
		a, b := rng.NormFloat64(), rng.NormFloat64()
		copy(values[5*i:], []float64{a, -a, b, 3*a + 0.01*rng.NormFloat64(), 7 + b})
	}
	keep, err := data.Uncorrelated(x, 0.98)
	require.NoError(t, err)
	assert.Equal(t, []int{1, 3, 4}, keep)
	keep, err = data.Uncorrelated(x, 1.5)
	require.NoError(t, err)
	assert.Equal(t, []int{0, 1, 2, 3, 4}, keep)
	_, err = data.Uncorrelated(x, math.NaN())
	assert.EqualError(t, err, "data: correlation limit NaN, want a number above 0")
	_, err = data.Uncorrelated(nil, 1)
	assert.EqualError(t, err, "data: table is nil")
}

func TestContinuous(t *testing.T) {
	x := table(4, 3,
		0., 5, 1,
		0, 5, 0,
		0, 4, 0,
		1, 3, 2)
	for often, want := range [][]int{nil, {1}, {1, 2}, {0, 1, 2}} {
		keep, err := data.Continuous(x, often)
		require.NoError(t, err)
		assert.Equal(t, want, keep, "at most %d times", often)
	}
	_, err := data.Continuous(nil, 5)
	assert.EqualError(t, err, "data: table is nil")
}

func ExampleTable() {
	t := data.Table{
		Names: []string{"time", "height", "weight"},
		Rows:  tensor.New(tensor.WithShape(2, 3), tensor.WithBacking([]float64{1, 1.7, 62, 2, 1.8, 80})),
	}
	t, err := t.Drop("time")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(t.Names, t.Rows.Data())
	// Output: [height weight] [1.7 62 1.8 80]
}
