package program

import (
	"errors"
	"flag"
	"fmt"
	"math"
	"strconv"
)

var _ flag.Value = Number{}

// Number is a flag that is a number within bounds.
type Number struct {
	write func() string
	set   func(text string) error
}

// IntIn returns a flag for a whole number from least to most, which is start if there is no such flag on the command
// line.
func IntIn(value *int, start, least, most int) Number {
	*value = start
	return Number{
		write: func() string { return strconv.Itoa(*value) },
		set: func(text string) error {
			n, err := strconv.ParseInt(text, 0, strconv.IntSize)
			if err != nil || int(n) < least || int(n) > most {
				return fmt.Errorf("want a whole number from %d to %d", least, most)
			}
			*value = int(n)
			return nil
		},
	}
}

// FloatIn returns a flag for a number from least to most, which is start if there is no such flag on the command line.
func FloatIn(value *float64, start, least, most float64) Number {
	return number(value, start, func(v float64) error {
		if !(v >= least && v <= most) {
			return fmt.Errorf("want a number from %v to %v", least, most)
		}
		return nil
	})
}

// Positive returns a flag for a positive number, which is start if there is no such flag on the command line.
func Positive(value *float64, start float64) Number {
	return number(value, start, func(v float64) error {
		if !(v > 0) || math.IsInf(v, 1) {
			return errors.New("want a positive number")
		}
		return nil
	})
}

func number(value *float64, start float64, check func(float64) error) Number {
	*value = start
	return Number{
		write: func() string { return strconv.FormatFloat(*value, 'g', -1, 64) },
		set: func(text string) error {
			v, err := strconv.ParseFloat(text, 64)
			if err != nil {
				v = math.NaN() // which no bounds hold
			}
			if err := check(v); err != nil {
				return err
			}
			*value = v
			return nil
		},
	}
}

// String returns the number.
func (n Number) String() string {
	if n.write == nil { // as the flag package asks for the zero
		return "0"
	}
	return n.write()
}

// Set takes the number that the text is.
func (n Number) Set(text string) error { return n.set(text) }
