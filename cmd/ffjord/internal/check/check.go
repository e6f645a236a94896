// Package check holds a trained model to what must be true of any density, to finite differences, and to rows that it has
// not seen.
package check

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/flows/model"
)

// Verdict is how a check ended.
type Verdict string

// The verdicts. What can't be told of a model is skipped, and says why.
const (
	Passed  Verdict = "passed"
	Failed  Verdict = "failed"
	Skipped Verdict = "skipped"
)

// Result is what a check has found: a figure, and what it must not be above or below.
type Result struct {
	Name    string   `json:"name"`
	Verdict Verdict  `json:"verdict"`
	Figure  *float64 `json:"figure,omitempty"` // nil where it is not finite
	Most    *float64 `json:"most,omitempty"`
	Least   *float64 `json:"least,omitempty"`
	Text    string   `json:"text"` // what the figure is
}

// result holds a figure to a limit that it must not be above.
func result(name string, figure, limit float64, format string, args ...any) Result {
	r := Result{Name: name, Verdict: Passed, Most: &limit, Text: fmt.Sprintf(format, args...)}
	if !math.IsNaN(figure) && !math.IsInf(figure, 0) {
		r.Figure = &figure
	}
	if !(figure <= limit) {
		r.Verdict = Failed
	}
	return r
}

func skipped(name, format string, args ...any) Result {
	return Result{Name: name, Verdict: Skipped, Text: fmt.Sprintf(format, args...)}
}

// Subject is a model to be checked.
type Subject struct {
	Model *model.Model
	Rows  *data.Table // held-out rows; nil takes draws, where nothing is given to the model
	N     int         // rows of a numeric check
	Draws int         // of a comparison with rows
	Rand  *rand.Rand

	y, c      *tensor.Dense // the rows of numeric checks in the units of the flow, and their conditions
	reference *flows.Flow   // in float64, to small tolerances; nil where it can't be built
	why       error
}

// Numbers does the checks that look at the model alone: of its mathematics, whatever it has learnt.
func (s *Subject) Numbers(ctx context.Context) ([]Result, error) {
	if err := s.prepare(ctx); err != nil {
		return nil, err
	}
	var results []Result
	for _, check := range []func(context.Context) (Result, error){
		s.integral, s.roundTrip, s.tolerance, s.precision, s.jacobian, s.gradient,
	} {
		r, err := check(ctx)
		if err != nil {
			return nil, err
		}
		results = append(results, r)
	}
	return results, nil
}

// prepare chooses the rows.
func (s *Subject) prepare(ctx context.Context) (err error) {
	if s.reference, s.why = reference(ctx, s.Model.Flow); s.why != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	if s.Rows == nil {
		if len(s.Model.Given.Columns) > 0 {
			return errors.New("the model's density is given the columns of a condition: want rows")
		}
		s.y, err = s.Model.Flow.Sample(ctx, s.N, s.Rand)
		return err
	}
	some, err := s.some(s.N)
	if err != nil {
		return err
	}
	s.y, s.c, err = s.units(some)
	return err
}

// some returns so many of the rows that the model has a density of, chosen by chance, or all of them.
func (s *Subject) some(n int) (data.Table, error) {
	order := s.Rand.Perm(s.Rows.Len())
	all, err := s.Rows.Take(order...)
	if err != nil {
		return data.Table{}, err
	}
	_, _, bad, err := s.Model.X.ApplyEach(all, nil)
	if err != nil {
		return data.Table{}, err
	}
	if len(s.Model.Given.Columns) > 0 {
		_, _, none, err := s.Model.Given.ApplyEach(all, nil)
		if err != nil {
			return data.Table{}, err
		}
		bad = append(bad, none...)
	}
	out := make(map[int]bool)
	for _, b := range bad {
		out[b.Row] = true
	}
	var places []int
	for i := range all.Len() {
		if !out[i] && len(places) < n {
			places = append(places, i)
		}
	}
	if len(places) == 0 {
		return data.Table{}, fmt.Errorf("no row has a density, want at least one: %w", bad[0])
	}
	return all.Take(places...)
}

// units returns rows in the units of the flow, discrete columns blurred as in training, and their conditions.
func (s *Subject) units(t data.Table) (y, c *tensor.Dense, err error) {
	if y, _, err = s.Model.X.Apply(t, s.Rand); err != nil || len(s.Model.Given.Columns) == 0 {
		return y, nil, err
	}
	c, _, err = s.Model.Given.Apply(t, nil)
	return y, c, err
}

// rows returns the first rows of the numeric checks.
func (s *Subject) rows(n int) (y, c *tensor.Dense, err error) {
	places := make([]int, min(n, s.y.Shape()[0]))
	for i := range places {
		places[i] = i
	}
	if y, err = data.Take(s.y, places...); err != nil || s.c == nil {
		return y, nil, err
	}
	c, err = data.Take(s.c, places...)
	return y, c, err
}

// estimated reports whether log-densities have noise.
func (s *Subject) estimated() bool { return s.Model.About.Probes > 0 }

// high is the 99th of 100 of some sizes, NaN where one of them is.
func high(sizes []float64) float64 {
	if slices.ContainsFunc(sizes, math.IsNaN) {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(sizes))
	return sorted[int(math.Ceil(0.99*float64(len(sorted))))-1]
}

func median(sizes []float64) float64 {
	sorted := slices.Sorted(slices.Values(sizes))
	return sorted[len(sorted)/2]
}

// apart returns |a - b| one by one.
func apart(a, b []float64) []float64 {
	sizes := make([]float64, len(a))
	for i := range a {
		sizes[i] = math.Abs(a[i] - b[i])
	}
	return sizes
}
