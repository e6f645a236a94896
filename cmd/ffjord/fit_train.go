package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/go-ffjord/ffjord/flows/model"
	"github.com/go-ffjord/ffjord/optim"
	"github.com/go-ffjord/ffjord/optim/progress"
)

// train runs the training, or goes on with one that was interrupted, and returns the model.
func (j *job) train(a *app, began time.Time) (*model.Model, error) {
	path := j.checkpoint()
	_, err := os.Stat(path)
	switch kept := err == nil; {
	case kept && j.Restart:
		if err := os.Remove(path); err != nil {
			return nil, err
		}
	case kept && !j.Resume:
		return nil, fmt.Errorf("%s is of a run that was interrupted: want -resume to go on with it, or -restart", path)
	case !kept && j.Resume:
		return nil, fmt.Errorf("%s: no run to go on with, want none of -resume", path)
	}
	display := progress.Display{Out: a.err, Label: "NLL of the scaled rows"}
	shown := func(e optim.Event) error {
		if e.Kind == optim.Finished && strings.Contains(e.Advice, "Limit") {
			j.late = fmt.Sprintf("The budget ended training in epoch %d of %d: a larger -budget may learn more.", e.Epoch, e.Epochs)
			e.Advice = ""
		}
		return display.Observe(e)
	}
	var history optim.History
	err = j.fit(a, began, optim.Observers(history.Observe, shown))
	if err := cmp.Or(err, j.keep(&history)); err != nil {
		return nil, err
	}
	return &model.Model{Flow: j.plan.flow, X: j.x, Given: j.given, About: j.about()}, nil
}

// fit trains the flow.
func (j *job) fit(a *app, began time.Time, shown optim.Observer) error {
	t := j.plan.trainer
	t.Limit = 0
	if j.Budget > 0 {
		const share = 0.75 // the rest is for the figures
		t.Limit = max(time.Duration(share*float64(j.left(began))), time.Second)
	}
	t.Observe = shown
	if err := t.RunSource(a.ctx, j.plan.flow.NLL(), j.plan.source); err != nil {
		if a.ctx.Err() != nil {
			return fmt.Errorf("%w; the same command with -resume goes on from here", context.Cause(a.ctx))
		}
		if errors.Is(err, optim.ErrOtherData) || errors.Is(err, optim.ErrOtherRun) || errors.Is(err, optim.ErrOtherModel) {
			return fmt.Errorf("%w: -resume wants the file and the flags of the run that was interrupted, -restart begins anew", err)
		}
		return err
	}
	return nil
}

// keep writes the losses of a training, however it ended.
func (j *job) keep(history *optim.History) error {
	if j.History == "" {
		return nil
	}
	return history.SaveCSV(j.History)
}

// forget removes the checkpoint of a run that is done. Should that fail, the next run says that there is one.
func (j *job) forget() { _ = os.Remove(j.checkpoint()) }
