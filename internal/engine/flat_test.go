package engine

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/internal/kernel"
)

// Operations on columns that follow one another are calls of one long column in full tiles, and give the same bits as
// column by column in the last, shorter tile.
func TestFlattenedTilesGiveTheSameBits(t *testing.T) {
	b := NewBuilder[float32]()
	x, y := b.Rows("x", 5), b.Rows("y", 5)
	b.Output("tanh", b.Apply(kernel.Tanh, b.Apply(kernel.Add, b.Apply(kernel.Exp, x), b.Apply(kernel.Mul, x, y))))
	b.Output("greater", b.Apply(kernel.Gt, b.Apply(kernel.Sin, x), y))
	b.Output("where", b.Apply(kernel.Where, b.Apply(kernel.Gt, x, y), b.Apply(kernel.Neg, y), x))
	p, err := b.Finish()
	require.NoError(t, err)
	k, err := kernel.New[float32](kernel.Best())
	require.NoError(t, err)
	const rows = 48 // one full tile, or a part of one
	full, err := NewMachine(p, k, rows)
	require.NoError(t, err)
	part, err := NewMachine(p, k, 2*rows)
	require.NoError(t, err)
	merged := 0
	for _, s := range full.layout.full {
		if s.lanes > 0 {
			merged++
		}
	}
	assert.Positive(t, merged, "nothing was flattened")
	for _, name := range []string{"x", "y"} {
		for j := range full.Rows(name) {
			for i := range rows {
				v := float32((i*7+j*13+len(name))%31)/8 - 2
				if name == "y" {
					v = -v / 2
				}
				full.Rows(name)[j][i], part.Rows(name)[j][i] = v, v
			}
		}
	}
	require.NoError(t, full.Run(rows))
	require.NoError(t, part.Run(rows))
	for _, name := range []string{"tanh", "greater", "where"} {
		for j, c := range full.Columns(name) {
			assert.Equal(t, part.Columns(name)[j][:rows], c[:rows], "%s, column %d", name, j)
		}
	}
}
