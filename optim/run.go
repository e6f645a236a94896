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
)

// run is one run of a Trainer.
type run struct {
	Trainer
	objective Objective
	source    data.Source

	event  Event       // where the run stands
	model  []parameter // of the step under way
	good   snapshot    // the latest parameters that had a finite loss
	start  time.Time
	absent time.Duration // spent in observers
}

// run trains with settings that are checked and filled.
func (t Trainer) run(ctx context.Context, objective Objective, source data.Source) error {
	r := &run{
		Trainer: t, objective: objective, source: source, start: time.Now(),
		event: Event{Epochs: t.Epochs, Steps: t.Epochs * source.Len(), Loss: math.NaN(), Rate: rateOf(t.Solver)},
	}
	return r.finish(r.epochs(ctx))
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
func (r *run) epoch(ctx context.Context) (float64, error) {
	var sum float64
	seen := r.event.Rows
	for batch := range r.source.Epoch() {
		loss, err := r.step(ctx, batch)
		if err != nil {
			return 0, err
		}
		rows := batch.Shape()[0]
		sum += loss * float64(rows)
		r.event.Step++
		r.event.Rows += rows
		if err := r.tell(StepDone, loss, nil); err != nil {
			return 0, err
		}
	}
	err := r.source.Err()
	if err == nil && r.event.Rows == seen {
		err = errors.New("the source has no rows")
	}
	if err != nil {
		return 0, fmt.Errorf("optim: epoch %d, after step %d: %w", r.event.Epoch, r.event.Step, err)
	}
	return sum / float64(r.event.Rows-seen), nil
}

// step moves the parameters once and returns the loss from before.
func (r *run) step(ctx context.Context, batch *tensor.Dense) (float64, error) {
	if err := ctx.Err(); err != nil {
		return 0, r.at(err)
	}
	loss, err := r.objective.Loss(ctx, batch)
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
	model := r.objective.Model()
	if err := r.read(model); err != nil {
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
	if r.Rate != nil {
		rate := r.Rate(r.event.Step, r.event.Steps)
		if !isFinite(rate) || rate < 0 {
			return r.at(fmt.Errorf("the schedule gives a learning rate of %g, need a finite number of at least 0", rate))
		}
		setRate(r.Solver, rate)
		r.event.Rate = rate
	}
	if err := r.Solver.Step(model); err != nil {
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
	err := r.Observe(e)
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
