package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"gonum.org/v1/gonum/floats"

	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/optim"
)

// report is what a run found out: a line for each label.
type report []line

// line tells how near the flow comes to the density of a label, by -log p of fresh points in nats, mean.
type line struct {
	letter rune
	nll    float64 // of the flow given the label
	best   float64 // of the true density: the best there is for these points
}

func (l line) gap() float64 { return l.nll - l.best }

// measure compares the flow with the true densities.
func measure(ctx context.Context, s settings, flow *flows.Flow, labels []label) (report, error) {
	rng := s.random(testStream)
	var r report
	for _, l := range labels {
		x, err := l.density.Sample(held, rng)
		if err != nil {
			return nil, err
		}
		logp, err := flow.Given(l.given).LogProb(ctx, x)
		if err != nil {
			return nil, err
		}
		best, err := data.NLL(l.density, x)
		if err != nil {
			return nil, err
		}
		r = append(r, line{l.letter, -floats.Sum(logp) / held, best})
	}
	return r, nil
}

// mean returns the mean of all labels.
func (r report) mean() (m line) {
	for _, l := range r {
		m.nll += l.nll / float64(len(r))
		m.best += l.best / float64(len(r))
	}
	return m
}

// print tells a person what was learnt and where it is.
func (r report) print(w io.Writer, end optim.Event, params int, file string) error {
	const format = "%5s  %8.4f  %8.4f  %8.4f\n"
	fmt.Fprintf(w, "label       NLL  true NLL       gap   (nats, %d fresh points each)\n", held)
	for _, l := range r {
		fmt.Fprintf(w, format, string(l.letter), l.nll, l.best, l.gap())
	}
	m := r.mean()
	fmt.Fprintf(w, format, "mean", m.nll, m.best, m.gap())
	fmt.Fprintf(w, "%d steps in %v, %.0f points/s; %d parameters\n",
		end.Step, end.Elapsed.Round(10*time.Millisecond), float64(end.Rows)/end.Elapsed.Seconds(), params)
	_, err := fmt.Fprintf(w, "picture in %s\n", file)
	return err
}
