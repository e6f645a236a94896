package tabular

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"

	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/data"
)

// Set is one of the five tabular benchmarks of Papamakarios, Pavlakou and Murray (Masked Autoregressive Flow, 2017),
// from its raw numbers, split and scaled as their code does and as all later work reports: log-likelihoods are those of
// the scaled rows. The raw files are the reader's to fetch.
type Set struct {
	data.Parts
	// Scale is the map that was applied to the rows, by which the numbers of the file can be had back.
	Scale data.Standardize
}

// Power prepares POWER, the electric power consumption of a household: the eight columns global active and reactive
// power, voltage, intensity, three sub-meters and time become six. rng shuffles the rows and draws the noise.
//
// Reactive power and intensity are dropped; noise uniform on [0, w) is added to what the meters round, with w = 0.001
// for active power, 0.01 for voltage and 1 for each sub-meter. A tenth is the test, a tenth of the rest validation;
// mean and deviation are those of training and validation together.
func Power(raw *tensor.Dense, rng *rand.Rand) (Set, error) {
	fail := prefixed("power")
	if err := checkWidth(raw, 8); err != nil {
		return fail(err)
	}
	if rng == nil {
		return fail(errors.New("want a *rand.Rand"))
	}
	x, err := data.Take(raw, rng.Perm(raw.Shape()[0])...)
	if err != nil {
		return fail(err)
	}
	if x, err = data.SelectColumns(x, 0, 2, 4, 5, 6, 7); err != nil {
		return fail(err)
	}
	values, err := data.Float64s(x)
	if err != nil {
		return fail(err)
	}
	for row := range slices.Chunk(values, 6) {
		for j, width := range []float64{0.001, 0.01, 1, 1, 1, 0} {
			row[j] += width * rng.Float64()
		}
	}
	parts, err := data.Holdout{}.Split(data.Rows(6, values...), nil)
	if err != nil {
		return fail(err)
	}
	return scaledBy(fail, parts, parts.Train, parts.Validation)
}

// Gas prepares GAS, the readings of sixteen sensors in mixtures of ethylene and CO, with columns Time, Meth and Eth
// (methane stands for CO) beside the sensors', in the order of time, from which eight columns remain.
//
// Those three are dropped and so is, one after another, the first column whose correlation with another is above 0.98.
// Mean and deviation are those of all rows; then the last tenth is the test, the last tenth of the rest validation.
func Gas(raw data.Table) (Set, error) {
	fail := prefixed("gas")
	sensors, err := raw.Drop("Meth", "Eth", "Time")
	if err != nil {
		return fail(err)
	}
	keep, err := Uncorrelated(sensors.Rows, 0.98)
	if err != nil {
		return fail(err)
	}
	x, err := data.SelectColumns(sensors.Rows, keep...)
	if err != nil {
		return fail(err)
	}
	parts, err := data.Holdout{}.Split(x, nil)
	if err != nil {
		return fail(err)
	}
	return scaledBy(fail, parts, x)
}

// Hepmass prepares HEPMASS, simulated particle collisions, from its files 1000_train and 1000_test, whose first column
// is the label, from which 21 columns remain.
//
// Rows of label 1 stay and the label goes, and so does the last column of the test file if that has one more than the
// other. Features whose smallest value occurs more than five times in the training file are dropped, for they are
// discrete. Mean and deviation are those of the training file, the last tenth of which is then validation.
func Hepmass(train, test *tensor.Dense) (Set, error) {
	fail := prefixed("hepmass")
	train, err := signal(train)
	if err != nil {
		return fail(fmt.Errorf("training file: %w", err))
	}
	if test, err = signal(test); err != nil {
		return fail(fmt.Errorf("test file: %w", err))
	}
	dim := train.Shape()[1]
	if d := test.Shape()[1]; d != dim && d != dim+1 {
		return fail(fmt.Errorf("the test file has %d features, the training file %d", d, dim))
	}
	keep, err := Continuous(train, 5)
	if err != nil {
		return fail(err)
	}
	if train, err = data.SelectColumns(train, keep...); err != nil {
		return fail(err)
	}
	if test, err = data.SelectColumns(test, keep...); err != nil {
		return fail(err)
	}
	parts, err := data.Holdout{NoTest: true}.Split(train, nil)
	if err != nil {
		return fail(fmt.Errorf("rows of label 1: %w", err))
	}
	parts.Test = test
	return scaledBy(fail, parts, train)
}

// signal returns the rows whose first column is 1, without it.
func signal(x *tensor.Dense) (*tensor.Dense, error) {
	x, err := data.SelectRows(x, func(row []float64) bool { return row[0] == 1 })
	if err != nil {
		return nil, err
	}
	var features []int
	for j := range x.Shape()[1] - 1 {
		features = append(features, j+1)
	}
	return data.SelectColumns(x, features...)
}

// Miniboone prepares MINIBOONE, neutrino events in 43 columns, from the array that Papamakarios et al. publish: the
// last tenth is the test, the last tenth of the rest validation, and mean and deviation are those of training and
// validation together. They made the array from the raw file by dropping rows whose first number is below -100 and all
// columns but the [Continuous] ones.
func Miniboone(raw *tensor.Dense) (Set, error) {
	fail := prefixed("miniboone")
	parts, err := data.Holdout{}.Split(raw, nil)
	if err != nil {
		return fail(err)
	}
	return scaledBy(fail, parts, parts.Train, parts.Validation)
}

// BSDS300 prepares BSDS300, patches of natural images in 63 columns, which Papamakarios et al. publish split and
// scaled: it checks that the three parts fit together, and leaves them as they are.
func BSDS300(train, validation, test *tensor.Dense) (Set, error) {
	fail := prefixed("bsds300")
	for _, x := range []*tensor.Dense{train, validation, test} {
		if err := checkWidth(x, 63); err != nil {
			return fail(err)
		}
	}
	same := data.Standardize{Mean: make([]float64, 63), Std: slices.Repeat([]float64{1}, 63)}
	return Set{Parts: data.Parts{Train: train, Validation: validation, Test: test}, Scale: same}, nil
}

func prefixed(set string) func(error) (Set, error) {
	return func(err error) (Set, error) { return Set{}, fmt.Errorf("tabular: %s: %w", set, err) }
}

func checkWidth(x *tensor.Dense, dim int) error {
	if _, err := data.Float64s(x); err != nil {
		return err
	}
	if d := x.Shape()[1]; d != dim {
		return fmt.Errorf("%d columns, want %d", d, dim)
	}
	return nil
}

// scaledBy standardises all parts by the rows of the tables fit.
func scaledBy(fail func(error) (Set, error), parts data.Parts, fit ...*tensor.Dense) (Set, error) {
	rows, err := data.Concat(fit...)
	if err != nil {
		return fail(err)
	}
	scale, err := data.FitStandardize(rows)
	if err != nil {
		return fail(err)
	}
	for _, part := range []**tensor.Dense{&parts.Train, &parts.Validation, &parts.Test} {
		if *part, err = scale.Apply(*part); err != nil {
			return fail(err)
		}
	}
	return Set{Parts: parts, Scale: scale}, nil
}
