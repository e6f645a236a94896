// Package tensorboard writes the course of a training run as an event file, which TensorBoard draws.
package tensorboard

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/go-ffjord/ffjord/optim"
)

var _ optim.Observer = (*Log)(nil).Observe

// Log writes the scalars of a run into a new file of a folder, of which TensorBoard reads all: loss, rate, grad_norm and
// the evaluations and rejected steps of a row after every so many steps, and epoch/loss, epoch/held, epoch/evaluations and
// epoch/rejected after every epoch, over the number of steps. Its Observe is an [optim.Observer], whose errors name the
// file. A run that is taken up again continues the lines in another file of the folder.
type Log struct {
	// Dir is the folder, made if need be.
	Dir string
	// Every is the number of steps from one point to the next. Zero means 10.
	Every int

	file *os.File // nil between runs
}

// Observe is an [optim.Observer].
func (l *Log) Observe(e optim.Event) error {
	every := l.Every
	if every < 1 {
		every = 10
	}
	var scalars []scalar
	switch {
	case e.Kind == optim.Finished:
		return l.close()
	case e.Kind == optim.StepDone && e.Step%every == 0:
		scalars = append(costs("", e), scalar{"loss", e.Loss}, scalar{"rate", e.Rate}, scalar{"grad_norm", e.GradNorm})
	case e.Kind == optim.EpochDone:
		scalars = append(costs("epoch/", e), scalar{"epoch/loss", e.Loss})
		if e.Validations > 0 {
			scalars = append(scalars, scalar{"epoch/held", e.Held})
		}
	default:
		return nil
	}
	if err := l.open(); err != nil {
		return err
	}
	_, err := l.file.Write(record(summary(time.Now(), e.Step, scalars)))
	return wrap(err)
}

// costs are what rows cost, if that is known.
func costs(prefix string, e optim.Event) []scalar {
	if e.Evaluations == 0 {
		return nil
	}
	return []scalar{{prefix + "evaluations", e.Evaluations}, {prefix + "rejected", e.Rejected}}
}

// open makes the file of a run, named as TensorBoard wants it.
func (l *Log) open() error {
	if l.file != nil {
		return nil
	}
	if err := os.MkdirAll(l.Dir, 0o777); err != nil {
		return wrap(err)
	}
	host, err := os.Hostname()
	if err != nil {
		host = "localhost"
	}
	now := time.Now()
	name := fmt.Sprintf("events.out.tfevents.%d.%s.%d.%d", now.Unix(), host, os.Getpid(), now.Nanosecond())
	l.file, err = os.OpenFile(filepath.Join(l.Dir, name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		l.file = nil
		return wrap(err)
	}
	_, err = l.file.Write(record(version(now)))
	return wrap(err)
}

func (l *Log) close() error {
	if l.file == nil {
		return nil
	}
	err := l.file.Close()
	l.file = nil
	return wrap(err)
}

func wrap(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("tensorboard: %w", err)
}
