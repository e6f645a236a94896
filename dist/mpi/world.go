package mpi

// #include "binding.h"
import "C"

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"time"

	"github.com/go-ffjord/ffjord/optim"
)

var (
	_ optim.Reducer = (*World)(nil)
	_ optim.Summer  = EngineOrder{}
)

// World is all processes of an MPI job, MPI_COMM_WORLD, as one of them sees it. [Init] makes it. It serves one call at
// a time, and every rank must make the same calls in the same order.
type World struct {
	// Timeout is how long an exchange may wait for the other ranks. It must be longer than the ranks' steps differ in
	// time, and longer than a validation, which rank 0 does alone. Without a bound a rank waits for ever for one whose
	// machine has lost its network, since no packet says so. Zero means ten minutes, a negative Timeout no bound.
	Timeout time.Duration

	rank, size int
	piece      int // bytes of a rank's message that travel at once
	calls      chan func()
	pinned     runtime.Pinner // what the exchange under way reads and writes
	lost       error          // why there can be no more exchanges
	closed     bool
}

// ErrTimeout is the reason why an exchange ended after Timeout.
var ErrTimeout = errors.New("a rank has not answered in time")

// Init starts MPI, once in the life of a process.
func Init() (*World, error) {
	// Open MPI's own handlers of SIGSEGV and others would end a program where Go makes a panic of it.
	const handlers = "OMPI_MCA_opal_signal"
	if _, set := os.LookupEnv(handlers); !set {
		if err := os.Setenv(handlers, "6"); err != nil {
			return nil, fmt.Errorf("mpi: %w", err)
		}
	}
	w := &World{calls: make(chan func())}
	go w.serve()
	var rank, size C.int
	if err := w.call(func() C.int { return C.ffjord_init(&rank, &size) }); err != nil {
		return nil, err
	}
	w.rank, w.size = int(rank), int(size)
	const atOnce = 1 << 30 // MPI counts bytes in an int
	w.piece = max(8, atOnce/w.size)
	return w, nil
}

// serve makes all calls of MPI on the thread that has started it.
func (w *World) serve() {
	runtime.LockOSThread()
	for call := range w.calls {
		call()
	}
}

// call makes one call of MPI.
func (w *World) call(f func() C.int) error {
	done := make(chan C.int)
	w.calls <- func() { done <- f() }
	return failure(<-done)
}

// failure returns the error that MPI's return code stands for, nil for success.
func failure(rc C.int) error {
	if rc == C.MPI_SUCCESS {
		return nil
	}
	var text [C.MPI_MAX_ERROR_STRING + 1]C.char
	C.ffjord_error(rc, &text[0])
	return fmt.Errorf("mpi: %s", C.GoString(&text[0]))
}

// Rank returns the rank of this process, from 0, and the number of ranks.
func (w *World) Rank() (rank, ranks int) { return w.rank, w.size }

// Close ends MPI once all ranks have called it. Where an exchange has failed it waits for no one, and MPI ends with the
// process.
func (w *World) Close() error {
	if w.closed || w.lost != nil {
		return w.lost
	}
	w.closed = true
	defer close(w.calls)
	return w.call(func() C.int { return C.ffjord_finalize() })
}

// Abort ends the processes of all ranks with an exit code, this one too.
func (w *World) Abort(code int) error {
	return w.call(func() C.int { return C.ffjord_abort(C.int(code)) })
}

// Barrier returns when all ranks have called it.
func (w *World) Barrier(ctx context.Context) error {
	_, err := w.Gather(ctx, nil)
	return err
}
