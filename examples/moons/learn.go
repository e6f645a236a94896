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
	train, err := moons.Sample(s.Size, s.random(trainStream))
	if err != nil {
		return err
	}
	test, err := moons.Sample(s.Held, s.random(testStream))
	if err != nil {
		return err
	}
	flow := s.flow(s.params(), flows.Exact{})
	album := s.newAlbum(flow, test)
	history, end, stopped := optim.History{}, optim.Event{}, album.add(ctx, flow, "before training")
	if stopped == nil {
		history, end, stopped = s.fit(ctx, flow, train, stderr)
	}
	switch {
	case end.Step == 0 && errors.Is(stopped, context.Canceled):
		return errors.New("interrupted before anything was learnt; nothing is written")
	case end.Step == 0:
		return stopped
	}
	failed := flow.Save(filepath.Join(s.Out, flowFile), nil)
	failed = errors.Join(failed, s.write(historyFile, history.WriteCSV))
	if stopped != nil && ctx.Err() == nil {
		return errors.Join(fmt.Errorf("%w; the flow from before is in %s", stopped, s.Out), failed)
	}
	if stopped != nil {
		fmt.Fprintln(stderr, "moons: interrupted; now measuring what is learnt (Ctrl-C again to quit)")
	}

	ctx = context.WithoutCancel(ctx)
	r, err := s.measure(ctx, flow, moons, train, test, end)
	if err != nil {
		return err
	}
	r.EpochsDone = history.Last().Epoch
	if s.draw {
		failed = errors.Join(failed, s.drawFlow(ctx, flow, album, moons, r.summary()), s.drawStep(ctx, flow))
	}
	if err := r.print(stdout); err != nil {
		return err
	}
	if failed == nil && r.Interrupted {
		return fmt.Errorf("interrupted in epoch %d of %d; what is learnt by step %d is kept", end.Epoch, end.Epochs, end.Step)
	}
	return failed
}

// fit trains the flow and returns the finished epochs and how it ended.
func (s settings) fit(
	ctx context.Context, flow *flows.Flow, train *tensor.Dense, stderr io.Writer,
) (optim.History, optim.Event, error) {
	if s.Trace == "hutchinson" { // for training only, on the same parameters
		flow = s.flow(flow.Params, flows.Hutchinson{Rand: s.random(probeStream)})
	}
	if err := flow.Compile(); err != nil {
		return optim.History{}, optim.Event{}, err
	}
	rate := optim.Constant(s.LR)
	if s.Schedule == "cosine" {
		rate = optim.Cosine(s.LR, 0)
	}
	var history optim.History
	var last optim.Event
	display := progress.Display{Out: stderr}
	trainer := optim.Trainer{
		Optimizer: &optim.Adam{},
		Rate:      rate,
		Epochs:    s.Epochs,
		Batch:     s.Batch,
		Rand:      s.random(shuffleStream),
		Observe: optim.Observers(history.Observe, display.Observe, func(e optim.Event) error {
			last = e
			return nil
		}),
	}
	err := trainer.Run(ctx, flow.NLL(), train)
	return history, last, err
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
