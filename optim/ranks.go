package optim

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/go-ffjord/ffjord/internal/guard"
)

// ranks is what a run knows of the other ranks. The ranks meet at places in a fixed order. Where all say the same, all go
// on. A rank that has left its run says so once, at whatever place the others are, and these leave theirs: so no rank
// waits for one that has gone. The zero value is that of a run on its own.
type ranks struct {
	reducer Reducer // nil on its own
	rank    int
	size    int
	over    bool // all have left, or can't be heard: there is nothing more to say

	clock                 time.Duration // of the first, when all met last
	evaluations, rejected int           // of all ranks, of the last batch, for an objective that is not Divisible
}

// newRanks returns the ranks of a reducer. One alone needs none.
func newRanks(r Reducer) ranks {
	if r == nil {
		return ranks{}
	}
	rank, size := r.Rank()
	if size == 1 {
		return ranks{}
	}
	return ranks{reducer: r, rank: rank, size: size}
}

// many reports whether there are other ranks.
func (k *ranks) many() bool { return k.reducer != nil }

// first reports whether this rank is the one that does what only one does: measure held-out rows, keep the checkpoint.
func (k *ranks) first() bool { return k.rank == 0 }

// What a message begins with.
const (
	goesOn byte = iota
	hasEnded
	wasStopped
	wasCancelled
	hasFailed
)

// farewellTime is how long a rank whose context is done waits for the others to take its last message.
const farewellTime = 50 * time.Millisecond

// meet gives every rank what all of them say at a place of the run.
func (k *ranks) meet(ctx context.Context, place string, mine []byte) ([][]byte, error) {
	return k.gather(ctx, goesOn, place, mine)
}

// leave tells the other ranks that this one has left its run by err, unless they know, and returns what the run comes to:
// err, or where it is nil, what has ended that of another rank.
func (k *ranks) leave(ctx context.Context, err error) error {
	if !k.many() || k.over {
		return err
	}
	kind, text := hasFailed, []byte(nil)
	switch {
	case err == nil:
		kind = hasEnded
	case errors.Is(err, ErrStop):
		kind = wasStopped
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		kind, text = wasCancelled, []byte(err.Error())
	default:
		text = []byte(err.Error())
	}
	if ctx.Err() != nil {
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), farewellTime)
		defer cancel()
		ctx = last
	}
	_, others := k.gather(ctx, kind, "the end", text)
	if err == nil && !errors.Is(others, ErrStop) {
		return others
	}
	return err
}

// gather exchanges messages of a kind and returns those of all ranks, without what it has added to them, if all ranks go
// on or all have ended. It may write behind the end of mine.
func (k *ranks) gather(ctx context.Context, kind byte, place string, mine []byte) ([][]byte, error) {
	message := append(append(mine, place...), byte(len(place)), kind) // at the end, where mine need not be moved for it
	var all [][]byte
	err := guard.Call("Reducer.Gather", func() (err error) {
		all, err = k.reducer.Gather(ctx, message)
		return err
	})
	if err == nil && len(all) != k.size {
		err = fmt.Errorf("%d messages of %d ranks", len(all), k.size)
	}
	if err != nil {
		return nil, k.lose(ctx, err)
	}
	k.over = kind != goesOn
	places, rest, kinds := make([]string, k.size), make([][]byte, k.size), make([]byte, k.size)
	for rank, m := range all {
		n := len(m) - 2
		if n < 0 || int(m[n]) > n {
			return nil, &RankError{rank, errors.New("its message is no message of a run")}
		}
		from := n - int(m[n])
		kinds[rank], places[rank], rest[rank] = m[n+1], string(m[from:n]), m[:from]
	}
	for _, end := range []byte{hasFailed, wasCancelled, wasStopped} {
		rank := bytes.IndexByte(kinds, end)
		if rank < 0 {
			continue
		}
		k.over = true
		switch end {
		case wasStopped:
			return nil, errStopped
		case wasCancelled:
			said := strings.TrimSuffix(string(rest[rank]), ": "+context.Canceled.Error())
			return nil, &RankError{rank, fmt.Errorf("%s: %w", said, context.Canceled)}
		}
		return nil, &RankError{rank, errors.New(string(rest[rank]))}
	}
	for rank, at := range places {
		if at != places[0] {
			return nil, &RankError{rank, fmt.Errorf("it is at %s, rank 0 at %s: the ranks go different ways", at, places[0])}
		}
	}
	return rest, nil
}

// lose gives the other ranks up after a failed exchange, and returns what it comes to.
func (k *ranks) lose(ctx context.Context, err error) error {
	k.over = true
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return &RankError{-1, err}
}

// fromFirst returns the words of the first rank on all of them.
func (k *ranks) fromFirst(ctx context.Context, place string, words []byte) ([]byte, error) {
	if !k.first() {
		words = nil
	}
	all, err := k.meet(ctx, place, words)
	if err != nil {
		return nil, err
	}
	return all[0], nil
}
