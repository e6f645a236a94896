package mpi

// #include "binding.h"
import "C"

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"
	"unsafe"
)

// Gather gives every rank the messages of all, in order of ranks.
func (w *World) Gather(ctx context.Context, mine []byte) ([][]byte, error) {
	counts := make([]C.longlong, w.size)
	n := C.longlong(len(mine))
	err := w.exchange(ctx, func(pin *runtime.Pinner) C.int {
		pin.Pin(&n)
		pin.Pin(&counts[0])
		return C.ffjord_gather_counts(&n, &counts[0])
	})
	if err != nil {
		return nil, err
	}
	all, longest := make([][]byte, w.size), 0
	for _, n := range counts {
		longest = max(longest, int(n))
	}
	for from := 0; from < longest; from += w.piece {
		if err := w.gatherPiece(ctx, mine[min(from, len(mine)):min(from+w.piece, len(mine))], all, counts, from); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// gatherPiece appends to the messages of all ranks their next pieces, which begin at byte from.
func (w *World) gatherPiece(ctx context.Context, mine []byte, all [][]byte, counts []C.longlong, from int) error {
	pieces, places := make([]C.int, w.size), make([]C.int, w.size)
	total := 0
	for rank, n := range counts {
		pieces[rank], places[rank] = C.int(max(0, min(w.piece, int(n)-from))), C.int(total)
		total += int(pieces[rank])
	}
	into := make([]byte, total)
	err := w.exchange(ctx, func(pin *runtime.Pinner) C.int {
		pin.Pin(&pieces[0])
		pin.Pin(&places[0])
		return C.ffjord_gather(pinned(pin, mine), C.int(len(mine)), pinned(pin, into), &pieces[0], &places[0])
	})
	for rank := range all {
		end := places[rank] + pieces[rank]
		if piece := into[places[rank]:end:end]; from == 0 {
			all[rank] = piece
		} else {
			all[rank] = append(all[rank], piece...)
		}
	}
	return err
}

// EngineOrder is a World that adds numbers up itself, by MPI_Allreduce, in the order that MPI finds best: an
// optim.Summer.
type EngineOrder struct{ *World }

// Sum replaces x, which has the same length on every rank, by its sum over all ranks.
func (w EngineOrder) Sum(ctx context.Context, x []float64) error {
	for len(x) > 0 {
		part := x[:min(len(x), 1<<27)]
		err := w.exchange(ctx, func(pin *runtime.Pinner) C.int {
			return C.ffjord_sum((*C.double)(pinned(pin, part)), C.int(len(part)))
		})
		if err != nil {
			return err
		}
		x = x[len(part):]
	}
	return nil
}

// pinned returns where a slice's numbers are, and keeps them there.
func pinned[T any](pin *runtime.Pinner, s []T) unsafe.Pointer {
	if len(s) == 0 {
		return nil
	}
	pin.Pin(&s[0])
	return unsafe.Pointer(&s[0])
}

// A rank that waits polls without a pause at first, for about as long as well balanced steps differ, and then sleeps
// between polls, since another rank may need the core.
const (
	looking  = 2 * time.Millisecond
	sleeping = 50 * time.Microsecond
	tries    = 64
)

// exchange starts an exchange and waits until it ends, ctx ends or Timeout has passed. The memory of an exchange that
// does not end stays pinned, since MPI may still write to it.
func (w *World) exchange(ctx context.Context, start func(pin *runtime.Pinner) C.int) error {
	if w.lost != nil {
		return w.lost
	}
	if w.closed {
		return errors.New("mpi: the world is closed")
	}
	pin := &w.pinned
	began := time.Now()
	if err := w.call(func() C.int { return start(pin) }); err != nil {
		return w.lose(err)
	}
	for looked := 0; ; looked++ {
		var done C.int
		if err := w.call(func() C.int { return C.ffjord_test(tries, &done) }); err != nil {
			return w.lose(err)
		}
		if done != 0 {
			pin.Unpin()
			return nil
		}
		waited := time.Since(began)
		switch {
		case ctx.Err() != nil:
			return w.lose(ctx.Err())
		case w.Timeout >= 0 && waited > w.timeout():
			return w.lose(fmt.Errorf("mpi: rank %d has waited %v: %w", w.rank, w.timeout(), ErrTimeout))
		case waited > looking:
			time.Sleep(sleeping)
		}
	}
}

func (w *World) timeout() time.Duration {
	if w.Timeout == 0 {
		return 10 * time.Minute
	}
	return w.Timeout
}

// lose keeps why there can be no more exchanges.
func (w *World) lose(err error) error {
	w.lost = err
	return err
}
