package mpi_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/dist/mpi"
)

func TestExchange(t *testing.T) {
	for _, ranks := range []int{1, 2, 5} {
		said, err := job{ranks: ranks, name: "exchange"}.run(t)
		require.NoError(t, err)
		for _, s := range said {
			assert.Equal(t, "ok", s)
		}
	}
}

// exchange tries all that a World can do.
func exchange(w *mpi.World) (string, error) {
	ctx := context.Background()
	rank, ranks := w.Rank()
	for _, piece := range []int{1 << 20, 7} { // at once, and in many pieces
		w.SetPiece(piece)
		for _, factor := range []int{0, 1, 10, 3000} {
			message := func(rank int) []byte { return bytes.Repeat([]byte{byte(rank + 1)}, rank*factor) }
			all, err := w.Gather(ctx, message(rank))
			if err != nil {
				return "", err
			}
			if len(all) != ranks {
				return "", fmt.Errorf("%d messages", len(all))
			}
			for from, m := range all {
				if !bytes.Equal(m, message(from)) {
					return "", fmt.Errorf("a message of %d bytes of rank %d", len(m), from)
				}
			}
		}
	}
	if err := w.Barrier(ctx); err != nil {
		return "", err
	}
	x := []float64{1, float64(rank), 0.1}
	if err := (mpi.EngineOrder{World: w}).Sum(ctx, x); err != nil {
		return "", err
	}
	n := float64(ranks)
	if x[0] != n || x[1] != n*(n-1)/2 || x[2] < 0.1*n-1e-15*n || x[2] > 0.1*n+1e-15*n {
		return "", fmt.Errorf("the sum is %v", x)
	}
	return "ok", nil
}

// A rank whose context ends leaves an exchange that the others never come to, and no other follows.
func TestExchangeEndsWithItsContext(t *testing.T) {
	said, err := job{ranks: 2, name: "cancelled"}.run(t)
	require.Error(t, err, "a job whose ranks have lost each other ends badly")
	assert.Equal(t, "ok", said[0])
}

func cancelled(w *mpi.World) (string, error) {
	if rank, _ := w.Rank(); rank > 0 {
		select {} // until mpirun ends it
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	if _, err := w.Gather(ctx, nil); !errors.Is(err, context.DeadlineExceeded) {
		return "", fmt.Errorf("a gathering of a context that has ended: %v", err)
	}
	if _, err := w.Gather(context.Background(), nil); !errors.Is(err, context.DeadlineExceeded) {
		return "", fmt.Errorf("a gathering after that: %v", err)
	}
	return "ok", nil
}

// A nil pointer is a panic in Go, not the end of the process by MPI's handler.
func TestPanicsStayPanics(t *testing.T) {
	said, err := job{ranks: 2, name: "panic"}.run(t)
	require.NoError(t, err)
	assert.Equal(t, []string{"ok", "ok"}, said)
}

func panics(*mpi.World) (said string, err error) {
	defer func() {
		if recover() != nil {
			said = "ok"
		}
	}()
	var w *mpi.World
	w.Timeout++
	return "no panic", nil
}
