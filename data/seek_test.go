package data_test

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/data"
)

// An epoch of a seeded source depends on its number and not on what was dealt before.
func TestSeek(t *testing.T) {
	file := "x\n" + strings.Repeat("1\n2\n3\n4\n5\n6\n7\n", 20)
	stream := func(seed uint64) data.Seeker {
		s, err := data.NewStream(func() (data.RowReader, error) {
			return data.CSV{}.Rows(strings.NewReader(file))
		}, data.StreamOptions{Batch: 9, Window: 50, Seed: seed})
		require.NoError(t, err)
		return s
	}
	batches := func(seed uint64) data.Seeker {
		b, err := data.NewSeededBatches(counted[float64](140, 1), 9, seed)
		require.NoError(t, err)
		return b
	}
	for name, open := range map[string]func(uint64) data.Seeker{"stream": stream, "batches": batches} {
		t.Run(name, func(t *testing.T) {
			s := open(7)
			var want [][]float64
			for range 4 {
				want = append(want, slices.Concat(streamed(t, s)...))
			}
			assert.NotEqual(t, want[0], want[1])
			assert.NotEqual(t, want[0], slices.Concat(streamed(t, open(8))...), "another seed")
			again := open(7)
			for range again.Epoch() {
				break // an epoch that was broken off counts
			}
			assert.Equal(t, want[1], slices.Concat(streamed(t, again)...))
			for _, epoch := range []int{3, 0, 2} {
				require.NoError(t, again.Seek(epoch))
				assert.Equal(t, want[epoch], slices.Concat(streamed(t, again)...))
			}
			assert.EqualError(t, again.Seek(-1), "data: epoch -1, want 0 or more")
		})
	}

	drawn, err := data.NewBatches(counted[float64](5, 1), 2, seeded(1))
	require.NoError(t, err)
	assert.ErrorContains(t, drawn.Seek(0), "drawn from a *rand.Rand: want a seed")
	ordered, err := data.NewBatches(counted[float64](5, 1), 2, nil)
	require.NoError(t, err)
	assert.NoError(t, ordered.Seek(9), "all epochs are the same")
	_, err = data.NewSeededBatches(nil, 2, 1)
	assert.EqualError(t, err, "data: table is nil")
	_, err = data.NewStream(data.OpenNPY(""), data.StreamOptions{Rand: seeded(1), Seed: 1})
	assert.EqualError(t, err, "data: stream: Rand and Seed are both set, want one of them")
}

func TestFingerprint(t *testing.T) {
	x := data.Table{Names: []string{"a", "bc"}, Rows: data.Rows(2, 1, 2, 3, 4)}
	// By hand: the numbers, rows, columns, names, and each name behind its length.
	var bytes []byte
	for _, v := range []float64{1, 2, 3, 4} {
		bytes = binary.LittleEndian.AppendUint64(bytes, math.Float64bits(v))
	}
	for _, n := range []uint64{2, 2, 2, 1} {
		bytes = binary.LittleEndian.AppendUint64(bytes, n)
	}
	bytes = binary.LittleEndian.AppendUint64(append(bytes, 'a'), 2)
	sum := sha256.Sum256(append(bytes, "bc"...))
	want := hex.EncodeToString(sum[:])
	assert.Equal(t, want, x.Fingerprint())

	s, err := data.NewStream(func() (data.RowReader, error) {
		return data.CSV{}.Rows(strings.NewReader("a,bc\n1,2\n3,4\n"))
	}, data.StreamOptions{Batch: 1, Seed: 3})
	require.NoError(t, err)
	assert.Equal(t, want, s.Fingerprint())
	streamed(t, s)
	assert.Equal(t, want, s.Fingerprint())

	for name, other := range map[string]data.Table{
		"names":  {Names: []string{"ab", "c"}, Rows: x.Rows},
		"order":  {Names: x.Names, Rows: data.Rows(2, 3, 4, 1, 2)},
		"number": {Names: x.Names, Rows: data.Rows(2, 1, 2, 3, 5)},
		"sign":   {Names: x.Names, Rows: data.Rows(2, -1, 2, 3, 4)},
		"fewer":  {Names: x.Names, Rows: data.Rows(2, 1, 2)},
		"shape":  {Names: []string{"a"}, Rows: data.Rows(1, 1, 2, 3, 4)},
	} {
		assert.NotEqual(t, want, other.Fingerprint(), name)
		assert.Len(t, other.Fingerprint(), 64)
	}
	assert.Empty(t, data.Table{}.Fingerprint())

	print := func(x *tensor.Dense, size int) string {
		b, err := data.NewBatches(x, size, seeded(1))
		require.NoError(t, err)
		return b.Fingerprint()
	}
	large := counted[float64](5000, 3)
	assert.Equal(t, print(large, 7), print(large, 100), "batches do not matter")
	assert.Equal(t, print(large, 7), print(counted[float32](5000, 3), 7), "nor does the type")
	assert.NotEqual(t, print(x.Rows, 1), want, "names do")
}
