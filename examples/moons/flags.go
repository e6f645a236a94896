package main

import (
	"flag"
	"fmt"

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
	f.Var(program.IntIn(&s.Size, 8192, 1, 100_000_000), "size", "learn from `n` points")
	f.Var(program.IntIn(&s.Held, 8192, 1, 100_000_000), "held", "hold out `n` more points for testing")
	// With less noise the density is too thin a ridge for any net, with more no moons are left.
	f.Var(program.FloatIn(&s.Noise, 0.06, 1e-3, 10), "noise", "spread the points around the arcs, standard deviation `σ`")
	f.Var(program.IntIn(&s.Batch, 256, 1, 100_000_000), "batch", "take each training step on `n` points")
	f.Var(program.IntIn(&s.Epochs, 40, 1, 1_000_000), "epochs", "go `n` times through all points")
	f.Var(program.Positive(&s.LR, 1e-2), "lr", "learning `rate` of Adam, of the first step on")
	f.Var(program.OneOf(&s.Schedule, "constant", "constant", "cosine"), "schedule", "`how` the learning rate goes on: constant, or cosine, down to\nzero at the last step")
	f.Var(program.IntIn(&s.Blocks, 4, 1, 1000), "blocks", "chain `n` FFJORD blocks, each with a net of its own")
	f.Var(program.IntIn(&s.Hidden, 8, 1, 10_000), "hidden", "`width` of the hidden layers of a net")
	f.Var(program.IntIn(&s.Layers, 3, 1, 1000), "layers", "build each net of `n` linear maps with tanh between them")
	var methods []string
	for _, m := range ode.Methods() {
		methods = append(methods, m.Name)
	}
	method := program.OneOf(&s.Method, ode.Dopri5.Name, methods...)
	f.Var(method, "method", "solve the differential equations by the Runge-Kutta method\n`name`, one of\n"+method.List())
	f.Var(program.IntIn(&s.Steps, 0, 0, 1_000_000), "steps", "take `n` equal steps of the method through each block; 0 is\nsteps by tolerance")
	f.Var(program.Positive(&s.RTol, 1e-3), "rtol", "relative `tolerance` of a step, without -steps")
	f.Var(program.Positive(&s.ATol, 1e-5), "atol", "absolute `tolerance` of a step, without -steps")
	f.Var(program.OneOf(&s.Trace, "exact", "exact", "hutchinson"), "trace", "`how` training takes the trace of the Jacobian: exact, or\n"+
		"hutchinson, an unbiased estimate from random signs; the\nfigures and pictures always have the exact trace")
	f.Var(program.OneOf(&s.Dtype, "float32", "float32", "float64"), "dtype", "`type` of all numbers: float32 or float64")
	f.Uint64Var(&s.Seed, "seed", 1, "`number` that all random draws follow from: the same seed\ngives the same results to the last bit")
	f.StringVar(&s.Out, "out", "moons-out", "`folder` for the files, made if need be")
	f.BoolVar(&s.draw, "draw", true, "draw the pictures and the graph; -draw=false is for series of\nruns")
	f.BoolVar(&s.json, "json", false, "print the figures also as JSON, on the last line")
	return f, s
}

// check returns what is wrong with the settings together; each flag has checked itself.
func (s settings) check() error {
	if method, _ := ode.Method(s.Method); s.Steps == 0 && method.E == nil {
		return fmt.Errorf("-method %s has no error estimate to choose steps by: give -steps too", s.Method)
	}
	return nil
}

// about is what -h shows above the flags.
const about = `Usage: moons [flags]

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

`
