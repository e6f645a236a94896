package program

import (
	"flag"
	"fmt"
	"io"
	"math"
)

// Parse reads the command line args into f, without a word to the user. The error names the first flag that is wrong, and
// is flag.ErrHelp where help is asked for.
func Parse(f *flag.FlagSet, args []string) error {
	f.SetOutput(io.Discard)
	f.Usage = func() {}
	if err := f.Parse(args); err != nil {
		return err
	}
	if f.NArg() > 0 {
		return fmt.Errorf("%q is no flag; -h lists the flags", f.Arg(0))
	}
	return nil
}

// Count is a flag with a number of things from 1 to Most.
type Count struct {
	Flag        string
	Value, Most int
}

// CheckCounts returns what is wrong with the first of the counts that is wrong.
func CheckCounts(counts ...Count) error {
	for _, c := range counts {
		if c.Value < 1 || c.Value > c.Most {
			return fmt.Errorf("-%s is %d: want 1 to %d", c.Flag, c.Value, c.Most)
		}
	}
	return nil
}

// CheckPositive returns what is wrong with a flag that is to be a positive number.
func CheckPositive(flag string, value float64) error {
	if !(value > 0) || math.IsInf(value, 1) {
		return fmt.Errorf("-%s is %v: want a positive number", flag, value)
	}
	return nil
}
