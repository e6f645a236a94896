package main

import (
	"cmp"
	"flag"
	"fmt"
	"io"

	"github.com/go-ffjord/ffjord/internal/program"
	"github.com/go-ffjord/ffjord/ode"
)

// settings are what the command line asks for; flags says what each is.
type settings struct {
	Size     int     `json:"size"`
	Held     int     `json:"held"`
	Noise    float64 `json:"noise"`
	Batch    int     `json:"batch"`
	Epochs   int     `json:"epochs"`
	LR       float64 `json:"lr"`
	Schedule string  `json:"schedule"`

	Blocks int     `json:"blocks"`
	Hidden int     `json:"hidden"`
	Layers int     `json:"layers"`
	Method string  `json:"method"`
	Steps  int     `json:"steps"`
	RTol   float64 `json:"rtol"`
	ATol   float64 `json:"atol"`
	Trace  string  `json:"trace"`

	Dtype string `json:"dtype"`
	Seed  uint64 `json:"seed"`
	Out   string `json:"out"`

	draw, json bool
}

// flags returns the command line with its defaults, which are the demo's.
func flags() (*flag.FlagSet, *settings) {
	s := &settings{}
	f := flag.NewFlagSet("moons", flag.ContinueOnError)
	f.IntVar(&s.Size, "size", 8192, "learn from `n` points")
	f.IntVar(&s.Held, "held", 8192, "hold out `n` more points for testing")
	f.Float64Var(&s.Noise, "noise", 0.06, "spread the points around the arcs, standard deviation `σ`")
	f.IntVar(&s.Batch, "batch", 256, "take each training step on `n` points")
	f.IntVar(&s.Epochs, "epochs", 40, "go `n` times through all points")
	f.Float64Var(&s.LR, "lr", 1e-2, "learning `rate` of Adam, of the first step on")
	f.Var(program.OneOf(&s.Schedule, "constant", "constant", "cosine"), "schedule", "`how` the learning rate goes on: constant, or cosine, down to\nzero at the last step")
	f.IntVar(&s.Blocks, "blocks", 4, "chain `n` FFJORD blocks, each with a net of its own")
	f.IntVar(&s.Hidden, "hidden", 8, "`width` of the hidden layers of a net")
	f.IntVar(&s.Layers, "layers", 3, "build each net of `n` linear maps with tanh between them")
	var methods []string
	for _, m := range ode.Methods() {
		methods = append(methods, m.Name)
	}
	method := program.OneOf(&s.Method, ode.Dopri5.Name, methods...)
	f.Var(method, "method", "solve the differential equations by the Runge-Kutta method\n`name`, one of\n"+method.List())
	f.IntVar(&s.Steps, "steps", 0, "take `n` equal steps of the method through each block; 0 is\nsteps by tolerance")
	f.Float64Var(&s.RTol, "rtol", 1e-3, "relative `tolerance` of a step, without -steps")
	f.Float64Var(&s.ATol, "atol", 1e-5, "absolute `tolerance` of a step, without -steps")
	f.Var(program.OneOf(&s.Trace, "exact", "exact", "hutchinson"), "trace", "`how` training takes the trace of the Jacobian: exact, or\n"+
		"hutchinson, an unbiased estimate from random signs; the\nfigures and pictures always have the exact trace")
	f.Var(program.OneOf(&s.Dtype, "float32", "float32", "float64"), "dtype", "`type` of all numbers: float32 or float64")
	f.Uint64Var(&s.Seed, "seed", 1, "`number` that all random draws follow from: the same seed\ngives the same results to the last bit")
	f.StringVar(&s.Out, "out", "moons-out", "`folder` for the files, made if need be")
	f.BoolVar(&s.draw, "draw", true, "draw the pictures and the graph; -draw=false is for series of\nruns")
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
	err := cmp.Or(
		program.CheckCounts(
			program.Count{Flag: "size", Value: s.Size, Most: 100_000_000},
			program.Count{Flag: "held", Value: s.Held, Most: 100_000_000},
			program.Count{Flag: "batch", Value: s.Batch, Most: 100_000_000},
			program.Count{Flag: "epochs", Value: s.Epochs, Most: 1_000_000},
			program.Count{Flag: "blocks", Value: s.Blocks, Most: 1000},
			program.Count{Flag: "hidden", Value: s.Hidden, Most: 10_000},
			program.Count{Flag: "layers", Value: s.Layers, Most: 1000},
		),
		program.CheckPositive("lr", s.LR), program.CheckPositive("rtol", s.RTol), program.CheckPositive("atol", s.ATol),
	)
	method, _ := ode.Method(s.Method) // which the flag has checked
	switch {
	case err != nil:
		return err
	case !(s.Noise >= 1e-3 && s.Noise <= 10): // with less the density is too thin a ridge for any net, with more no moons are left
		return fmt.Errorf("-noise is %v: want 0.001 to 10", s.Noise)
	case s.Steps < 0 || s.Steps > 1_000_000:
		return fmt.Errorf("-steps is %d: want 1 to 1000000, or 0 for steps by tolerance", s.Steps)
	case s.Steps == 0 && method.E == nil:
		return fmt.Errorf("-method %s has no error estimate to choose steps by: give -steps too", s.Method)
	}
	return nil
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
