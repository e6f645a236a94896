package model

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/go-ffjord/ffjord/data/score"
)

// About says how a model was made, and what its rows were like.
type About struct {
	// Version is that of the program, Args are its flags, Seed is what everything random followed from.
	Version string   `json:"version,omitempty"`
	Args    []string `json:"args,omitempty"`
	Seed    uint64   `json:"seed"`
	// Fingerprint is that of the whole table, see [data.Fingerprinter].
	Fingerprint string `json:"fingerprint,omitempty"`
	// Train, Validation and Test are the numbers of rows that were learnt, that chose the best parameters, and that
	// were kept for the figures.
	Train      int `json:"train"`
	Validation int `json:"validation,omitempty"`
	Test       int `json:"test,omitempty"`
	// Probes is the number of probes by which traces are estimated outside of training. Zero is exact.
	Probes int `json:"probes,omitempty"`
	// LogProb are the quantiles of the training rows' log-densities.
	LogProb Quantiles `json:"log_prob"`
	// TestLogProb is the mean log-density of the test rows with its standard error, in nats, and Baselines are those of
	// other densities fitted to the same rows.
	TestLogProb Mean       `json:"test_log_prob"`
	Baselines   []Baseline `json:"baselines,omitempty"`
	// Columns are those of the table, of [Model.Inputs] in their order.
	Columns []Column `json:"columns"`
}

// Mean is a mean over rows with its standard error.
type Mean struct {
	Mean   float64 `json:"mean"`
	StdErr float64 `json:"std_err"`
}

// Baseline is the mean log-density of the test rows under another density. Gain is by how much that of the model is
// higher, row by row.
type Baseline struct {
	Name string `json:"name"`
	Mean
	Gain Mean `json:"gain"`
}

// Column says what a column was like in the training rows.
type Column struct {
	Name string `json:"name"`
	// Integer says that all its values were whole numbers.
	Integer bool `json:"integer,omitempty"`
	// Time says that the numbers are times, and what they count: those of a "date" days since 1970-01-01, of a
	// "timestamp" seconds since then in UTC, of a "datetime" the same on a clock whose zone is not known, of a "time of
	// day" seconds since midnight. It is empty of all other numbers, and where nobody has said so.
	Time string `json:"time,omitempty"`
	// Missing is the number of rows without a value.
	Missing int `json:"missing,omitempty"`
	// Quantiles are those of its numbers; Shares of its categories, in the order of the transform's levels.
	Quantiles Quantiles `json:"quantiles,omitzero"`
	Shares    []float64 `json:"shares,omitempty"`
}

// Integers returns the names of the columns whose values are whole numbers.
func (a About) Integers() []string {
	var names []string
	for _, c := range a.Columns {
		if c.Integer {
			names = append(names, c.Name)
		}
	}
	return names
}

// Times returns the columns whose numbers are times, by name, and what each counts, see [Column.Time].
func (a About) Times() map[string]string {
	times := make(map[string]string)
	for _, c := range a.Columns {
		if c.Time != "" {
			times[c.Name] = c.Time
		}
	}
	return times
}

// Quantiles tell how usual a number is among others: Values[i] is the P[i]-quantile, both rising, from the least number
// at 0 to the greatest at 1.
type Quantiles struct {
	P      []float64 `json:"p"`
	Values []float64 `json:"values"`
}

// NewQuantiles returns quantiles of a sample at so many equal steps, and at finer ones to either end. NaN is left out;
// they are empty where nothing else is there.
func NewQuantiles(sample []float64, steps int) (Quantiles, error) {
	numbers := slices.DeleteFunc(slices.Clone(sample), math.IsNaN)
	if len(numbers) == 0 {
		return Quantiles{}, nil
	}
	p := []float64{0, 1}
	for k := 1; k < steps; k++ {
		p = append(p, float64(k)/float64(steps))
	}
	for _, fine := range []float64{0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005} {
		if fine < 1/float64(steps) && fine > 1/float64(len(numbers)) {
			p = append(p, fine, 1-fine)
		}
	}
	slices.Sort(p)
	values, err := score.Quantiles(numbers, p...)
	return Quantiles{P: p, Values: values}, err
}

// Share returns the share of the numbers below v, from 0 to 1: between quantiles by a straight line, NaN of NaN. Where
// several quantiles are v it is in the middle of them.
func (q Quantiles) Share(v float64) float64 {
	if len(q.Values) == 0 || math.IsNaN(v) {
		return math.NaN()
	}
	low, _ := slices.BinarySearch(q.Values, v)
	return q.shareAt(low, v)
}

// shareAt is Share(v) where low is the first place of a value that is not below v.
func (q Quantiles) shareAt(low int, v float64) float64 {
	n, high := len(q.Values), low
	for high < n && q.Values[high] == v {
		high++
	}
	switch {
	case high > low:
		return (q.P[low] + q.P[high-1]) / 2
	case low == 0:
		return 0
	case low == n:
		return 1
	}
	s := (v - q.Values[low-1]) / (q.Values[low] - q.Values[low-1])
	return q.P[low-1] + s*(q.P[low]-q.P[low-1])
}

// At returns the p-quantile, p from 0 to 1, NaN where there are none.
func (q Quantiles) At(p float64) float64 {
	n := len(q.P)
	if n == 0 || math.IsNaN(p) {
		return math.NaN()
	}
	at, found := slices.BinarySearch(q.P, p)
	switch {
	case found:
		return q.Values[at]
	case at == 0:
		return q.Values[0]
	case at == n:
		return q.Values[n-1]
	}
	s := (p - q.P[at-1]) / (q.P[at] - q.P[at-1])
	return q.Values[at-1] + s*(q.Values[at]-q.Values[at-1])
}

func (q Quantiles) check() error {
	if len(q.P) != len(q.Values) || !slices.IsSorted(q.P) || !slices.IsSorted(q.Values) {
		return errors.New("quantiles that do not rise, or are not as many as their shares")
	}
	return nil
}

func (a About) check() error {
	if err := a.LogProb.check(); err != nil {
		return fmt.Errorf("log-densities: %w", err)
	}
	for _, c := range a.Columns {
		if err := c.Quantiles.check(); err != nil {
			return fmt.Errorf("column %q: %w", c.Name, err)
		}
	}
	return nil
}
