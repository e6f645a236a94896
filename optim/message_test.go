package optim

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestChunksInAMessage(t *testing.T) {
	for _, c := range []chunks{
		{},
		{notes: [][]float64{nil, {1}}},
		{sums: [][]float64{{1, 2}, {3, 4}}, notes: [][]float64{{5}, {}}},
	} {
		var got chunks
		require.True(t, got.take(c.appendTo(nil)))
		require.Len(t, got.sums, len(c.sums))
		require.Len(t, got.notes, len(c.notes))
		for i, v := range c.sums {
			assert.Equal(t, v, got.sums[i])
		}
		for i, v := range c.notes {
			assert.Equal(t, append([]float64{}, v...), got.notes[i])
		}
	}
}

// A message of no meaning is refused without more memory than it has itself; any other is written as it was read.
func FuzzChunks(f *testing.F) {
	f.Add(chunks{sums: [][]float64{{1, 2}}, notes: [][]float64{{5}}}.appendTo(nil))
	f.Add(bytes.Repeat([]byte{0xff}, 24))
	f.Fuzz(func(t *testing.T, message []byte) {
		var c chunks
		if c.take(message) {
			assert.Equal(t, message, append([]byte{}, c.appendTo(nil)...))
		}
	})
}
