package optim

import (
	"context"
	"errors"
	"math"

	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/internal/guard"
)

// batch gathers what a batch gives to the step under way, and takes the step once it has as many as are wanted.
func (r *run) batch(ctx context.Context, batch *tensor.Dense) error {
	if batch == nil || batch.Dims() == 0 || batch.Shape()[0] == 0 {
		return r.during(errors.New("the source gave a batch that is not (rows, dim)"))
	}
	loss, err := r.loss(ctx, batch)
	if err != nil {
		return err
	}
	if err := r.readModel(); err != nil {
		return err
	}
	rows := batch.Shape()[0]
	r.columns = batch.Size() / rows
	r.share.add(loss, rows, r.params, r.Accumulate > 1)
	r.at.Batches++
	r.count()
	if r.share.batches < r.Accumulate {
		return nil
	}
	return r.step(ctx)
}

// loss returns the mean loss of a batch, with its gradient in the model.
func (r *run) loss(ctx context.Context, batch *tensor.Dense) (loss float64, err error) {
	if err := ctx.Err(); err != nil {
		return 0, r.during(err)
	}
	r.seedNoise()
	if loss, err = r.compute(ctx, batch); err != nil {
		if ctx.Err() == nil && !r.ranks.over {
			r.good.restore(r.params)
		}
		return 0, r.during(err)
	}
	if !isFinite(loss) {
		r.good.restore(r.params)
		return 0, r.nonFinite("loss", loss, math.NaN())
	}
	return loss, nil
}

// count adds up what the objective has spent on a batch.
func (r *run) count() {
	if c, ok := r.objective.(WithCost); ok {
		evaluations, rejected := c.Evaluations()
		if _, divisible := r.objective.(Divisible); r.ranks.many() && !divisible {
			evaluations, rejected = r.ranks.evaluations, r.ranks.rejected
		}
		r.at.Evaluations += evaluations
		r.at.Rejected += rejected
		r.share.evaluations += evaluations
		r.share.rejected += rejected
	}
}

// step moves the parameters once, along the mean gradient of what was gathered, and does what is due between steps.
func (r *run) step(ctx context.Context) error {
	if r.AverageDecay > 0 && r.average == nil {
		r.average.follow(r.params, r.AverageDecay, 0)
	}
	evaluations, rejected := r.share.evaluations, r.share.rejected
	loss, rows := r.share.take(r.params)
	norm := gradNorm(r.params)
	if !isFinite(norm) {
		return r.nonFinite("gradient", loss, norm)
	}
	r.event.GradNorm = norm
	r.good.keep(r.params)
	if err := r.move(loss); err != nil {
		return err
	}
	r.event.Step++
	r.event.Rows += rows
	r.at.EpochRows += rows
	r.at.EpochLoss += number(loss * float64(rows))
	r.event.Evaluations, r.event.Rejected = float64(evaluations)/float64(rows), float64(rejected)/float64(rows)
	if r.average != nil {
		r.average.follow(r.params, r.AverageDecay, r.event.Step)
	}
	var ended error
	if v := r.Validation; v != nil && v.Every > 0 && r.event.Step%v.Every == 0 {
		if ended = r.validate(ctx); ended != nil && !errors.Is(ended, errPatience) {
			return ended
		}
	}
	if err := r.tell(StepDone, loss, nil); err != nil {
		return err
	}
	if err := r.watch.add(r, loss, rows); err != nil {
		return err
	}
	if ended == nil {
		ended = r.late(ctx)
	}
	return firstError(r.saver.due(r), ended)
}

// move takes the optimizer's step along the gradient, shortened to MaxNorm.
func (r *run) move(loss float64) error {
	if r.MaxNorm > 0 {
		clip(r.params, r.event.GradNorm, r.MaxNorm)
	}
	if err := r.setRate(); err != nil {
		return r.during(err)
	}
	for i, λ := range r.decays {
		r.params[i].decay(r.event.Rate, λ)
	}
	if err := guard.Call("Optimizer.Step", func() error { return r.Optimizer.Step(r.model) }); err != nil {
		r.good.restore(r.params)
		return r.during(err)
	}
	for i, p := range r.params {
		if !p.finite() {
			r.good.restore(r.params)
			return r.nonFinite(name(i, r.model[i]), loss, r.event.GradNorm)
		}
	}
	return nil
}
