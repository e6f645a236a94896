package optim

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/internal/guard"
)

// run is one run of a Trainer.
type run struct {
	Trainer
	objective Objective
	source    data.Source

	event   Event       // where the run stands
	model   []parameter // of the step under way
	good    snapshot    // the latest parameters that had a finite loss
	watch   watch
	columns int // of the rows
	start   time.Time
	absent  time.Duration // spent in observers
}

// run trains with settings that are checked and filled.
func (t Trainer) run(ctx context.Context, objective Objective, source data.Source) error {
	r := &run{Trainer: t, objective: objective, source: source, start: time.Now()}
	r.event = Event{Epochs: t.Epochs, Loss: math.NaN()}
	err := guard.Call("Source.Len", func() error {
		r.event.Steps = t.Epochs * source.Len()
		return nil
	})
	if err == nil {
		err = r.epochs(ctx)
	}
	return r.finish(err)
}

func (r *run) epochs(ctx context.Context) error {
	for epoch := 1; epoch <= r.Epochs; epoch++ {
		r.event.Epoch = epoch
		mean, err := r.epoch(ctx)
		if err != nil {
			return err
		}
		r.event.Loss = mean
		if err := r.tell(EpochDone, mean, nil); err != nil {
			return err
		}
	}
	return nil
}

// epoch goes once through the rows and returns their mean loss.
func (r *run) epoch(ctx context.Context) (mean float64, err error) {
	var sum float64
	var failed error
	seen := r.event.Rows
	err = guard.Call("Source.Epoch", func() error {
		for batch := range r.source.Epoch() {
			var loss float64
			if loss, failed = r.batch(ctx, batch); failed != nil {
				return nil
			}
			sum += loss * float64(batch.Shape()[0])
		}
		return nil
	})
	if failed != nil {
		return 0, failed
	}
	if err == nil {
		err = guard.Call("Source.Err", r.source.Err)
	}
	if err == nil && r.event.Rows == seen {
		err = errors.New("the source has no rows")
	}
	if err != nil {
		return 0, fmt.Errorf("optim: epoch %d, after step %d: %w", r.event.Epoch, r.event.Step, err)
	}
	return sum / float64(r.event.Rows-seen), r.watch.close(r)
}

// batch takes one step and tells of it; it returns the loss from before.
func (r *run) batch(ctx context.Context, batch *tensor.Dense) (float64, error) {
	if batch == nil || batch.Dims() == 0 {
		return 0, r.at(errors.New("the source gave a batch that is not (rows, dim)"))
	}
	loss, err := r.step(ctx, batch)
	if err != nil {
		return 0, err
	}
	r.event.Step++
	r.event.Rows += batch.Shape()[0]
	r.columns = batch.Size() / max(1, batch.Shape()[0])
	if err := r.tell(StepDone, loss, nil); err != nil {
		return 0, err
	}
	return loss, r.watch.add(r, loss, batch.Shape()[0], &r.good)
}

// step moves the parameters once and returns the loss from before.
func (r *run) step(ctx context.Context, batch *tensor.Dense) (loss float64, err error) {
	if err := ctx.Err(); err != nil {
		return 0, r.at(err)
	}
	err = guard.Call("Objective.Loss", func() error {
		loss, err = r.objective.Loss(ctx, batch)
		return err
	})
	if err != nil {
		if ctx.Err() == nil {
			r.good.restore(r.model)
		}
		return 0, r.at(err)
	}
	if !isFinite(loss) {
		r.good.restore(r.model)
		return 0, r.nonFinite("loss", loss, math.NaN())
	}
	var model []gorgonia.ValueGrad
	err = guard.Call("Objective.Model", func() error {
		model = r.objective.Model()
		return r.read(model)
	})
	if err != nil {
		return 0, err
	}
	norm := gradNorm(r.model)
	if !isFinite(norm) {
		return 0, r.nonFinite("gradient", loss, norm)
	}
	r.event.GradNorm = norm
	r.good.keep(r.model)
	return loss, r.move(model, loss)
}

// move takes the solver's step along the gradient, shortened to MaxNorm.
func (r *run) move(model []gorgonia.ValueGrad, loss float64) error {
	if r.MaxNorm > 0 {
		clip(r.model, r.event.GradNorm, r.MaxNorm)
	}
	if err := r.schedule(); err != nil {
		return r.at(err)
	}
	if err := guard.Call("Solver.Step", func() error { return r.Solver.Step(model) }); err != nil {
		r.good.restore(r.model)
		return r.at(err)
	}
	for i, p := range r.model {
		if !p.finite() {
			r.good.restore(r.model)
			return r.nonFinite(name(i, model[i]), loss, r.event.GradNorm)
		}
	}
	return nil
}

// schedule gives the solver the rate of the step and keeps it for the event.
func (r *run) schedule() error {
	if r.Rate == nil {
		return guard.Call("Solver.Rate", func() error {
			r.event.Rate = rateOf(r.Solver)
			return nil
		})
	}
	var rate float64
	err := guard.Call("Schedule", func() error {
		rate = r.Rate(r.event.Step, r.event.Steps)
		return nil
	})
	if err != nil {
		return err
	}
	if !isFinite(rate) || rate < 0 {
		return fmt.Errorf("the schedule gives a learning rate of %g, want a finite number of at least 0", rate)
	}
	r.event.Rate = rate
	return guard.Call("Solver.SetRate", func() error {
		setRate(r.Solver, rate)
		return nil
	})
}

// read takes the model's parameters and gradients as they now are.
func (r *run) read(model []gorgonia.ValueGrad) error {
	if len(model) == 0 {
		return errors.New("optim: the objective has no parameters")
	}
	r.model = r.model[:0]
	for i, vg := range model {
		p, err := flat(i, vg)
		if err != nil {
			return err
		}
		r.model = append(r.model, p)
	}
	return nil
}

// tell sends an event; the observer's time does not count as elapsed.
func (r *run) tell(kind Kind, loss float64, result error) error {
	if r.Observe == nil {
		return nil
	}
	now := time.Now()
	e := r.event
	e.Kind, e.Loss, e.Err = kind, loss, result
	e.Elapsed = now.Sub(r.start) - r.absent
	if kind != StepDone {
		e.Advice = advice(loss, r.columns)
	}
	err := guard.Call("Observer", func() error { return r.Observe(e) })
	r.absent += time.Since(now)
	if err != nil {
		return fmt.Errorf("optim: epoch %d, after step %d: observer: %w", e.Epoch, e.Step, err)
	}
	return nil
}

// finish sends the last event and returns what the run returns.
func (r *run) finish(err error) error {
	if errors.Is(err, ErrStop) {
		err = nil
	}
	told := r.tell(Finished, r.event.Loss, err)
	if err == nil && !errors.Is(told, ErrStop) {
		return told
	}
	return err
}

// at adds to an error the step under way.
func (r *run) at(err error) error {
	return fmt.Errorf("optim: epoch %d, step %d: %w", r.event.Epoch, r.event.Step+1, err)
}

func (r *run) nonFinite(what string, loss, norm float64) error {
	return &NonFiniteError{
		What: what, Epoch: r.event.Epoch, Step: r.event.Step + 1,
		Loss: loss, GradNorm: norm, Rate: r.event.Rate,
	}
}

func isFinite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
