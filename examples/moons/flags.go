package main

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/internal/program"
	"github.com/go-ffjord/ffjord/ode"
	"github.com/go-ffjord/ffjord/optim"
)

// settings are what the command line asks for.
type settings struct {
	size   int     // points to learn from
	noise  float64 // of the moons
	batch  int
	epochs int
	lr     float64
	rate   string // how the learning rate goes on

	blocks   int
	hidden   int // width of a hidden layer
	layers   int // linear maps in a net
	method   string
	steps    int // equal ones through one block; 0 is steps by tolerance
	rtol     float64
	atol     float64
	gradient string
	control  string
	trace    string

	dtype  string
	engine graph.Engine
	seed   uint64
	out    string
	json   bool
}

// flags returns the command line with its defaults, which are the demo's.
func flags() (*flag.FlagSet, *settings) {
	s := &settings{}
	f := flag.NewFlagSet("moons", flag.ContinueOnError)
	f.IntVar(&s.size, "size", 8192, fmt.Sprintf("learn from `n` points; %d more are held out for testing", held))
	f.Float64Var(&s.noise, "noise", 0.06, "spread the points around the arcs, standard deviation `σ`")
	f.IntVar(&s.batch, "batch", 256, "take each training step on `n` points")
	f.IntVar(&s.epochs, "epochs", 40, "go `n` times through all points")
	f.Float64Var(&s.lr, "lr", 1e-2, "learning `rate` of Adam, of the first step on")
	f.StringVar(&s.rate, "schedule", "constant", "`how` the learning rate goes on: constant, or cosine, down to\nzero at the last step")
	f.IntVar(&s.blocks, "blocks", 4, "chain `n` FFJORD blocks, each with a net of its own")
	f.IntVar(&s.hidden, "hidden", 8, "`width` of the hidden layers of a net")
	f.IntVar(&s.layers, "layers", 3, "build each net of `n` linear maps with tanh between them")
	f.StringVar(&s.method, "method", ode.Dopri5.Name, "solve the differential equations by the Runge-Kutta method\n`name`, one of\n"+listed(methods()))
	f.IntVar(&s.steps, "steps", 0, "take `n` equal steps of the method through each block, in\nplace of steps by tolerance")
	f.Float64Var(&s.rtol, "rtol", 1e-3, "relative `tolerance` of a step, without -steps")
	f.Float64Var(&s.atol, "atol", 1e-5, "absolute `tolerance` of a step, without -steps")
	f.StringVar(&s.gradient, "gradient", "replay", "`how` training takes the gradient of a solve: replay goes back\n"+
		"through its steps, adjoint solves the adjoint equation, and\nunrolled has all of -steps in one graph")
	f.StringVar(&s.control, "control", "row", "`who` chooses the steps by tolerance: row, each point its own,\nor shared, all points of a batch together")
	f.StringVar(&s.trace, "trace", "exact", "`how` training takes the trace of the Jacobian: exact, or\n"+
		"hutchinson, an unbiased estimate from random signs; the\nfigures and pictures always have the exact trace")
	f.StringVar(&s.dtype, "dtype", "float32", "`type` of all numbers: float32 or float64")
	f.TextVar(&s.engine, "engine", graph.Native, "run the graphs on the `engine` native, or on tape, which is\nGorgonia's own")
	f.Uint64Var(&s.seed, "seed", 1, "`number` that all random draws follow from: the same seed\ngives the same results to the last bit")
	f.StringVar(&s.out, "out", "moons-out", "`folder` for the files, made if need be")
	f.BoolVar(&s.json, "json", false, "print the figures also as JSON, on the last line")
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

// check returns what is wrong with the settings.
func (s settings) check() error {
	err := program.CheckCounts(
		program.Count{Flag: "size", Value: s.size, Most: 100_000_000},
		program.Count{Flag: "batch", Value: s.batch, Most: 100_000_000},
		program.Count{Flag: "epochs", Value: s.epochs, Most: 1_000_000},
		program.Count{Flag: "blocks", Value: s.blocks, Most: 1000},
		program.Count{Flag: "hidden", Value: s.hidden, Most: 10_000},
		program.Count{Flag: "layers", Value: s.layers, Most: 1000},
		program.Count{Flag: "steps", Value: max(1, s.steps), Most: 1_000_000},
	)
	if err != nil {
		return err
	}
	// With less noise the density has too thin a ridge for any net, with more no moons are left.
	if !(s.noise >= 1e-3 && s.noise <= 10) {
		return fmt.Errorf("-noise is %v: want 0.001 to 10", s.noise)
	}
	if err := program.CheckPositive("lr", s.lr); err != nil {
		return err
	}
	if s.steps < 0 {
		return fmt.Errorf("-steps is %d: want 1 to 1000000, or 0 for steps by tolerance", s.steps)
	}
	for _, c := range []struct {
		flag, value string
		known       []string
	}{
		{"schedule", s.rate, []string{"constant", "cosine"}},
		{"method", s.method, methods()},
		{"gradient", s.gradient, []string{"replay", "adjoint", "unrolled"}},
		{"control", s.control, []string{"row", "shared"}},
		{"trace", s.trace, []string{"exact", "hutchinson"}},
		{"dtype", s.dtype, []string{"float32", "float64"}},
	} {
		if !slices.Contains(c.known, c.value) {
			return fmt.Errorf("-%s is %q: want one of %s", c.flag, c.value, strings.Join(c.known, ", "))
		}
	}
	return s.checkSolver()
}

// checkSolver returns what is wrong with the settings of the solver.
func (s settings) checkSolver() error {
	if err := cmp.Or(program.CheckPositive("rtol", s.rtol), program.CheckPositive("atol", s.atol)); err != nil {
		return err
	}
	switch {
	case s.gradient == "unrolled" && s.steps == 0:
		return errors.New("-gradient unrolled needs equal steps: give -steps too")
	case s.control == "shared" && s.steps > 0:
		return errors.New("-control shared needs steps by tolerance: leave out -steps")
	case s.gradient == "adjoint" && s.steps > 0:
		return errors.New("-gradient adjoint needs steps by tolerance: leave out -steps")
	case s.steps == 0 && s.tableau().E == nil:
		return fmt.Errorf("-method %s has no error estimate to choose steps by: give -steps too", s.method)
	}
	return nil
}

// tableau is the method, whose name has been checked.
func (s settings) tableau() *ode.Tableau {
	m, err := ode.Method(s.method)
	if err != nil {
		panic(err)
	}
	return m
}

// solver is the solver of a block's differential equation.
func (s settings) solver() ode.Solver {
	v := ode.Solver{
		Method: s.tableau(), Steps: s.steps, RTol: s.rtol, ATol: s.atol,
		Unrolled: s.gradient == "unrolled", Shared: s.control == "shared",
	}
	if s.gradient == "adjoint" {
		v.Adjoint = &ode.Adjoint{}
	}
	return v
}

// schedule is the learning rate of every step.
func (s settings) schedule() optim.Schedule {
	if s.rate == "cosine" {
		return optim.Cosine(s.lr, 0)
	}
	return optim.Constant(s.lr)
}

func methods() []string {
	var names []string
	for _, m := range ode.Methods() {
		names = append(names, m.Name)
	}
	return names
}

// listed writes words with commas between them, six to a line.
func listed(words []string) string {
	var lines []string
	for some := range slices.Chunk(words, 6) {
		lines = append(lines, strings.Join(some, ", "))
	}
	return strings.Join(lines, ",\n")
}

// help explains the program and every flag.
func help(w io.Writer) {
	fmt.Fprint(w, `Usage: moons [flags]

Learns the density of two interleaved half circles with a continuous
normalizing flow, and leaves in the folder -out:

  panel.png         what the flow does to the plane, before and after training
  density.png       the learnt log-density beside the true one
  flow.safetensors  the flow, for flows.Load
  history.csv       the course of the training
  graph.dot/.svg    the expression graph of one solver step of one block

Ctrl-C, SIGTERM and SIGHUP end the training early and keep what is learnt by
then; a second one ends the program at once. The exit code is 0, or 1 for a
failure, 2 for a wrong flag, 128 and its number after a signal.

`)
	f, _ := flags()
	f.SetOutput(w)
	f.PrintDefaults()
}
