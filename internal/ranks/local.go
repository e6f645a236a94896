// Package ranks joins goroutines as the ranks of one run: it has what an optim.Reducer and an optim.Summer have, without
// a network, so that all that is done over ranks can be tested in one process.
//
// What may enter this package: ways to join ranks that need nothing but the standard library. It knows no run.
package ranks

import (
	"context"
	"fmt"
	"slices"
	"sync"
)

// Local is one of the ranks.
type Local struct {
	room *room
	rank int
	turn int // how often it has met the others
}

// room is where the ranks meet.
type room struct {
	mu    sync.Mutex
	turns []*turn
	size  int
}

// turn is one meeting.
type turn struct {
	said [][]byte
	left int // to come
	full chan struct{}
}

// New returns so many ranks that know each other.
func New(n int) []*Local {
	r := &room{size: n}
	out := make([]*Local, n)
	for i := range out {
		out[i] = &Local{room: r, rank: i}
	}
	return out
}

// Rank returns which of how many ranks this one is.
func (l *Local) Rank() (rank, ranks int) { return l.rank, l.room.size }

// Gather gives every rank the messages of all.
func (l *Local) Gather(ctx context.Context, mine []byte) ([][]byte, error) {
	t := l.room.turn(l.turn)
	l.turn++
	l.room.say(t, l.rank, slices.Clone(mine))
	select {
	case <-t.full:
		return t.said, nil
	default:
	}
	select {
	case <-t.full:
		return t.said, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("ranks: rank %d: %w", l.rank, ctx.Err())
	}
}

func (r *room) turn(i int) *turn {
	r.mu.Lock()
	defer r.mu.Unlock()
	if i == len(r.turns) {
		r.turns = append(r.turns, &turn{said: make([][]byte, r.size), left: r.size, full: make(chan struct{})})
	}
	return r.turns[i]
}

func (r *room) say(t *turn, rank int, message []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	t.said[rank] = message
	if t.left--; t.left == 0 {
		close(t.full)
	}
}
