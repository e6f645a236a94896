package tabular_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/data/tabular"
)

// drawn is a table of f's rows.
func drawn(rows, dim int, f func(i int, row []float64)) *tensor.Dense {
	values := make([]float64, rows*dim)
	for i := range rows {
		f(i, values[i*dim:(i+1)*dim])
	}
	return table(rows, dim, values...)
}

func normals(rng *rand.Rand) func(int, []float64) {
	return func(_ int, row []float64) {
		for j := range row {
			row[j] = rng.NormFloat64()
		}
	}
}

// raw undoes the scaling of a part.
func raw(t *testing.T, set tabular.Set, part *tensor.Dense) []float64 {
	x, err := set.Scale.Invert(part)
	require.NoError(t, err)
	return x.Float64s()
}

// assertScaled checks that the rows of the tables together have mean 0 and deviation 1 in every column.
func assertScaled(t *testing.T, tables ...*tensor.Dense) {
	dim := tables[0].Shape()[1]
	var values []float64
	for _, x := range tables {
		values = append(values, x.Float64s()...)
	}
	n := float64(len(values) / dim)
	for j := range dim {
		var mean, square float64
		for i := j; i < len(values); i += dim {
			mean += values[i] / n
			square += values[i] * values[i] / n
		}
		assert.InDelta(t, 0, mean, 1e-10, "column %d", j)
		assert.InDelta(t, 1, square, 1e-10, "column %d", j)
	}
}

func lengths(p data.Parts) []int {
	return []int{p.Train.Shape()[0], p.Validation.Shape()[0], p.Test.Shape()[0]}
}

func TestPower(t *testing.T) {
	// Every column but the last tells the row it came from, to whole numbers.
	x := drawn(205, 8, func(i int, row []float64) {
		for j := range row {
			row[j] = float64(1000*j + 2*i)
		}
		row[7] = math.Sin(float64(i))
	})
	set, err := tabular.Power(x, seeded(1))
	require.NoError(t, err)
	assert.Equal(t, []int{167, 18, 20}, lengths(set.Parts)) // 20 = ⌊20.5⌋, 18 = ⌊18.5⌋
	assertScaled(t, set.Train, set.Validation)

	var seen []int
	for _, part := range []*tensor.Dense{set.Train, set.Validation, set.Test} {
		for row := range slices.Chunk(raw(t, set, part), 6) {
			i := int(math.Round(row[0]) / 2)
			seen = append(seen, i)
			for j, column := range []int{0, 2, 4, 5, 6} {
				noise := row[j] - float64(1000*column+2*i)
				width := []float64{0.001, 0.01, 1, 1, 1}[j]
				assert.True(t, noise > -1e-9 && noise < width+1e-9, "row %d, column %d: noise %v", i, column, noise)
			}
			assert.InDelta(t, math.Sin(float64(i)), row[5], 1e-12, "time has no noise")
		}
	}
	assert.False(t, slices.IsSorted(seen), "rows are shuffled")
	slices.Sort(seen)
	assert.Len(t, slices.Compact(seen), 205)

	again, err := tabular.Power(x, seeded(1))
	require.NoError(t, err)
	assert.Equal(t, set.Train.Data(), again.Train.Data(), "one seed, one result")
	_, err = tabular.Power(x, nil)
	assert.EqualError(t, err, "tabular: power: want a *rand.Rand")
	_, err = tabular.Power(counted[float64](100, 7), seeded(1))
	assert.EqualError(t, err, "tabular: power: 7 columns, want 8")
}

func TestGas(t *testing.T) {
	rng := seeded(1)
	x := data.Table{
		Names: []string{"Time", "Meth", "Eth", "s1", "s2", "s3"},
		Rows: drawn(100, 6, func(i int, row []float64) {
			normals(rng)(i, row)
			row[0] = float64(i)
			row[5] = 2*row[3] + 0.01*rng.NormFloat64() // s3 follows s1
		}),
	}
	set, err := tabular.Gas(x)
	require.NoError(t, err)
	assert.Equal(t, []int{81, 9, 10}, lengths(set.Parts))
	assertScaled(t, set.Train, set.Validation, set.Test)
	var want []float64
	for row := range slices.Chunk(x.Rows.Float64s(), 6) {
		want = append(want, row[4:]...) // of s1 and s3 the first is dropped
	}
	got := slices.Concat(raw(t, set, set.Train), raw(t, set, set.Validation), raw(t, set, set.Test))
	assert.InDeltaSlice(t, want, got, 1e-12) // in the order of time

	x.Names[1] = "CO"
	_, err = tabular.Gas(x)
	assert.ErrorContains(t, err, `no column "Meth"`)
}

func TestHepmass(t *testing.T) {
	rng := seeded(1)
	// Label, a feature, one that is zero six times among the signal, a feature.
	file := func(rows, dim int) *tensor.Dense {
		return drawn(rows, dim, func(i int, row []float64) {
			normals(rng)(i, row)
			row[0] = float64(i % 2)
			if row[2] = math.Abs(row[2]); i%2 == 1 && i < 12 {
				row[2] = 0
			}
		})
	}
	train, test := file(200, 4), file(40, 5) // the test file has one column more
	set, err := tabular.Hepmass(train, test)
	require.NoError(t, err)
	assert.Equal(t, []int{90, 10, 20}, lengths(set.Parts))
	assertScaled(t, set.Train, set.Validation)
	signal := func(x *tensor.Dense) (want []float64) {
		dim := x.Shape()[1]
		for row := range slices.Chunk(x.Float64s(), dim) {
			if row[0] == 1 {
				want = append(want, row[1], row[3])
			}
		}
		return want
	}
	assert.InDeltaSlice(t, signal(train), append(raw(t, set, set.Train), raw(t, set, set.Validation)...), 1e-12)
	assert.InDeltaSlice(t, signal(test), raw(t, set, set.Test), 1e-12)

	_, err = tabular.Hepmass(train, file(40, 6))
	assert.EqualError(t, err, "tabular: hepmass: the test file has 5 features, the training file 3")
	_, err = tabular.Hepmass(file(18, 4), test)
	assert.ErrorContains(t, err, "tabular: hepmass: rows of label 1: data: split: 9 rows give 9 for training")
	_, err = tabular.Hepmass(nil, test)
	assert.ErrorContains(t, err, "tabular: hepmass: training file: ")
	_, err = tabular.Hepmass(train, nil)
	assert.ErrorContains(t, err, "tabular: hepmass: test file: ")
}

func TestMiniboone(t *testing.T) {
	x := drawn(100, 43, normals(seeded(1)))
	set, err := tabular.Miniboone(x)
	require.NoError(t, err)
	assert.Equal(t, []int{81, 9, 10}, lengths(set.Parts))
	assertScaled(t, set.Train, set.Validation)
	got := slices.Concat(raw(t, set, set.Train), raw(t, set, set.Validation), raw(t, set, set.Test))
	assert.InDeltaSlice(t, x.Float64s(), got, 1e-12)
	_, err = tabular.Miniboone(counted[float64](5, 2))
	assert.ErrorContains(t, err, "tabular: miniboone: data: split: 5 rows")
}

func TestBSDS300(t *testing.T) {
	x := drawn(3, 63, normals(seeded(1)))
	set, err := tabular.BSDS300(x, x, x)
	require.NoError(t, err)
	assert.Same(t, x, set.Validation)
	z, err := set.Scale.Apply(x)
	require.NoError(t, err)
	assert.Equal(t, x.Data(), z.Data())
	assert.Zero(t, set.Scale.LogDet())
	_, err = tabular.BSDS300(x, x, counted[float64](3, 62))
	assert.EqualError(t, err, "tabular: bsds300: 62 columns, want 63")
}

func ExampleGas() {
	gas := data.Table{ // what CSV{}.Read gives of the file
		Names: []string{"Time", "Meth", "Eth", "R1", "R2"},
		Rows:  drawn(1000, 5, normals(seeded(1))),
	}
	set, err := tabular.Gas(gas)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(set.Train.Shape(), set.Validation.Shape(), set.Test.Shape())
	// Output: (810, 2) (90, 2) (100, 2)
}
