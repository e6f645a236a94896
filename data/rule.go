package data

import (
	"fmt"
	"math"

	"github.com/go-ffjord/ffjord/internal/quote"
)

// Rule says what is done to a column.
type Rule struct {
	// Missing says what becomes of missing values.
	Missing Missing
	// DropConstant leaves out a column that has one value in every row of the fit.
	DropConstant bool
	// Floor is the least deviation that a column is divided by, in its own units, so that rows that a fit did not see
	// do not come out far away; a constant column may stay then. Zero is none.
	Floor float64
	// Dequantise blurs a discrete column within the distance of its values, anew in each epoch (Uria, Murray and
	// Larochelle 2013): a density that is learnt of repeated values has no bound. Categories are blurred always.
	Dequantise bool
	// OneHot gives every category a column of its own.
	OneHot bool
	// Winsorise moves that share of values at either end, rounded down to whole rows, to the nearest of the others.
	// Zero moves none.
	Winsorise float64
	// Shape bends the column.
	Shape Shape
}

// Missing says what becomes of missing values.
type Missing string

const (
	// Refuse makes missing values an error that counts them by column.
	Refuse Missing = ""
	// Median fills with the median of the column, with the most frequent category of one that holds categories, and
	// adds a column that tells what was filled.
	Median Missing = "median"
	// Noise adds such a column too, and fills with noise whose density is taken off again: there is no spike at the
	// median, which a model would learn, and rows with missing values keep a density.
	Noise Missing = "noise"
)

func (r Rule) check() error {
	switch {
	case r.Missing != Refuse && r.Missing != Median && r.Missing != Noise:
		return fmt.Errorf("rule for missing values %s, want %q, %q or none", quote.Text(string(r.Missing)), Median, Noise)
	case !(r.Floor >= 0) || math.IsInf(r.Floor, 1):
		return fmt.Errorf("floor %v, want a finite number of at least 0", r.Floor)
	case !(r.Winsorise >= 0 && r.Winsorise < 0.5):
		return fmt.Errorf("share to winsorise %v, want a number from 0 to ½", r.Winsorise)
	}
	return r.Shape.check()
}
