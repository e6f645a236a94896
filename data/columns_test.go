package data_test

import (
	"fmt"
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

	_, err = x.Select("a", "b", "a")
	assert.EqualError(t, err, `data: select: columns 1, 3 are all called "a"`)
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

func TestRows(t *testing.T) {
	x := data.Rows(2, 1, 2, 3, 4.5)
	assert.Equal(t, tensor.Shape{2, 2}, x.Shape())
	assert.Equal(t, []float64{1, 2, 3, 4.5}, x.Data())
	assert.PanicsWithValue(t, "data: Rows: 3 numbers do not fill rows of 2", func() { data.Rows(2, 1, 2, 3) })
	assert.Panics(t, func() { data.Rows(2) })
	assert.Panics(t, func() { data.Rows(0, 1) })
}

func TestTake(t *testing.T) {
	got, err := data.Take(counted[float32](3, 2), 2, 0, 2)
	require.NoError(t, err)
	assert.Equal(t, []float32{20, 21, 0, 1, 20, 21}, got.Data())
	_, err = data.Take(counted[float64](3, 2), 3)
	assert.EqualError(t, err, "data: no row 3 in a table of 3")
	_, err = data.Take(counted[float64](3, 2), -1)
	assert.EqualError(t, err, "data: no row -1 in a table of 3")
	_, err = data.Take(counted[float64](3, 2))
	assert.EqualError(t, err, "data: none of the rows is taken")
	_, err = data.Take(nil, 0)
	assert.EqualError(t, err, "data: table is nil")
}

func TestConcat(t *testing.T) {
	got, err := data.Concat(data.Rows(2, 1, 2), data.Rows(2, 3, 4, 5, 6))
	require.NoError(t, err)
	assert.Equal(t, tensor.Shape{3, 2}, got.Shape())
	assert.Equal(t, []float64{1, 2, 3, 4, 5, 6}, got.Data())
	got, err = data.Concat(counted[float32](2, 1))
	require.NoError(t, err)
	assert.Equal(t, []float32{0, 10}, got.Data())
	_, err = data.Concat()
	assert.EqualError(t, err, "data: no tables to join")
	_, err = data.Concat(counted[float64](1, 2), counted[float64](1, 1))
	assert.EqualError(t, err, "data: table 1 is 1 wide in float64, the first is 2 wide in float64")
	_, err = data.Concat(counted[float64](1, 2), counted[float32](1, 2))
	assert.EqualError(t, err, "data: table 1 is 2 wide in float32, the first is 2 wide in float64")
	_, err = data.Concat(nil)
	assert.EqualError(t, err, "data: table is nil")
}

func TestFloat64s(t *testing.T) {
	x := data.Rows(1, 1, 2)
	got, err := data.Float64s(x)
	require.NoError(t, err)
	got[0] = 7
	assert.Equal(t, []float64{1, 2}, x.Data(), "a copy")
	got, err = data.Float64s(counted[float32](1, 2))
	require.NoError(t, err)
	assert.Equal(t, []float64{0, 1}, got)
	_, err = data.Float64s(nil)
	assert.EqualError(t, err, "data: table is nil")
}

func ExampleTable() {
	t := data.Table{
		Names: []string{"time", "height", "weight"},
		Rows:  data.Rows(3, 1, 1.7, 62, 2, 1.8, 80),
	}
	t, err := t.Drop("time")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(t.Names, t.Rows.Data())
	// Output: [height weight] [1.7 62 1.8 80]
}
