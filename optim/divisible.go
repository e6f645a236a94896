package optim

import (
	"context"

	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/internal/guard"
)

// Divisible is an [Objective] whose loss and gradient are added up from chunks of a batch's rows, so that ranks can share
// the work and still have the bits of one rank alone: each computes some chunks, and the sums are added up in the order
// of the chunks, whoever computed them. That of package flows is flows.NLL.
//
// The rows of any other Objective are cut into one piece of consecutive rows for each rank, whose losses, gradients and
// states (of one [WithState]) are averaged, counted by their rows, in the order of the ranks. Its bits depend on the
// number of ranks, and each rank has Noise of its own: the [Stream] of the name with " of rank 2", say, behind it.
type Divisible interface {
	Objective
	// Share computes the chunks of the batch that are one of so many equal shares, and returns for each chunk, in order,
	// numbers that are to be added up over all chunks, as many for each, and notes, which are to be kept as they are. A
	// share may have no chunks. It moves nothing of the model.
	Share(ctx context.Context, batch *tensor.Dense, share, of int) (sums, notes [][]float64, err error)
	// Join takes the sum of the chunks' sums and the notes of all chunks in their order, returns the loss of a batch of so
	// many rows and leaves its gradient, and what else Loss leaves, in the model.
	Join(rows int, sum []float64, notes [][]float64) (float64, error)
}

// compute returns the mean loss of a batch, with its gradient in the model.
func (r *run) compute(ctx context.Context, batch *tensor.Dense) (loss float64, err error) {
	if !r.ranks.many() {
		err = guard.Call("Objective.Loss", func() error {
			loss, err = r.objective.Loss(ctx, batch)
			return err
		})
		return loss, err
	}
	if err := r.readModel(); err != nil {
		return 0, err
	}
	o, ok := r.objective.(Divisible)
	if !ok {
		return r.computePiece(ctx, batch)
	}
	prints := r.prints(batch)
	var mine chunks
	err = guard.Call("Objective.Share", func() error {
		mine.sums, mine.notes, err = o.Share(ctx, batch, r.ranks.rank, r.ranks.size)
		return err
	})
	if err != nil {
		return 0, err
	}
	sum, notes, err := r.addUp(ctx, prints, mine)
	if err != nil {
		return 0, err
	}
	err = guard.Call("Objective.Join", func() error {
		loss, err = o.Join(batch.Shape()[0], sum, notes)
		return err
	})
	return loss, err
}
