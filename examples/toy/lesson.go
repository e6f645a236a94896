package main

import (
	"context"
	"io"
	"log/slog"
	"runtime"

	"github.com/go-ffjord/ffjord/data/toy"
	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/optim"
	"github.com/go-ffjord/ffjord/optim/progress"
)

// lesson is a set and the flow that learns it.
type lesson struct {
	settings
	name     string
	set      toy.Distribution
	flow     *flows.Flow
	progress optim.Observer

	over    chan struct{} // closed when the fields below are set
	history optim.History // of the training
	result  result
	err     error
}

// lessons returns a lesson for each set, in order.
func (s settings) lessons(stderr io.Writer) (all []*lesson) {
	log := slog.New(slog.NewTextHandler(stderr, nil))
	for _, name := range s.sets() {
		set, _ := toy.Named(name)
		l := &lesson{settings: s, name: name, set: set, flow: s.flow(width(set)), over: make(chan struct{})}
		if s.all {
			l.progress = records(log, name)
		} else {
			l.progress = (&progress.Display{Out: stderr}).Observe
		}
		all = append(all, l)
	}
	return all
}

// begin starts the lessons, as many at a time as there are cores: a step on few points keeps only one core busy.
func begin(ctx context.Context, lessons []*lesson) {
	next := make(chan *lesson, len(lessons))
	for _, l := range lessons {
		next <- l
	}
	close(next)
	for range min(len(lessons), runtime.GOMAXPROCS(0)) {
		go func() {
			for l := range next {
				l.err = l.run(ctx)
				close(l.over)
			}
		}()
	}
}

// records shows a run in the log, ten times.
func records(log *slog.Logger, set string) optim.Observer {
	p := progress.Display{Out: io.Discard, Label: set, Log: log}
	return func(e optim.Event) error {
		if e.Kind == optim.EpochDone && e.Epoch%max(1, e.Epochs/10) != 0 {
			return nil
		}
		return p.Observe(e)
	}
}

// width returns the width of the rows of a set.
func width(set toy.Distribution) int { return set.(interface{ Dim() int }).Dim() }
