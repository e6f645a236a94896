package main

import (
	"flag"
	"fmt"
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
	f.Var(program.IntIn(&s.size, 4096, 1, 100_000), "size", fmt.Sprintf("learn from `n` points of each letter; %d more are held out for\ntesting", held))
	f.Var(program.IntIn(&s.batch, 256, 1, 100_000_000), "batch", "take each training step on `n` points, of all letters mixed")
	f.Var(program.IntIn(&s.epochs, 20, 1, 1_000_000), "epochs", "go `n` times through all points")
	f.Var(program.Positive(&s.lr, 1e-2), "lr", "learning `rate` of Adam at the first step; it falls to zero along\nhalf a cosine")
	f.Var(program.IntIn(&s.hidden, 48, 1, 10_000), "hidden", "`width` of the three hidden layers of the net")
	f.Uint64Var(&s.seed, "seed", 1, "`number` that all random draws follow from: the same seed gives\nthe same results to the last bit")
	f.StringVar(&s.out, "out", "conditional.png", "`file` for the picture")
	return f, s
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

// about is what -h shows above the flags.
const about = `Usage: conditional [flags]

Learns one density in the plane for each letter of -labels, all with one
continuous normalizing flow, and draws them side by side. Ctrl-C ends the
training early and shows what is learnt by then, as SIGTERM and SIGHUP do; a
second one ends the program at once. The exit code is 0, or 1 for a failure, 2
for a wrong flag, 128 and its number after a signal.

`
