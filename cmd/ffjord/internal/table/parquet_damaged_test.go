package table_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/cmd/ffjord/internal/table"
)

// TestDamagedParquet flips a bit of each byte of a file, one after the other: rows come, or an error, and nothing else; of every
// fifth byte with -short.
func TestDamagedParquet(t *testing.T) {
	columns := []table.Column{
		{Name: "a", Kind: table.Number}, {Name: "b", Kind: table.Category, Levels: []string{"x", "y"}}, {Name: "t", Kind: table.Timestamp},
	}
	var out memory
	w, err := table.NewEncoder("a.parquet", &out, columns)
	require.NoError(t, err)
	require.NoError(t, w.Write(table.Kept{}, []float64{1, 1, 1e9, 2, 0, 2e9}))
	require.NoError(t, w.Close())
	whole := out.Bytes()
	step := 1
	if testing.Short() {
		step = 5
	}
	tried, damaged := 0, 0
	for i := 4; i < len(whole)-4; i += step {
		text := bytes.Clone(whole)
		text[i] ^= 16
		_, err := table.File{Path: "-", Stdin: bytes.NewReader(text)}.Find()
		if tried++; err != nil {
			damaged++
		}
	}
	assert.Greater(t, damaged, tried/10, "what is damaged is told")
}
