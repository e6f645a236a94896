package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
)

// settings are what the command line asks for.
type settings struct {
	labels string // a letter for each density
	size   int    // points of each letter to learn from
	batch  int
	epochs int
	lr     float64
	hidden int // width of a hidden layer
	seed   uint64
	out    string
}

// flags returns the command line with its defaults.
func flags() (*flag.FlagSet, *settings) {
	s := &settings{}
	f := flag.NewFlagSet("conditional", flag.ContinueOnError)
	f.StringVar(&s.labels, "labels", "0123456789", "learn one density for each letter of the `text`")
	f.IntVar(&s.size, "size", 4096, fmt.Sprintf("learn from `n` points of each letter; %d more are held out for\ntesting", held))
	f.IntVar(&s.batch, "batch", 256, "take each training step on `n` points, of all letters mixed")
	f.IntVar(&s.epochs, "epochs", 20, "go `n` times through all points")
	f.Float64Var(&s.lr, "lr", 1e-2, "learning `rate` of Adam at the first step; it falls to zero along\nhalf a cosine")
	f.IntVar(&s.hidden, "hidden", 48, "`width` of the three hidden layers of the net")
	f.Uint64Var(&s.seed, "seed", 1, "`number` that all random draws follow from: the same seed gives\nthe same results to the last bit")
	f.StringVar(&s.out, "out", "conditional.png", "`file` for the picture")
	return f, s
}

// parse reads the command line. The error names the first flag that is wrong,
// and is flag.ErrHelp where help is asked for.
func parse(args []string) (settings, error) {
	f, s := flags()
	f.SetOutput(io.Discard)
	f.Usage = func() {}
	if err := f.Parse(args); err != nil {
		return settings{}, err
	}
	if f.NArg() > 0 {
		return settings{}, fmt.Errorf("%q is no flag; -h lists the flags", f.Arg(0))
	}
	return *s, s.check()
}

// check returns what is wrong with the settings, but for the labels.
func (s settings) check() error {
	for _, c := range []struct {
		flag       string
		value, max int
	}{
		{"size", s.size, 100_000},
		{"batch", s.batch, 100_000_000},
		{"epochs", s.epochs, 1_000_000},
		{"hidden", s.hidden, 10_000},
	} {
		if c.value < 1 || c.value > c.max {
			return fmt.Errorf("-%s is %d: want 1 to %d", c.flag, c.value, c.max)
		}
	}
	if !(s.lr > 0) || math.IsInf(s.lr, 1) {
		return fmt.Errorf("-lr is %v: want a positive number", s.lr)
	}
	if s.out == "" {
		return errors.New("-out is empty: want a file")
	}
	return nil
}

// Streams of random numbers. Each use has its own, so that more epochs, say,
// do not change the data.
const (
	trainStream uint64 = iota + 1
	testStream
	weightStream
	shuffleStream
	pictureStream
)

// random returns one stream of random numbers.
func (s settings) random(stream uint64) *rand.Rand { return rand.New(rand.NewPCG(s.seed, stream)) }

// help explains the program and every flag.
func help(w io.Writer) {
	fmt.Fprint(w, `Usage: conditional [flags]

Learns one density in the plane for each letter of -labels, all with one
continuous normalizing flow, and draws them side by side. Ctrl-C ends the
training early and shows what is learnt by then; a second one ends the program
at once. The exit code is 0, or 1 for a failure, 2 for a wrong flag, 130 after
Ctrl-C.

`)
	f, _ := flags()
	f.SetOutput(w)
	f.PrintDefaults()
}
