package optim

import (
	"context"
	"errors"
	"fmt"

	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/internal/guard"
)

// computePiece returns the mean loss of a batch of which every rank takes consecutive rows, with the mean gradient in the
// model and the mean state.
func (r *run) computePiece(ctx context.Context, batch *tensor.Dense) (float64, error) {
	rows := batch.Shape()[0]
	from, to := rows*r.ranks.rank/r.ranks.size, rows*(r.ranks.rank+1)/r.ranks.size
	prints := r.prints(batch)
	var mine chunks
	if from < to {
		piece, err := rowsOf(batch, from, to)
		if err != nil {
			return 0, err
		}
		var loss float64
		err = guard.Call("Objective.Loss", func() error {
			loss, err = r.objective.Loss(ctx, piece)
			return err
		})
		if err != nil {
			return 0, err
		}
		if err := r.readModel(); err != nil {
			return 0, err
		}
		numbers := []float64{loss * float64(to-from), 0, 0}
		if c, ok := r.objective.(WithCost); ok {
			evaluations, rejected := c.Evaluations()
			numbers[1], numbers[2] = float64(evaluations), float64(rejected)
		}
		mine = chunks{sums: [][]float64{r.weigh(numbers, float64(to-from))}, notes: [][]float64{nil}}
	}
	sum, _, err := r.addUp(ctx, prints, mine)
	if err != nil {
		return 0, err
	}
	if len(sum) < 3 || !r.unweigh(sum[3:], rows) {
		return 0, errors.New("the ranks have models of different sizes")
	}
	r.ranks.evaluations, r.ranks.rejected = int(sum[1]), int(sum[2])
	return sum[0] / float64(rows), nil
}

// rowsOf returns some rows of a batch, over its own memory.
func rowsOf(batch *tensor.Dense, from, to int) (*tensor.Dense, error) {
	shape := batch.Shape().Clone()
	width := batch.Size() / shape[0]
	shape[0] = to - from
	if batch.RequiresIterator() || batch.DataOrder().IsColMajor() {
		return nil, errors.New("the batch is a view or column-major: want rows one after the other")
	}
	switch v := batch.Data().(type) {
	case []float32:
		return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(v[from*width:to*width])), nil
	case []float64:
		return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(v[from*width:to*width])), nil
	}
	return nil, fmt.Errorf("the batch is of %v, want float32 or float64", batch.Dtype())
}

// weigh appends the gradients and the state to numbers, times the rows.
func (r *run) weigh(numbers []float64, rows float64) []float64 {
	for i, p := range r.all {
		if i < len(r.params) {
			numbers = appendTimes(appendTimes(numbers, p.g32, rows), p.g64, rows)
		} else {
			numbers = appendTimes(appendTimes(numbers, p.w32, rows), p.w64, rows)
		}
	}
	return numbers
}

func appendTimes[T float](to []float64, values []T, factor float64) []float64 {
	for _, v := range values {
		to = append(to, float64(v)*factor)
	}
	return to
}

// unweigh puts back what weigh has taken, divided by the rows, and reports whether it is as much.
func (r *run) unweigh(sum []float64, rows int) bool {
	size := 0
	for _, p := range r.all {
		size += len(p.w32) + len(p.w64)
	}
	if len(sum) != size {
		return false
	}
	for i, p := range r.all {
		v32, v64 := p.w32, p.w64
		if i < len(r.params) {
			v32, v64 = p.g32, p.g64
		}
		divide(v32, sum, rows)
		divide(v64, sum, rows)
		sum = sum[len(p.w32)+len(p.w64):]
	}
	return true
}
