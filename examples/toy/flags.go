package main

import (
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"

	"github.com/go-ffjord/ffjord/data/toy"
	"github.com/go-ffjord/ffjord/internal/program"
)

// settings are what the command line asks for.
type settings struct {
	set    string
	all    bool
	epochs int
	batch  int
	lr     float64
	held   int     // fresh points for testing
	hidden int     // width of a hidden layer
	tol    float64 // of the solver
	seed   uint64
	out    string
}

// flags returns the command line with its defaults: the shape of the net and the solver are the paper's, the initial
// weights and the training are not.
func flags() (*flag.FlagSet, *settings) {
	s := &settings{}
	f := flag.NewFlagSet("toy", flag.ContinueOnError)
	set := program.OneOf(&s.set, "8gaussians", toy.Names()...)
	f.Var(set, "data", "learn the set `name`, one of\n"+set.List())
	f.BoolVar(&s.all, "all", false, fmt.Sprintf("learn all %d sets of the paper that have a density, as many at a\ntime as there are cores, in place of -data", len(paper())))
	f.Var(program.IntIn(&s.epochs, 160, 1, 1_000_000), "epochs", fmt.Sprintf("take `n` times %d training steps", deals))
	f.Var(program.IntIn(&s.batch, 64, 1, 1_000_000), "batch", "take each step on `n` points, drawn anew")
	f.Var(program.IntIn(&s.held, 10_000, 1, 100_000_000), "held", "test on `n` fresh points")
	f.Var(program.Positive(&s.lr, 1e-2), "lr", "highest learning `rate` of Adam, from which it falls to nearly\nnothing along half a cosine")
	f.Var(program.IntIn(&s.hidden, 64, 1, 10_000), "hidden", "`width` of the three hidden layers of the net")
	f.Var(program.Positive(&s.tol, 1e-5), "tol", "relative and absolute `tolerance` of a step of the solver")
	f.Uint64Var(&s.seed, "seed", 1, "`number` that all random draws follow from: the same seed gives\nthe same results to the last bit")
	f.StringVar(&s.out, "out", "toy.png", "`file` for the picture")
	return f, s
}

// paper returns the names of the sets of Grathwohl et al. (2019) that have a density.
func paper() []string {
	return []string{"swissroll", "circles", "rings", "moons", "8gaussians", "pinwheel", "2spirals", "checkerboard"}
}

// sets returns the names of the sets to learn.
func (s settings) sets() []string {
	if s.all {
		return paper()
	}
	return []string{s.set}
}

// check returns what is wrong with the flags together; each has checked itself.
func check(f *flag.FlagSet) error {
	given := map[string]bool{}
	f.Visit(func(f *flag.Flag) { given[f.Name] = true })
	if given["all"] && given["data"] {
		return errors.New("-all and -data exclude each other: leave out one")
	}
	return nil
}

// Streams of random numbers. Each use has its own, so that more epochs, say, do not change the test points.
const (
	trainStream uint64 = iota + 1
	testStream
	weightStream
	pictureStream
)

// random returns one stream of random numbers.
func (s settings) random(stream uint64) *rand.Rand { return rand.New(rand.NewPCG(s.seed, stream)) }

// about is what -h shows above the flags.
const about = `Usage: toy [flags]

Learns densities of the plane with the continuous normalizing flow of the FFJORD
paper, measures on fresh points how far it stays from the true density, prints
that as a table, and draws points, learnt density and samples of each set.

Ctrl-C, SIGTERM and SIGHUP end the training early and show what is learnt by
then; a second one ends the program at once. The exit code is 0, or 1 for a
failure, 2 for a wrong flag, 128 and its number after a signal.

`
