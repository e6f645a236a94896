package flows

import (
	"context"
	"fmt"
	"math"
	"slices"

	"gorgonia.org/tensor"
)

// Share computes one share of the batch x, number share of so many equal ones: what one machine does of a loss that
// several compute together. An optim.Trainer with a Reducer calls it. For each chunk of the share, in order, it returns
// the gradients of all parameters, summed over the chunk's rows, and notes for [NLL.Join]: log p of its rows, what they
// cost, penalties and moments. Chunks have graph.ChunkRows rows, which depends on the rows of the batch alone; a flow
// whose blocks take shared steps has a single one. Noise is drawn for all rows of the batch, so that it is that of
// [NLL.Loss].
func (l NLL) Share(ctx context.Context, x *tensor.Dense, share, of int) (sums, notes [][]float64, err error) {
	flow, err := l.flow.compilation(ctx)
	if err != nil {
		return nil, nil, err
	}
	return flow.run.share(ctx, x, share, of)
}

// Join returns the loss of a batch of so many rows from the sum of all chunks' sums and the notes of all chunks in
// their order, and leaves its gradient, as [NLL.Loss] does: with the same bits, where the sums were added in the order
// of the chunks in float64.
func (l NLL) Join(rows int, sum []float64, notes [][]float64) (float64, error) {
	flow, err := l.flow.compilation(context.Background())
	if err != nil {
		return 0, err
	}
	return flow.run.join(rows, sum, notes)
}

func (c *compiled[T]) share(ctx context.Context, batch *tensor.Dense, share, of int) (sums, notes [][]float64, err error) {
	if share < 0 || share >= of {
		return nil, nil, fmt.Errorf("flows: share %d of %d: want one from 0 to below their number", share, of)
	}
	in, err := c.batch(ctx, batch, true)
	if err != nil {
		return nil, nil, err
	}
	chunks := c.chunks(in.x.rows)
	first, end := chunks*share/of, chunks*(share+1)/of
	if err := c.tallyData(ctx, in, first, end); err != nil {
		return nil, nil, err
	}
	for chunk := first; chunk < end; chunk++ {
		t := &c.tally.chunks[chunk]
		sum := make([]float64, len(t.sums))
		for i, v := range t.sums {
			sum[i] = float64(v)
		}
		from, to := c.chunkOf(in.x.rows, chunk)
		sums, notes = append(sums, sum), append(notes, t.notes(c.tally.logp[from:to]))
	}
	return sums, notes, nil
}

func (c *compiled[T]) join(rows int, sum []float64, notes [][]float64) (float64, error) {
	c.plan.parts = LossParts{}
	if chunks := c.chunks(rows); len(notes) != chunks || len(sum) != c.plan.count {
		return 0, fmt.Errorf("flows: the shares of a loss of %d rows have %d chunks and the gradients of %d parameters, want %d and %d",
			rows, len(notes), len(sum), chunks, c.plan.count)
	}
	c.tally.reset(c, rows)
	for i, note := range notes {
		from, to := c.chunkOf(rows, i)
		if !c.tally.chunks[i].read(note, c.tally.logp[from:to]) {
			return 0, fmt.Errorf("flows: the share of chunk %d of a loss has %d notes, which are those of another flow", i, len(note))
		}
	}
	return c.likelihood(sum)
}

// notes returns what is not added up of a chunk, as numbers.
func (t *chunkTally[T]) notes(logp []float64) []float64 {
	s := t.cost
	out := append([]float64(nil), logp...)
	out = append(out, float64(s.Evaluations), float64(s.Backward), float64(s.Accepted), float64(s.Rejected), s.Smallest, s.Largest)
	for _, sums := range t.penalty {
		out = append(out, sums...)
	}
	for _, m := range t.moments {
		out = append(out, float64(m.n), float64(len(m.mean)))
		out = append(append(out, m.mean...), m.squares...)
	}
	return out
}

// read takes the numbers of notes, and reports whether they are those of such a chunk.
func (t *chunkTally[T]) read(notes []float64, logp []float64) bool {
	short := false
	next := func(n int) []float64 {
		if short = short || n < 0 || n > len(notes); short {
			return make([]float64, 6)
		}
		taken := notes[:n:n]
		notes = notes[n:]
		return taken
	}
	copy(logp, next(len(logp)))
	s := next(6)
	t.cost.Evaluations, t.cost.Backward, t.cost.Accepted, t.cost.Rejected = int(s[0]), int(s[1]), int(s[2]), int(s[3])
	t.cost.Smallest, t.cost.Largest = s[4], s[5]
	for _, sums := range t.penalty {
		copy(sums, next(len(sums)))
	}
	for b := range t.moments {
		head := next(2)
		if width := head[1]; width > 0 && width <= math.MaxInt32 {
			t.moments[b] = moments{n: int(head[0]), mean: slices.Clone(next(int(width))), squares: slices.Clone(next(int(width)))}
		} else {
			t.moments[b] = moments{}
		}
	}
	return !short && len(notes) == 0
}
