package flows

import (
	"fmt"
	"math"
	"slices"
	"sync"

	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/nn"
	"github.com/go-ffjord/ffjord/ode"
)

// solved is an FFJORD, compiled.
type solved[T graph.Float] struct {
	*compiled[T]
	owner string
	train FFJORD // as it is in training
	eval  FFJORD // and everywhere else

	why, whyEval string // their traces were chosen, where a Chooser did

	training *ode.Integrator[T]                 // z, log det and the penalties
	traced   *ode.Integrator[T]                 // z and log det
	plain    *ode.Integrator[T]                 // z alone
	each     func() (*ode.Integrator[T], error) // z, log det and each of the estimates of it
	params   []bound[T]                         // of the field
	end      *nn.Param                          // of a learnt T1
}

func compileSolved[T graph.Float](c *compiled[T], b FFJORD, owner string) (*solved[T], error) {
	b, err := b.withDefaults()
	if err != nil {
		return nil, fmt.Errorf("FFJORD %w", err)
	}
	p := &solved[T]{compiled: c, owner: owner}
	if b.Trace, p.why, err = c.flow.resolve(b.Trace, b.Field, owner, c.dim); err != nil {
		return nil, err
	}
	p.whyEval = p.why
	if b.EvalTrace != nil {
		if b.EvalTrace, p.whyEval, err = c.flow.resolve(b.EvalTrace, b.Field, owner, c.dim); err != nil {
			return nil, err
		}
	}
	p.train, p.eval = b, b.evaluated()
	if p.training, err = p.integrator(p.train, withPenalties); err != nil {
		return nil, err
	}
	p.traced = p.training
	if b.Eval != nil || b.EvalTrace != nil || len(b.Penalties) > 0 {
		if p.traced, err = p.integrator(p.eval, withTrace); err != nil {
			return nil, err
		}
	}
	if p.plain, err = p.integrator(p.eval, zOnly); err != nil {
		return nil, err
	}
	p.each = sync.OnceValues(func() (*ode.Integrator[T], error) { return p.integrator(p.eval, withEachProbe) })
	if b.LearnT1 {
		if p.end, err = c.flow.Params.Declare(owner+"."+endTime, b.startEndTime(), 1, 1); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// integrator compiles the block's equation.
func (p *solved[T]) integrator(b FFJORD, with beside) (*ode.Integrator[T], error) {
	s, widths := b.Solver, b.widths(p.dim, with)
	s.Components = slices.Clone(s.Components[:min(len(widths), len(s.Components))])
	if with == zOnly && len(s.Components) == 1 {
		s.Components[0].Free = false // nothing else is left to steer
	}
	if len(widths) > 2 {
		all := make([]ode.Tolerance, len(widths))
		copy(all, s.Components)
		all[2] = ode.Tolerance{Free: true}
		s.Components = all
	}
	return ode.NewIntegrator[T](b.problem(p.flow, p.owner, p.dim, with), s)
}

// bind finds the parameters of the field.
func (p *solved[T]) bind() (err error) {
	fed := append([]string{condInput}, ode.StepInputs(3)...)
	for _, trace := range []Trace{p.train.Trace, p.eval.Trace} {
		if noisy, ok := trace.(Noisy); ok {
			fed = append(fed, noisy.Inputs()...)
		}
	}
	p.params, err = p.compiled.bind(p.owner, p.training.Graph(), fed)
	return err
}

// of returns the integrator of z and what is wanted beside it.
func (p *solved[T]) of(with beside) (*ode.Integrator[T], error) {
	switch with {
	case withPenalties:
		return p.training, nil
	case withTrace:
		return p.traced, nil
	case withEachProbe:
		if _, ok := p.eval.Trace.(Sampled); ok {
			return p.each()
		}
		if _, ok := p.eval.Trace.(Noisy); ok {
			return nil, fmt.Errorf("a %T can't tell the error of its mean; it has not the methods of a Sampled", p.eval.Trace)
		}
		return p.traced, nil
	}
	return p.plain, nil
}

// ends returns the times of the base's side and the data's.
func (p *solved[T]) ends() (t0, t1 float64) {
	if p.end == nil {
		return p.train.T0, p.train.T1
	}
	s := p.end.Numbers()[0]
	return p.train.T0, p.train.T0 + p.train.direction()*s*s
}

func (p *solved[T]) name() string { return "" }

func (p *solved[T]) shared() bool { return p.train.Solver.Shared || p.eval.Solver.Shared }

func (p *solved[T]) trace(with beside) Trace {
	switch with {
	case zOnly:
		return nil
	case withPenalties:
		return p.train.Trace
	}
	return p.eval.Trace
}

func (p *solved[T]) times(frames int) []float64 {
	t0, t1 := p.ends()
	out := make([]float64, frames)
	for i := range out {
		out[i] = t0 + (t1-t0)*float64(i+1)/float64(frames)
	}
	out[frames-1] = t1
	return out
}

func (p *solved[T]) checkTimes(times []float64) error {
	before, t1 := p.ends()
	sign := math.Copysign(1, t1-before)
	for i, t := range times {
		if !((t-before)*sign >= 0 && (t1-t)*sign >= 0) {
			return fmt.Errorf("time %d is %v: want times in the order from %v to %v", i, t, p.train.T0, t1)
		}
		before = t
	}
	return nil
}

func (p *solved[T]) penalties() []Penalty { return p.train.Penalties }

func (p *solved[T]) stepGraph(back bool) (*graph.Graph, error) {
	if back {
		return p.training.BackGraph()
	}
	return p.training.Graph(), nil
}
