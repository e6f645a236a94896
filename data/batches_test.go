package data_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
	"pgregory.net/rapid"

	"github.com/go-ffjord/ffjord/data"
)

// epoch returns a copy of every batch of one epoch.
func epoch(b *data.Batches) (batches [][]float64) {
	for x := range b.Epoch() {
		batches = append(batches, slices.Clone(x.Float64s()))
	}
	return batches
}

// Whatever the sizes, an epoch holds every row once, in whole batches and at most one short one, and leaves the table
// alone.
func TestBatchesDealEveryRowOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows, dim := rapid.IntRange(1, 50).Draw(t, "rows"), rapid.IntRange(1, 4).Draw(t, "dim")
		size := rapid.IntRange(1, 60).Draw(t, "size")
		x := counted[float64](rows, dim)
		b, err := data.NewBatches(x, size, seeded(rapid.Uint64().Draw(t, "seed")))
		require.NoError(t, err)
		assert.Equal(t, rows, b.Rows())
		for range 2 {
			batches := epoch(b)
			assert.Len(t, batches, b.Len())
			for i, values := range batches {
				if i < len(batches)-1 {
					assert.Len(t, values, size*dim)
				}
			}
			seen := slices.Collect(slices.Chunk(slices.Concat(batches...), dim))
			slices.SortFunc(seen, slices.Compare)
			assert.Equal(t, counted[float64](rows, dim).Float64s(), slices.Concat(seen...))
		}
		assert.Equal(t, counted[float64](rows, dim).Data(), x.Data())
	})
}

func TestBatchesOrder(t *testing.T) {
	x := counted[float64](100, 2)
	inOrder, err := data.NewBatches(x, 30, nil)
	require.NoError(t, err)
	assert.Equal(t, x.Float64s(), slices.Concat(epoch(inOrder)...))

	a, err := data.NewBatches(x, 30, seeded(1))
	require.NoError(t, err)
	b, err := data.NewBatches(x, 30, seeded(1))
	require.NoError(t, err)
	first, second := epoch(a), epoch(a)
	assert.NotEqual(t, first, second, "each epoch has its own order")
	assert.Equal(t, first, epoch(b), "one seed, one order")

	// The state of the generator alone decides: an epoch broken off changes nothing but that.
	for range b.Epoch() {
		break
	}
	assert.Equal(t, epoch(a), epoch(b))
}

func TestBatchesKeepType(t *testing.T) {
	b, err := data.NewBatches(counted[float32](5, 3), 2, nil)
	require.NoError(t, err)
	var got []float32
	var shapes []tensor.Shape
	for x := range b.Epoch() {
		got = append(got, x.Float32s()...)
		shapes = append(shapes, x.Shape())
	}
	assert.Equal(t, counted[float32](5, 3).Float32s(), got)
	assert.Equal(t, []tensor.Shape{{2, 3}, {2, 3}, {1, 3}}, shapes)
}

func TestBatchesDoNotAliasTheTable(t *testing.T) {
	x := counted[float64](4, 2)
	b, err := data.NewBatches(x, 4, nil)
	require.NoError(t, err)
	for batch := range b.Epoch() {
		batch.Zero()
	}
	assert.Equal(t, counted[float64](4, 2).Data(), x.Data())
}

func TestBatchesDoNotAllocate(t *testing.T) {
	b, err := data.NewBatches(counted[float64](1000, 2), 30, seeded(1))
	require.NoError(t, err)
	allocs := testing.AllocsPerRun(10, func() {
		for range b.Epoch() {
		}
	})
	assert.Less(t, allocs, 5.0) // a few closures an epoch, none a batch
}

func TestNewBatchesRefuses(t *testing.T) {
	transposed := counted[float64](3, 2)
	require.NoError(t, transposed.T())
	columns, err := counted[float64](4, 4).Slice(nil, tensor.S(1, 3))
	require.NoError(t, err)
	for _, test := range []struct {
		name string
		x    *tensor.Dense
		size int
		want string
	}{
		{"nil", nil, 1, "data: table is nil"},
		{"no size", counted[float64](3, 2), 0, "data: batches of 0 rows, want at least 1"},
		{"negative size", counted[float64](3, 2), -1, "data: batches of -1 rows, want at least 1"},
		{"vector", tensor.New(tensor.WithBacking([]float64{1, 2})), 1, "data: table has shape (2), want (rows, dim)"},
		{"3-D", tensor.New(tensor.WithShape(1, 2, 1), tensor.WithBacking([]float64{1, 2})), 1, "data: table has shape (1, 2, 1), want (rows, dim)"},
		{"integers", tensor.New(tensor.WithShape(1, 2), tensor.WithBacking([]int{1, 2})), 1, "data: table is of int, want float32 or float64"},
		{"transposed", transposed, 1, "data: table of shape (2, 3) is not contiguous row-major"},
		{"columns", columns.(*tensor.Dense), 1, "data: table of shape (4, 2) is not contiguous row-major"},
		{"NaN", table(2, 2, 1, 2, math.NaN(), 4), 1, "data: row 1, column 0 is NaN, want finite numbers"},
		{"infinite", table(1, 3, 1, 2, float32(math.Inf(-1))), 1, "data: row 0, column 2 is -Inf, want finite numbers"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := data.NewBatches(test.x, test.size, nil)
			assert.ErrorContains(t, err, test.want)
		})
	}
}

func TestNewBatchesTakesRowsOfALargerTable(t *testing.T) {
	rows, err := counted[float64](6, 2).Slice(tensor.S(2, 5))
	require.NoError(t, err)
	b, err := data.NewBatches(rows.(*tensor.Dense), 2, nil)
	require.NoError(t, err)
	assert.Equal(t, []float64{20, 21, 30, 31, 40, 41}, slices.Concat(epoch(b)...))
}

func ExampleBatches() {
	x := data.Rows(1, 1, 2, 3, 4, 5)
	batches, err := data.NewBatches(x, 2, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	for batch := range batches.Epoch() {
		fmt.Println(batch.Float64s())
	}
	// Output:
	// [1 2]
	// [3 4]
	// [5]
}

func BenchmarkBatches(b *testing.B) {
	const rows = 8192
	batches, err := data.NewBatches(counted[float64](rows, 2), 256, seeded(1))
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		for range batches.Epoch() {
		}
	}
	b.ReportMetric(rows*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}
