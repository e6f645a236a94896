package data_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/go-ffjord/ffjord/data"
)

// streamed is a copy of every batch of an epoch, which must not fail.
func streamed(t require.TestingT, s data.Source) (batches [][]float64) {
	for x := range s.Epoch() {
		batches = append(batches, slices.Clone(x.Float64s()))
	}
	require.NoError(t, s.Err())
	return batches
}

// numbered reads n rows (i, 10i) and then fails with err, or ends if it is nil.
type numbered struct {
	i, n   int
	err    error
	closed *int
}

func (r *numbered) Dim() int     { return 2 }
func (r *numbered) Close() error { *r.closed++; return nil }

func (r *numbered) ReadRow(row []float64) error {
	if r.i == r.n {
		if r.err != nil {
			return r.err
		}
		return io.EOF
	}
	row[0], row[1] = float64(r.i), float64(10*r.i)
	r.i++
	return nil
}

// numbers is a reader that forgets to look where its end is.
type numbers []float64

func (numbers) Dim() int                      { return 1 }
func (n numbers) ReadRow(row []float64) error { row[0] = n[0]; return nil }

// Whatever the sizes, an epoch holds every row once, in whole batches and at most one short one, and in a fresh order.
func TestStreamDealsEveryRowOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, size := rapid.IntRange(1, 60).Draw(t, "rows"), rapid.IntRange(0, 70).Draw(t, "batch")
		closed := 0
		o := data.StreamOptions{Batch: size, Window: rapid.IntRange(0, 70).Draw(t, "window")}
		if rapid.Bool().Draw(t, "shuffled") {
			o.Rand = seeded(rapid.Uint64().Draw(t, "seed"))
		}
		s, err := data.NewStream(func() (data.RowReader, error) { return &numbered{n: n, closed: &closed}, nil }, o)
		require.NoError(t, err)
		assert.Equal(t, n, s.Rows())
		assert.Equal(t, 2, s.Dim())
		for range 2 {
			batches := streamed(t, s)
			assert.Len(t, batches, s.Len())
			for i, values := range batches {
				if i < len(batches)-1 {
					assert.Len(t, values, 2*size)
				}
			}
			seen := slices.Collect(slices.Chunk(slices.Concat(batches...), 2))
			if o.Rand != nil {
				slices.SortFunc(seen, slices.Compare)
			}
			require.Len(t, seen, n)
			for i, row := range seen {
				assert.Equal(t, []float64{float64(i), float64(10 * i)}, row)
			}
		}
		assert.Equal(t, 3, closed)
	})
}

func TestStreamShuffles(t *testing.T) {
	closed := 0
	epochs := func(seed uint64, window int) [2][]float64 {
		open := func() (data.RowReader, error) { return &numbered{n: 1000, closed: &closed}, nil }
		s, err := data.NewStream(open, data.StreamOptions{Batch: 10, Window: window, Rand: seeded(seed)})
		require.NoError(t, err)
		return [2][]float64{slices.Concat(streamed(t, s)...), slices.Concat(streamed(t, s)...)}
	}
	a := epochs(1, 100)
	assert.Equal(t, a, epochs(1, 100), "one seed, one order")
	assert.NotEqual(t, a[0], a[1], "each epoch has its own order")
	// A row is not dealt before the window has come to it.
	late := 0.0
	for i, row := range slices.Collect(slices.Chunk(a[0], 2)) {
		require.LessOrEqual(t, row[0], float64(i+100))
		late += max(0, float64(i)-row[0]) / 1000
	}
	assert.Greater(t, late, 10.0, "rows wait")
}

func TestStreamBreaksOff(t *testing.T) {
	closed := 0
	broken := errors.New("broken")
	opened := 0
	open := func(later func() (data.RowReader, error)) func() (data.RowReader, error) {
		opened = 0
		return func() (data.RowReader, error) {
			if opened++; opened > 1 {
				return later()
			}
			return &numbered{n: 10, closed: &closed}, nil
		}
	}
	for _, test := range []struct {
		name  string
		later func() (data.RowReader, error)
		want  string
	}{
		{"gone", func() (data.RowReader, error) { return nil, broken }, "data: stream: broken"},
		{"fails", func() (data.RowReader, error) { return &numbered{n: 5, err: broken, closed: &closed}, nil }, "broken"},
		{"shorter", func() (data.RowReader, error) { return &numbered{n: 9, closed: &closed}, nil }, "data: stream: 9 rows, there were 10 at first"},
		{"longer", func() (data.RowReader, error) { return &numbered{n: 11, closed: &closed}, nil }, "data: stream: there are more rows than the 10 at first"},
		{"narrower", func() (data.RowReader, error) { return data.CSV{}.Rows(strings.NewReader("a\n1\n")) }, "data: stream: rows are 1 wide, want 2 as at first"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s, err := data.NewStream(open(test.later), data.StreamOptions{Batch: 3})
			require.NoError(t, err)
			for range s.Epoch() {
			}
			assert.EqualError(t, s.Err(), test.want)
		})
	}

	// A file that others replaced between two epochs.
	for _, test := range []struct{ now, want string }{
		{"b,a\n1,2\n", `data: stream: the columns are ["b" "a"], want ["a" "b"] as at first`},
		{"a,c\n1,2\n", `data: stream: the columns are ["a" "c"], want ["a" "b"] as at first`},
		{"a,b,c\n1,2,3\n", "data: stream: rows are 3 wide, want 2 as at first"},
		{"a,b\n1,2\n3,4\n", "data: stream: there are more rows than the 1 at first"},
		{"a,b\n1,NA\n", "data: stream: row 0 misses a value, want none missing"},
	} {
		name := filepath.Join(t.TempDir(), "x.csv")
		require.NoError(t, os.WriteFile(name, []byte("a,b\n1,2\n"), 0o600))
		s, err := data.NewStream(data.CSV{Missing: []string{"NA"}}.Open(name), data.StreamOptions{})
		require.NoError(t, err)
		assert.Equal(t, []string{"a", "b"}, s.Names())
		require.NoError(t, os.WriteFile(name, []byte(test.now), 0o600))
		for range s.Epoch() {
		}
		assert.EqualError(t, s.Err(), test.want)
	}

	// What a reader's own code does wrong ends the epoch, not the program.
	_, err := data.NewStream(func() (data.RowReader, error) { return numbers(nil), nil }, data.StreamOptions{})
	var panicked *data.PanicError
	require.ErrorAs(t, err, &panicked)
	assert.Equal(t, "RowReader.ReadRow", panicked.Callback)
	_, err = data.NewStream(nil, data.StreamOptions{})
	assert.ErrorAs(t, err, &panicked)

	// Broken off by the reader, an epoch has no error, and the next is whole.
	s, err := data.NewStream(func() (data.RowReader, error) { return &numbered{n: 10, closed: &closed}, nil },
		data.StreamOptions{Batch: 3, Rand: seeded(1)})
	require.NoError(t, err)
	for range s.Epoch() {
		break
	}
	require.NoError(t, s.Err())
	assert.Len(t, streamed(t, s), 4)

	_, err = data.NewStream(func() (data.RowReader, error) { return &numbered{closed: &closed}, nil }, data.StreamOptions{})
	assert.EqualError(t, err, "data: stream: no rows")
	_, err = data.NewStream(nil, data.StreamOptions{Batch: -1})
	assert.EqualError(t, err, "data: stream: batches of -1 rows from a window of -16, want 0 or more")
	_, err = data.NewStream(data.CSV{}.Open("no such file"), data.StreamOptions{})
	assert.ErrorContains(t, err, "data: stream: open no such file")
}

func ExampleStream() {
	file := "x,y\n1,10\n2,20\n3,30\n4,40\n5,50\n" // or CSV{}.Open("rows.csv")
	rows, err := data.NewStream(func() (data.RowReader, error) {
		return data.CSV{}.Rows(strings.NewReader(file))
	}, data.StreamOptions{Batch: 2})
	if err != nil {
		fmt.Println(err)
		return
	}
	for batch := range rows.Epoch() {
		fmt.Println(batch.Float64s())
	}
	if err := rows.Err(); err != nil {
		fmt.Println(err)
	}
	// Output:
	// [1 10 2 20]
	// [3 30 4 40]
	// [5 50]
}

func BenchmarkStreamCSV(b *testing.B) {
	const rows = 10000
	file := "x,y\n" + strings.Repeat("1.2345678901234567,-9.8765432109876543e-3\n", rows)
	s, err := data.NewStream(func() (data.RowReader, error) {
		return data.CSV{}.Rows(strings.NewReader(file))
	}, data.StreamOptions{Rand: seeded(1)})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		for range s.Epoch() {
		}
	}
	b.ReportMetric(rows*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}
