package flows

import (
	"fmt"
	"math"

	"github.com/go-ffjord/ffjord/nn"
	"github.com/go-ffjord/ffjord/ode"
)

// ffjordPlan is an FFJORD with its defaults filled in and its traces chosen.
type ffjordPlan struct {
	train FFJORD // as it is in training
	eval  FFJORD // and everywhere else

	why, whyEval string    // their traces were chosen, where a Chooser did
	learnt       *nn.Param // of a learnt T0 or T1
}

var _ blockPlan = (*ffjordPlan)(nil)

func (p *plan) ffjord(b FFJORD, owner string) (*ffjordPlan, error) {
	b, err := b.withDefaults()
	if err != nil {
		return nil, fmt.Errorf("FFJORD %w", err)
	}
	out := &ffjordPlan{}
	if b.Trace, out.why, err = p.resolve(b.Trace, b.Field, owner); err != nil {
		return nil, err
	}
	out.whyEval = out.why
	if b.EvalTrace != nil {
		if b.EvalTrace, out.whyEval, err = p.resolve(b.EvalTrace, b.Field, owner); err != nil {
			return nil, err
		}
	}
	out.train, out.eval = b, b.evaluated()
	return out, nil
}

// ends returns the times of the base's side and the data's.
func (p *ffjordPlan) ends() (t0, t1 float64) {
	t0, t1 = p.train.T0, p.train.T1
	if p.learnt == nil {
		return t0, t1
	}
	s := p.learnt.Numbers()[0]
	if length := p.train.direction() * s * s; p.train.LearnT0 {
		t0 = t1 - length
	} else {
		t1 = t0 + length
	}
	return t0, t1
}

// block returns the block as it is where so much is wanted beside z.
func (p *ffjordPlan) block(with beside) FFJORD {
	if with == withPenalties {
		return p.train
	}
	return p.eval
}

func (p *ffjordPlan) kind() string { return "" }

func (p *ffjordPlan) describe() (line string, more []string) {
	t0, t1 := p.ends()
	first, second := "", ""
	switch {
	case p.train.LearnT0:
		first = " (learnt)"
	case p.train.LearnT1:
		second = " (learnt)"
	}
	more = append(more, "field    "+brief(p.train.Field))
	more = append(more, both("trace", describeTrace(p.train.Trace, p.why), describeTrace(p.eval.Trace, p.whyEval))...)
	more = append(more, both("solver", describeSolver(p.train.Solver), describeSolver(p.eval.Solver))...)
	for _, held := range p.train.Penalties {
		more = append(more, fmt.Sprintf("penalty  %g · %s", held.Weight, brief(held.Of)))
	}
	return fmt.Sprintf("FFJORD from t = %.4g%s to %.4g%s", t0, first, t1, second), more
}

func (p *ffjordPlan) shared() bool { return p.train.Solver.Shared || p.eval.Solver.Shared }

func (p *ffjordPlan) trace(with beside) Trace {
	if with == zOnly {
		return nil
	}
	return p.block(with).Trace
}

func (p *ffjordPlan) times(frames int) []float64 {
	t0, t1 := p.ends()
	out := make([]float64, frames)
	for i := range out {
		out[i] = t0 + (t1-t0)*float64(i+1)/float64(frames)
	}
	out[frames-1] = t1
	return out
}

func (p *ffjordPlan) checkTimes(times []float64) error {
	t0, t1 := p.ends()
	before, sign := t0, math.Copysign(1, t1-t0)
	for i, t := range times {
		if !((t-before)*sign >= 0 && (t1-t)*sign >= 0) {
			return fmt.Errorf("time %d is %v: want times in the order from %v to %v", i, t, t0, t1)
		}
		before = t
	}
	return nil
}

func (p *ffjordPlan) penalties() []Penalty { return p.train.Penalties }

// describeTrace tells why a trace was chosen, or what it is.
func describeTrace(t Trace, why string) string {
	if why != "" {
		return why
	}
	return brief(t)
}

func describeSolver(s ode.Solver) string {
	s, err := s.WithDefaults()
	switch {
	case err != nil: // what has been compiled has none
		return err.Error()
	case !s.Adaptive():
		return fmt.Sprintf("%s, %s", s.Method.Name, plural(s.Steps, "equal step"))
	}
	kind := "each row its own steps"
	if s.Shared {
		kind = "one step for all rows"
	}
	return fmt.Sprintf("%s, %s, rtol %g, atol %g", s.Method.Name, kind, s.RTol, s.ATol)
}
