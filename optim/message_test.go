package optim

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestChunksInAMessage(t *testing.T) {
	for name, test := range map[string]struct {
		chunks
		sum []float64
	}{
		"none":    {},
		"notes":   {chunks: chunks{notes: [][]float64{{}, {1}}}},
		"several": {chunks{sums: [][]float64{{1, 2}, {3, 5}}, notes: [][]float64{{5}, {}}}, []float64{4, 7}},
	} {
		t.Run(name, func(t *testing.T) {
			message := test.appendTo(nil)
			assert.Len(t, message, test.size())
			sum := make([]float64, len(test.sum))
			notes, ok := addChunks(sum, nil, message)
			require.True(t, ok)
			assert.Equal(t, test.notes, notes)
			assert.Equal(t, append([]float64{}, test.sum...), sum)
			for cut := range message {
				_, ok = addChunks(sum, nil, message[:cut])
				assert.False(t, ok, "%d bytes of %d", cut, len(message))
			}
			_, ok = addChunks(sum, nil, append(message, 0))
			assert.False(t, ok)
		})
	}
}

// A message of no meaning is refused without more memory than it has itself.
func FuzzChunks(f *testing.F) {
	f.Add(chunks{sums: [][]float64{{1, 2}}, notes: [][]float64{{5}}}.appendTo(nil))
	f.Add(bytes.Repeat([]byte{0xff}, 24))
	f.Fuzz(func(t *testing.T, message []byte) {
		if notes, ok := addChunks(make([]float64, 2), nil, message); ok {
			assert.LessOrEqual(t, 8*len(notes), len(message))
		}
	})
}
