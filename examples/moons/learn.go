package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"path/filepath"
	"slices"

	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/data/toy"
	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/nn"
	"github.com/go-ffjord/ffjord/ode"
	"github.com/go-ffjord/ffjord/optim"
	"github.com/go-ffjord/ffjord/optim/progress"
	"github.com/go-ffjord/ffjord/viz"
)

// Streams of random numbers. Each use has its own, so that more epochs, say, do not change the data.
const (
	trainStream uint64 = iota + 1
	testStream
	weightStream
	shuffleStream
	probeStream
	pictureStream
)

// random returns one stream of random numbers.
func (s settings) random(stream uint64) *rand.Rand { return rand.New(rand.NewPCG(s.Seed, stream)) }

// learn draws the data, trains the flow, measures it and writes everything down. When ctx is done before the training
// is, it goes on with what is learnt by then, and the error says so.
func learn(ctx context.Context, s settings, stdout, stderr io.Writer) error {
	moons := toy.Moons{Noise: s.Noise}
	train := toy.Draw(moons, s.Size, s.random(trainStream))
	test := toy.Draw(moons, s.Held, s.random(testStream))
	flow := s.flow(s.params(), flows.Exact{})
	var history optim.History
	mesh := viz.Mesh{X0: -2, X1: 2, Y0: -2, Y1: 2} // 2.5 standard deviations of the base
	panel := &viz.Panel{Mesh: mesh, Data: test.Float64s()}
	stopped := s.addRow(ctx, panel, flow, "before training")
	if stopped == nil {
		stopped = s.fit(ctx, flow, train, optim.Observers(history.Observe, (&progress.Display{Out: stderr}).Observe))
	}
	switch {
	case history.End.Step == 0 && errors.Is(stopped, context.Canceled):
		return errors.New("interrupted before anything was learnt; nothing is written")
	case history.End.Step == 0:
		return stopped
	}
	failed := errors.Join(
		flow.Save(filepath.Join(s.Out, flowFile), nil),
		history.SaveCSV(filepath.Join(s.Out, historyFile)),
	)
	if stopped != nil && ctx.Err() == nil {
		return errors.Join(fmt.Errorf("%w; the flow from before is in %s", stopped, s.Out), failed)
	}
	if stopped != nil {
		fmt.Fprintln(stderr, "moons: interrupted; now measuring what is learnt (Ctrl-C again to quit)")
	}

	ctx = context.WithoutCancel(ctx)
	r, err := s.measure(ctx, flow, moons, train, test)
	if err != nil {
		return err
	}
	r.count(history)
	if s.draw {
		failed = errors.Join(failed, s.drawFlow(ctx, panel, flow, moons, r.summary()), s.drawStep(ctx, flow))
	}
	if err := r.print(stdout); err != nil {
		return err
	}
	if failed == nil && r.Interrupted {
		end := history.End
		return fmt.Errorf("interrupted in epoch %d of %d; what is learnt by step %d is kept", end.Epoch, end.Epochs, end.Step)
	}
	return failed
}

// fit trains the flow.
func (s settings) fit(ctx context.Context, flow *flows.Flow, train *tensor.Dense, observe optim.Observer) error {
	if s.Trace == "hutchinson" { // for training only, on the same parameters
		flow = s.flow(flow.Params, flows.Hutchinson{Rand: s.random(probeStream)})
	}
	if err := flow.Compile(); err != nil {
		return err
	}
	rate := optim.Constant(s.LR)
	if s.Schedule == "cosine" {
		rate = optim.Cosine(s.LR, 0)
	}
	trainer := optim.Trainer{
		Optimizer: &optim.Adam{},
		Rate:      rate,
		Epochs:    s.Epochs,
		Batch:     s.Batch,
		Rand:      s.random(shuffleStream),
		Observe:   observe,
	}
	return trainer.Run(ctx, flow.NLL(), train)
}

// params returns the empty parameters of a flow.
func (s settings) params() *nn.Params {
	dtype := map[string]tensor.Dtype{"float32": tensor.Float32, "float64": tensor.Float64}[s.Dtype]
	return &nn.Params{Rand: s.random(weightStream), Dtype: dtype}
}

// flow returns the demo's flow: blocks of small nets between the data and a normal density.
func (s settings) flow(params *nn.Params, trace flows.Trace) *flows.Flow {
	method, _ := ode.Method(s.Method) // which has been checked
	block := flows.FFJORD{
		Field: nn.MLP{
			Hidden: slices.Repeat([]int{s.Hidden}, s.Layers-1),
			Time:   nn.Tile,
			Act:    nn.Tanh,
			Init:   nn.TruncatedNormal,
		},
		Trace:  trace,
		Solver: ode.Solver{Method: method, Steps: s.Steps, RTol: s.RTol, ATol: s.ATol},
	}
	return &flows.Flow{
		Base:   flows.Normal{Scale: []float64{0.8, 0.8}},
		Blocks: slices.Repeat(flows.Chain{block}, s.Blocks),
		Params: params,
	}
}
