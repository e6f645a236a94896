package main

import (
	"cmp"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"

	"github.com/go-ffjord/ffjord/internal/program"
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

// parse reads the command line. The error names the first flag that is wrong, and is flag.ErrHelp where help is asked
// for.
func parse(args []string) (settings, error) {
	f, s := flags()
	if err := program.Parse(f, args); err != nil {
		return settings{}, err
	}
	return *s, s.check()
}

// check returns what is wrong with the settings, but for the labels.
func (s settings) check() error {
	return cmp.Or(
		program.CheckCounts(
			program.Count{Flag: "size", Value: s.size, Most: 100_000},
			program.Count{Flag: "batch", Value: s.batch, Most: 100_000_000},
			program.Count{Flag: "epochs", Value: s.epochs, Most: 1_000_000},
			program.Count{Flag: "hidden", Value: s.hidden, Most: 10_000},
		),
		program.CheckPositive("lr", s.lr),
	)
}

// Streams of random numbers. Each use has its own, so that more epochs, say, do not change the data.
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
training early and shows what is learnt by then, as SIGTERM and SIGHUP do; a
second one ends the program at once. The exit code is 0, or 1 for a failure, 2
for a wrong flag, 128 and its number after a signal.

`)
	f, _ := flags()
	f.SetOutput(w)
	f.PrintDefaults()
}
