package optim

import (
	"context"
	"fmt"

	"github.com/go-ffjord/ffjord/internal/place"
)

// Reducer joins the ranks of a run: processes, of one machine or several, that train one model together. Each of them
// calls [Trainer.Run] with the same model, rows and settings, and a Reducer of its own that knows the others. Package
// mpi, a module of its own, has one for MPI.
//
// A step is then each rank's share of the batch, one Gather, and the same update on every rank. All ranks deal the same
// batches; a batch's rows are divided among them as [Divisible] says.
type Reducer interface {
	// Rank returns which of how many ranks this one is, from 0 on. It never changes.
	Rank() (rank, ranks int)
	// Gather gives every rank the messages of all, in order of ranks. All ranks call it the same number of times. It hands
	// out mine, which it does not keep, even where ctx is done, and then returns ctx.Err(); after any error it is not called
	// again, nor is Sum.
	Gather(ctx context.Context, mine []byte) (all [][]byte, err error)
}

// Summer is a [Reducer] that adds numbers up itself, in an order of its own, which moves fewer bytes where there are many
// chunks. A sum of n numbers then has an error of up to (n-1)·2⁻⁵³·Σ|x| (Higham 2002, eq. 4.4), other for each number of
// ranks: runs on different numbers of ranks agree to rounding and no longer in every bit. The ranks of one run still do,
// as long as Sum gives all of them the same bits.
type Summer interface {
	Reducer
	// Sum replaces x, as long on every rank, by its sum over all ranks.
	Sum(ctx context.Context, x []float64) error
}

// RankError says that a run ended because of another rank, or because the ranks do not fit together. The parameters are
// those of the last step that this one took, and rank 0 has written its [Checkpoint].
type RankError struct {
	Rank int   // which rank failed, or differs from rank 0; -1 where the ranks can't be heard
	Err  error // what it has said, by its text alone, or why not
}

func (e *RankError) Error() string {
	if e.Rank < 0 {
		return place.In("optim: the other ranks", e.Err).Error()
	}
	return place.In(fmt.Sprintf("optim: rank %d", e.Rank), e.Err).Error()
}

// Unwrap returns Err.
func (e *RankError) Unwrap() error { return e.Err }

// errStopped ends a run that another rank has ended by ErrStop.
var errStopped = fmt.Errorf("another rank: %w", ErrStop)

func checkReducer(r Reducer) error {
	if r == nil {
		return nil
	}
	if rank, ranks := r.Rank(); ranks < 1 || rank < 0 || rank >= ranks {
		return fmt.Errorf("optim: Trainer: Reducer: it is rank %d of %d, want one from 0 to below their number", rank, ranks)
	}
	return nil
}
