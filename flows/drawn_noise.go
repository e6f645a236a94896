package flows

import (
	"context"
	"fmt"

	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/internal/guard"
)

// noise is that of a call for one block: row after row, in each row input after input. It lies in pieces of some rows,
// none of which takes long to be allocated.
type noise[T graph.Float] struct {
	width  int // of a row
	rows   int // of a piece
	pieces [][]T
}

// of returns the noise of one row.
func (n noise[T]) of(row int) []T {
	at := row % n.rows * n.width
	return n.pieces[row/n.rows][at : at+n.width]
}

// noise draws the noise of all rows for every block whose trace is noisy.
func (c *compiled[T]) noise(ctx context.Context, rows int, with beside) ([]noise[T], error) {
	out := make([]noise[T], len(c.blocks))
	for b, p := range c.plan.blocks {
		noisy, ok := p.trace(with).(Noisy)
		if !ok {
			continue
		}
		var err error
		if out[b], err = c.noiseOf(ctx, noisy, rows); err != nil {
			return nil, fmt.Errorf("flows: block %d: %w", b, err)
		}
	}
	return out, nil
}

func (c *compiled[T]) noiseOf(ctx context.Context, noisy Noisy, rows int) (noise[T], error) {
	if err := c.draw.lock(ctx); err != nil {
		return noise[T]{}, err
	}
	defer c.draw.unlock()
	width := len(noisy.Inputs()) * c.plan.dim
	n, row := noise[T]{width: width, rows: 1 + drawnAtOnce/max(1, width)}, make([]float64, width)
	look := every{ctx: ctx}
	err := guard.Call(fmt.Sprintf("%T.Draw", noisy), func() error {
		for r := range rows {
			if err := look.passed(width); err != nil {
				return err
			}
			if r%n.rows == 0 {
				n.pieces = append(n.pieces, make([]T, min(n.rows, rows-r)*width))
			}
			noisy.Draw(row)
			for i, dst := 0, n.of(r); i < width; i++ {
				dst[i] = T(row[i])
			}
		}
		return nil
	})
	return n, err
}
