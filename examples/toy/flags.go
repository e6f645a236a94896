package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-ffjord/ffjord/data/toy"
)

// settings are what the command line asks for.
type settings struct {
	set    string
	all    bool
	epochs int
	batch  int
	lr     float64
	hidden int     // width of a hidden layer
	tol    float64 // of the solver
	seed   uint64
	out    string
}

// flags returns the command line with its defaults: the shape of the net and
// the solver are the paper's, the initial weights and the training are not.
func flags() (*flag.FlagSet, *settings) {
	s := &settings{}
	f := flag.NewFlagSet("toy", flag.ContinueOnError)
	names := toy.Names()
	f.StringVar(&s.set, "data", "8gaussians", "learn the set `name`, one of\n"+
		strings.Join(names[:7], ", ")+",\n"+strings.Join(names[7:10], ", ")+",\n"+strings.Join(names[10:], ", "))
	f.BoolVar(&s.all, "all", false, fmt.Sprintf("learn all %d sets of the paper that have a density, as many at a\ntime as there are cores, in place of -data", len(paper())))
	f.IntVar(&s.epochs, "epochs", 160, fmt.Sprintf("take `n` times %d training steps", deals))
	f.IntVar(&s.batch, "batch", 64, "take each step on `n` points, drawn anew")
	f.Float64Var(&s.lr, "lr", 1e-2, "highest learning `rate` of Adam, from which it falls to nearly\nnothing along half a cosine")
	f.IntVar(&s.hidden, "hidden", 64, "`width` of the three hidden layers of the net")
	f.Float64Var(&s.tol, "tol", 1e-5, "relative and absolute `tolerance` of a step of the solver")
	f.Uint64Var(&s.seed, "seed", 1, "`number` that all random draws follow from: the same seed gives\nthe same results to the last bit")
	f.StringVar(&s.out, "out", "toy.png", "`file` for the picture")
	return f, s
}

// paper returns the names of the sets of Grathwohl et al. (2019) that have a
// density.
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
	named := false
	f.Visit(func(f *flag.Flag) { named = named || f.Name == "data" })
	if s.all && named {
		return settings{}, errors.New("-all and -data exclude each other: leave out one")
	}
	return *s, s.check()
}

// check returns what is wrong with the settings.
func (s settings) check() error {
	if !slices.Contains(toy.Names(), s.set) {
		return fmt.Errorf("-data is %q: want one of %s", s.set, strings.Join(toy.Names(), ", "))
	}
	for _, c := range []struct {
		flag       string
		value, max int
	}{
		{"epochs", s.epochs, 1_000_000},
		{"batch", s.batch, 1_000_000},
		{"hidden", s.hidden, 10_000},
	} {
		if c.value < 1 || c.value > c.max {
			return fmt.Errorf("-%s is %d: want 1 to %d", c.flag, c.value, c.max)
		}
	}
	for _, c := range []struct {
		flag  string
		value float64
	}{{"lr", s.lr}, {"tol", s.tol}} {
		if !(c.value > 0) || math.IsInf(c.value, 1) {
			return fmt.Errorf("-%s is %v: want a positive number", c.flag, c.value)
		}
	}
	if s.out == "" {
		return errors.New("-out is empty: want a file")
	}
	// A missing folder should not come out after minutes of training.
	if info, err := os.Stat(filepath.Dir(s.out)); err != nil {
		return fmt.Errorf("-out: %w", err)
	} else if !info.IsDir() {
		return fmt.Errorf("-out: %s is no folder", filepath.Dir(s.out))
	}
	return nil
}

// Streams of random numbers. Each use has its own, so that more epochs, say,
// do not change the test points.
const (
	trainStream uint64 = iota + 1
	testStream
	weightStream
	pictureStream
)

// random returns one stream of random numbers.
func (s settings) random(stream uint64) *rand.Rand { return rand.New(rand.NewPCG(s.seed, stream)) }

// help explains the program and every flag.
func help(w io.Writer) {
	fmt.Fprint(w, `Usage: toy [flags]

Learns densities of the plane with the continuous normalizing flow of the FFJORD
paper, measures on fresh points how far it stays from the true density, prints
that as a table, and draws points, learnt density and samples of each set.

Ctrl-C ends the training early and shows what is learnt by then; a second one
ends the program at once. The exit code is 0, or 1 for a failure, 2 for a wrong
flag, 130 after Ctrl-C.

`)
	f, _ := flags()
	f.SetOutput(w)
	f.PrintDefaults()
}
