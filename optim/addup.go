package optim

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/go-ffjord/ffjord/internal/guard"
)

// chunks are what a rank has computed of a batch: for each chunk numbers to be added up, and notes.
type chunks struct{ sums, notes [][]float64 }

// width returns how many numbers of a chunk are added up, zero where there is no chunk.
func (c chunks) width() int {
	if len(c.sums) == 0 {
		return 0
	}
	return len(c.sums[0])
}

func (c chunks) check() error {
	if len(c.sums) != len(c.notes) {
		return fmt.Errorf("a share of %d sums and %d notes, want one of each for every chunk", len(c.sums), len(c.notes))
	}
	for i, s := range c.sums {
		if len(s) != c.width() {
			return fmt.Errorf("chunk %d of a share has %d sums, want %d as the first", i, len(s), c.width())
		}
	}
	return nil
}

// addUp returns the sums of the chunks of all ranks and all notes. The sums are added in the order of the chunks, unless
// the Reducer is a Summer. The prints are those of the batch and of the model before it.
func (r *run) addUp(ctx context.Context, prints []byte, mine chunks) (sum []float64, notes [][]float64, err error) {
	if err := mine.check(); err != nil {
		return nil, nil, err
	}
	summer, ownOrder := r.ranks.reducer.(Summer)
	said := mine
	if ownOrder {
		said.sums = nil
	}
	message := append(make([]byte, 0, said.size()+256), prints...) // and what follows, a place in a run too
	message = appendNumbers(message, []float64{float64(mine.width()), float64(r.elapsed(time.Now()))})
	message = said.appendTo(message)
	all, err := r.ranks.meet(ctx, fmt.Sprintf("epoch %d, batch %d", r.at.Epochs+1, r.at.Batches+1), message)
	if err != nil {
		return nil, nil, err
	}
	for rank, m := range all {
		if err := r.samePrints(rank, m, all[0]); err != nil {
			return nil, nil, err
		}
		head, rest, ok := takeNumbers(m[printed:])
		ok = ok && len(head) == 2
		if ok && rank == 0 {
			r.ranks.clock = time.Duration(head[1])
		}
		if ok && sum == nil && head[0] > 0 {
			sum = make([]float64, int(head[0]))
		}
		if ok {
			notes, ok = addChunks(sum, notes, rest)
		}
		if !ok {
			return nil, nil, &RankError{rank, errors.New("its share of the batch does not fit those before it")}
		}
	}
	if !ownOrder {
		return sum, notes, nil
	}
	for _, s := range mine.sums {
		add(sum, s)
	}
	if err := guard.Call("Reducer.Sum", func() error { return summer.Sum(ctx, sum) }); err != nil {
		return nil, nil, r.ranks.lose(ctx, err)
	}
	return sum, notes, nil
}

func add(sum, x []float64) {
	for i, v := range x {
		sum[i] += v
	}
}
