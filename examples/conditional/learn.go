package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/nn"
	"github.com/go-ffjord/ffjord/ode"
	"github.com/go-ffjord/ffjord/optim"
	"github.com/go-ffjord/ffjord/optim/progress"
	"github.com/go-ffjord/ffjord/viz"
)

// held is the number of points of each letter held out for testing.
const held = 4096

// learn draws the data, trains the flow, measures it and draws the picture. When ctx is done before the training is, it
// goes on with what is learnt by then, and returns the training's error in the end.
func learn(ctx context.Context, s settings, labels []label, stdout, stderr io.Writer) error {
	train, err := draws(labels, s.size, s.random(trainStream))
	if err != nil {
		return err
	}
	flow := s.flow(len(labels))
	var history optim.History
	stopped := s.fit(ctx, flow, train, optim.Observers(history.Observe, (&progress.Display{Out: stderr}).Observe))
	interrupted := errors.Is(stopped, context.Canceled)
	switch {
	case interrupted && history.End.Step == 0:
		return errors.New("interrupted")
	case stopped != nil && !interrupted:
		return stopped
	}
	if interrupted {
		fmt.Fprintln(stderr, "conditional: interrupted; now measuring what is learnt (Ctrl-C again to quit)")
	}

	ctx = context.WithoutCancel(ctx)
	r, err := measure(ctx, s, flow, labels)
	if err != nil {
		return err
	}
	g, err := s.gallery(ctx, flow, labels, r)
	if err != nil {
		return err
	}
	if err := viz.Save(s.out, g); err != nil {
		return err
	}
	if err := r.print(stdout, history.End, flow.Params.Count(), s.out); err != nil {
		return err
	}
	if interrupted {
		return errors.New("interrupted")
	}
	return nil
}

// flow returns the flow of all labels: one net, which sees the condition beside the point.
func (s settings) flow(labels int) *flows.Flow {
	return &flows.Flow{
		Dim:  2,
		Cond: labels,
		Blocks: flows.FFJORD{
			Field: nn.MLP{Hidden: []int{s.hidden, s.hidden, s.hidden}, Time: nn.ConcatSquash{}, Act: nn.Swish{}},
			Eval:  &ode.Solver{RTol: 1e-5, ATol: 1e-7},
		},
		Params: nn.NewParams(s.random(weightStream)),
	}
}

// fit trains the flow.
func (s settings) fit(ctx context.Context, flow *flows.Flow, train *tensor.Dense, observe optim.Observer) error {
	trainer := optim.Trainer{
		Optimizer: &optim.Adam{},
		Rate:      optim.Cosine(s.lr, 0),
		Epochs:    s.epochs,
		Batch:     s.batch,
		Rand:      s.random(shuffleStream),
		Observe:   observe,
	}
	return trainer.Run(ctx, flow.NLL(), train)
}
