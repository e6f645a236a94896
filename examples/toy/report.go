package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"strconv"
	"time"

	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/data/toy"
	"github.com/go-ffjord/ffjord/flows"
)

// result tells how near a flow comes to a set, in nats. Where a set has no density, entropy and best are NaN.
type result struct {
	entropy float64 // of the set: the mean of the best possible nll
	nll     float64 // mean -log p of the test points
	best    float64 // the same of the true density
	evals   float64 // of the net for log p of a test point, mean
}

// gap is how much worse than the true density the flow is on the test points.
func (r result) gap() float64 { return r.nll - r.best }

// measure compares a flow with the truth on fresh points.
func measure(ctx context.Context, s settings, set toy.Distribution, flow *flows.Flow) (result, error) {
	r := result{entropy: math.NaN(), best: math.NaN()}
	test, err := set.Sample(s.held, s.random(testStream))
	if err != nil {
		return r, err
	}
	solved, err := flow.Explain(ctx, test)
	if err != nil {
		return r, err
	}
	r.nll, r.evals = solved.NLL(), solved.Evaluations()
	if known, ok := set.(toy.Density); ok {
		r.entropy = known.Entropy()
		r.best, err = data.NLL(known, test)
	}
	return r, err
}

// printRow writes the line of a lesson in a table of Markdown, below the head if it is the first.
func (l *lesson) printRow(w io.Writer, first bool) {
	if first {
		fmt.Fprint(w, "| set | entropy | NLL | gap | evaluations | training |\n|---|---|---|---|---|---|\n")
	}
	fmt.Fprintf(w, "| %s | %s | %s | %s | %.0f | %.1f s |\n", l.name,
		nats(l.result.entropy), nats(l.result.nll), nats(l.result.gap()), l.result.evals, l.history.End.Elapsed.Seconds())
}

// printFoot says what the table means.
func printFoot(w io.Writer, s settings, learnt []*lesson, took time.Duration) {
	fmt.Fprintf(w, `
In nats. NLL is the mean of -log p over %d fresh points, the gap how much it
is above that of the true density on the same points. Evaluations are those of
the net for log p of one point; training is on one core.
%d steps of %d new points each, %d parameters, %v in all
`, s.held, learnt[0].history.End.Step, s.batch, learnt[0].flow.Params.Count(), took.Round(time.Second))
}

// nats writes a number, a dash for none.
func nats(x float64) string {
	if math.IsNaN(x) {
		return "-"
	}
	return strconv.FormatFloat(x, 'f', 3, 64)
}
