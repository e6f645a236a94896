package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"time"

	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/nn"
	"github.com/go-ffjord/ffjord/ode"
	"github.com/go-ffjord/ffjord/optim"
)

// learn trains a flow on each set, measures it and draws what it learnt. A set that fails leaves the others alone. When
// ctx is done before a training is, it shows what is learnt by then, leaves out the sets that have not begun, and the
// error says so.
func learn(ctx context.Context, s settings, stdout, stderr io.Writer) error {
	start := time.Now()
	lessons := s.lessons(stderr)
	begin(ctx, lessons)

	var failures error
	var learnt []*lesson
	for _, l := range lessons {
		<-l.over
		if l.err != nil {
			failures = errors.Join(failures, fmt.Errorf("%s: %w", l.name, l.err))
			continue
		}
		if l.history.End.Step > 0 {
			learnt = append(learnt, l)
			l.printRow(stdout, len(learnt) == 1)
		}
	}
	switch {
	case len(learnt) == 0 && ctx.Err() != nil:
		return errors.Join(failures, errors.New("interrupted before anything was learnt"))
	case len(learnt) == 0:
		return failures
	case ctx.Err() != nil:
		failures = errors.Join(failures, errors.New("interrupted; what is shown was learnt by then"))
	}
	printFoot(stdout, s, learnt, time.Since(start))
	return errors.Join(s.draw(context.WithoutCancel(ctx), learnt, stdout), failures)
}

// run trains on the set and compares the flow with the truth on fresh points. When ctx is done it makes do with what is
// learnt by then.
func (l *lesson) run(ctx context.Context) error {
	trainer := optim.Trainer{
		Optimizer: &optim.Adam{Beta2: 0.99},
		Rate:      optim.WarmUp(deals, optim.Cosine(l.lr, l.lr/1000)),
		Epochs:    l.epochs,
		Observe:   optim.Observers(l.progress, l.history.Observe),
	}
	points := &fresh{of: l.set, batch: l.batch, rng: l.random(trainStream)}
	err := trainer.RunSource(ctx, l.flow.NLL(), points)
	switch {
	case err != nil && ctx.Err() == nil:
		return err
	case l.history.End.Step == 0:
		return nil
	}
	l.result, err = measure(context.WithoutCancel(ctx), l.settings, l.set, l.flow)
	return err
}

// wide draws from U(-3/√in, 3/√in), three times as wide as the paper's code does. From there the net soon bends as much
// as rings and spirals need; from smaller weights that takes most of the training.
func wide(rng *rand.Rand, dst []float64, in, out int) {
	nn.UniformFanIn(rng, dst, in, out)
	for i := range dst {
		dst[i] *= 3
	}
}

// flow returns the flow of the paper's experiments with toy sets, but for the initial weights: one block that carries
// the data at t = 0 to the standard normal density at t = ½.
func (s settings) flow(dim int) *flows.Flow {
	return &flows.Flow{
		Dim: dim,
		Blocks: flows.FFJORD{
			Field: nn.MLP{
				Hidden:   []int{s.hidden, s.hidden, s.hidden},
				Time:     nn.ConcatSquash{},
				Act:      nn.Tanh,
				Init:     wide,
				BiasInit: wide,
			},
			T0: 0.5, T1: 0, // base and data
			Trace:  flows.Exact{},
			Solver: ode.Solver{Method: ode.Dopri5, RTol: s.tol, ATol: s.tol},
		},
		Params: nn.NewParams(s.random(weightStream)),
	}
}
