package main

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/nn"
	"github.com/go-ffjord/ffjord/ode"
	"github.com/go-ffjord/ffjord/optim"
)

// architecture are the flags that say what the flow is like. Zero leaves what the rows and columns suggest.
type architecture struct {
	Blocks int     `help:"FFJORD blocks, one after the other." placeholder:"N" group:"Flow, for those who know"`
	Hidden []int   `help:"Widths of the hidden layers of a block's network." placeholder:"N" group:"Flow, for those who know"`
	Layer  string  `help:"How layers see the time: ${layers}." placeholder:"NAME" group:"Flow, for those who know"`
	Trace  string  `default:"auto" enum:"auto,exact,estimate" help:"Trace of the Jacobian: auto, exact or estimate." group:"Flow, for those who know"`
	Probes int     `default:"8" help:"Probes of an estimated trace outside of training, where it is one." group:"Flow, for those who know"`
	Solver string  `help:"Method of integration: ${methods}." placeholder:"NAME" group:"Flow, for those who know"`
	Steps  int     `help:"Equal steps of the method; without it steps by tolerance." placeholder:"N" group:"Flow, for those who know"`
	RTol   float64 `name:"rtol" help:"Relative tolerance of log-densities." placeholder:"R" group:"Flow, for those who know"`
	ATol   float64 `name:"atol" help:"Absolute tolerance of log-densities." placeholder:"R" group:"Flow, for those who know"`
	Dtype  string  `default:"float32" enum:"float32,float64" help:"Type of the numbers: float32 or float64." group:"Flow, for those who know"`
}

// check refuses numbers that make no flow.
func (a architecture) check() error {
	switch {
	case slices.ContainsFunc(a.Hidden, func(width int) bool { return width < 1 }):
		return usagef("-hidden %s, want widths of 1 or more", strings.Trim(strings.ReplaceAll(fmt.Sprint(a.Hidden), " ", ","), "[]"))
	case a.Blocks < 0 || a.Steps < 0:
		return usagef("-blocks %d, -steps %d, want 1 or more of each", a.Blocks, a.Steps)
	case a.Probes < 1:
		return usagef("-probes %d, want 1 or more", a.Probes)
	case !(a.RTol >= 0 && a.RTol < 1) || !(a.ATol >= 0) || math.IsInf(a.ATol, 1):
		return usagef("-rtol %v, -atol %v, want small positive numbers, such as 1e-5", a.RTol, a.ATol)
	}
	return nil
}

// layers are the ways of a network to see the time.
func layers() map[string]nn.Timed {
	return map[string]nn.Timed{
		"blend": nn.Blend{}, "concat": nn.Concat, "concatsquash": nn.ConcatSquash{}, "concatv2": nn.ConcatV2{},
		"hyper": nn.Hyper{}, "ignore": nn.Ignore, "squash": nn.Squash{}, "tile": nn.Tile,
	}
}

// methods are those of integration by their names.
func methods() map[string]*ode.Tableau {
	named := make(map[string]*ode.Tableau)
	for _, m := range ode.Methods() {
		named[m.Name] = m
	}
	return named
}

func names[T any](of map[string]T) string { return strings.Join(slices.Sorted(maps.Keys(of)), ", ") }

// estimateFrom is the width above which traces are estimated by default: an exact trace takes a product for each column.
const estimateFrom = 64

// probes returns how many probes estimate traces outside of training, 0 where they are exact.
func (j *job) probes() int {
	if j.Trace == "estimate" || j.Trace == "auto" && j.x.Dim() > estimateFrom {
		return j.Probes
	}
	return 0
}

// plan is what is to be done.
type plan struct {
	flow    *flows.Flow
	trainer optim.Trainer
	source  *data.Prepared
}

// design chooses the flow and its training by the rows and columns, and by what the flags say.
func (j *job) design(rng *rand.Rand) error {
	z, err := j.rowsOf(j.parts.Train, rng)
	if err != nil {
		return err
	}
	flow, err := flows.Defaults(z, rng)
	if err != nil {
		return err
	}
	flow.Dim = j.x.Dim()
	if len(j.given.Columns) > 0 {
		flow.Cond = j.given.Dim()
	}
	if j.Dtype == "float64" {
		flow.Params.Dtype = tensor.Float64
	}
	if err := j.alter(flow); err != nil {
		return err
	}
	validation, err := j.rowsOf(j.parts.Validation, rng)
	if err != nil {
		return err
	}
	t := optim.Defaults(j.parts.Train.Len(), flow.Dim)
	t.Validation.Loss = flow.HeldOut(validation)
	if j.Batch > 0 {
		t.Batch = j.Batch
	}
	if j.Epochs > 0 {
		t.Epochs = j.Epochs
		t.Validation.Patience = max(10, t.Epochs/4)
	}
	if j.Patience > 0 {
		t.Validation.Patience = j.Patience
	}
	if j.Rate > 0 {
		t.Rate = optim.Cosine(j.Rate, j.Rate/100)
	}
	t.Seed = j.Seed
	t.Noise = map[string]*rand.PCG{"probes": j.noise}
	t.Checkpoint = &optim.Checkpoint{Path: j.checkpoint(), Settings: j.settings()}
	source, err := j.joint.Source(j.parts.Train, min(t.Batch, j.parts.Train.Len()), j.Seed)
	if err != nil {
		return err
	}
	j.plan = plan{flow, t, source}
	if err := flow.Compile(); err != nil {
		return err
	}
	return nil
}

// settings lists the flags that determine a run and that the flow's parameters do not show. It has neither -budget nor
// -epochs, which may be raised for a run that is resumed.
func (j *job) settings() string {
	return fmt.Sprintf("rate %v, patience %d, test %v, validation %v, trace %s, probes %d, solver %q, steps %d, rtol %v, atol %v",
		j.Rate, j.Patience, j.Test, j.Validation, j.Trace, j.Probes, j.Solver, j.Steps, j.RTol, j.ATol)
}

// rowsOf returns the rows of a table as the flow learns them: the columns of the condition last.
func (j *job) rowsOf(t data.Table, rng *rand.Rand) (*tensor.Dense, error) {
	z, _, err := j.joint.Apply(t, rng)
	return z, err
}

// alter changes the flow's blocks as the flags say.
func (j *job) alter(flow *flows.Flow) error {
	chain, ok := flow.Blocks.(flows.Chain)
	if !ok || len(chain) == 0 {
		return fmt.Errorf("the default flow is a %T, want a chain of blocks", flow.Blocks)
	}
	block, ok := chain[0].(flows.FFJORD)
	if !ok {
		return fmt.Errorf("the default block is a %T, want an FFJORD", chain[0])
	}
	field, ok := block.Field.(nn.MLP)
	if !ok {
		return fmt.Errorf("the default field is a %T, want an MLP", block.Field)
	}
	if j.Hidden != nil {
		field.Hidden = j.Hidden
	}
	if j.Layer != "" {
		if field.Time, ok = layers()[j.Layer]; !ok {
			return usagef("-layer %s, want one of %s", j.Layer, names(layers()))
		}
	}
	block.Field = field
	if err := j.alterSolver(&block); err != nil {
		return err
	}
	if n := j.probes(); n > 0 {
		noise := rand.New(j.noise)
		block.Trace = flows.Hutchinson{Rand: noise}
		block.EvalTrace = flows.Hutchinson{Probes: n, Rand: noise}
	}
	blocks := len(chain)
	if j.Blocks > 0 {
		blocks = j.Blocks
	}
	flow.Blocks = flows.Chain(slices.Repeat([]flows.Block{block}, blocks))
	return nil
}

func (j *job) alterSolver(block *flows.FFJORD) error {
	eval := ode.Solver{}
	if block.Eval != nil {
		eval = *block.Eval
	}
	if j.Solver != "" {
		method, ok := methods()[j.Solver]
		if !ok {
			return usagef("-solver %s, want one of %s", j.Solver, names(methods()))
		}
		block.Solver.Method, eval.Method = method, method
		if method.E == nil && j.Steps == 0 {
			return usagef("-solver %s has no estimate of its error, want -steps with it", j.Solver)
		}
	}
	if j.Steps > 0 {
		block.Solver.Steps, eval.Steps = j.Steps, j.Steps
	}
	if j.RTol > 0 {
		eval.RTol = j.RTol
	}
	if j.ATol > 0 {
		eval.ATol = j.ATol
	}
	block.Eval = &eval
	return nil
}
