package flows

import (
	"context"
	"fmt"
	"slices"

	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/ode"
)

// compiledFFJORD is an FFJORD, compiled.
type compiledFFJORD[T graph.Float] struct {
	flow  *compiled[T]
	plan  *ffjordPlan
	owner string

	training *equation[T]       // z, log det and the penalties
	traced   *equation[T]       // z and log det
	plain    *equation[T]       // z alone
	each     lazy[*equation[T]] // z, log det and each of the estimates of it
	byCond   lazy[*equation[T]] // as traced, with gradients by the condition
	params   []bound[T]         // of the field
}

// equation is an integrator of a state of some widths, and what it compiles when first needed.
type equation[T graph.Float] struct {
	*ode.Integrator[T]
	widths           []int
	gradients, dense lazy[struct{}]
}

func (e *equation[T]) prepare(ctx context.Context, n need) (err error) {
	if n.back {
		_, err = e.gradients.get(ctx, "the gradient of a step", func() (struct{}, error) {
			return struct{}{}, e.Prepare(true, false)
		})
	}
	if n.pausing && err == nil {
		_, err = e.dense.get(ctx, "the interpolant of a step", func() (struct{}, error) {
			return struct{}{}, e.Prepare(false, true)
		})
	}
	return err
}

func compileFFJORD[T graph.Float](c *compiled[T], p *ffjordPlan, owner string) (*compiledFFJORD[T], error) {
	b := &compiledFFJORD[T]{flow: c, plan: p, owner: owner}
	var err error
	if b.training, err = b.equation(withPenalties, false); err != nil {
		return nil, err
	}
	b.traced = b.training
	if p.train.Eval != nil || p.train.EvalTrace != nil || len(p.train.Penalties) > 0 {
		if b.traced, err = b.equation(withTrace, false); err != nil {
			return nil, err
		}
	}
	if b.plain, err = b.equation(zOnly, false); err != nil {
		return nil, err
	}
	if name := p.train.learns(); name != "" {
		if p.learnt, err = c.plan.params.Declare(owner+"."+name, p.train.startLearnt(), 1, 1); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// equation compiles the block's equation.
func (b *compiledFFJORD[T]) equation(with beside, byCond bool) (*equation[T], error) {
	block, dim := b.plan.block(with), b.flow.plan.dim
	s, widths := block.Solver, block.widths(dim, with)
	s.Components = slices.Clone(s.Components[:min(len(widths), len(s.Components))])
	if with == zOnly && len(s.Components) == 1 {
		s.Components[0].Free = false // nothing else is left in the error norm
	}
	if len(widths) > 2 {
		all := make([]ode.Tolerance, len(widths))
		copy(all, s.Components)
		all[2] = ode.Tolerance{Free: true}
		s.Components = all
	}
	it, err := ode.NewIntegrator[T](block.problem(b.flow.plan, b.owner, with, byCond), s)
	return &equation[T]{Integrator: it, widths: widths}, err
}

// bind finds the parameters of the field.
func (b *compiledFFJORD[T]) bind() (err error) {
	fed := append([]string{condInput}, ode.StepInputs(3)...)
	for _, trace := range []Trace{b.plan.train.Trace, b.plan.eval.Trace} {
		if noisy, ok := trace.(Noisy); ok {
			fed = append(fed, noisy.Inputs()...)
		}
	}
	b.params, err = b.flow.bind(b.owner, b.training.Graph(), fed)
	return err
}

// of returns the equation of z and what a call needs beside it.
func (b *compiledFFJORD[T]) of(ctx context.Context, n need) (*equation[T], error) {
	switch n.with {
	case withPenalties:
		return b.training, nil
	case withTrace:
		if n.byCond {
			return b.byCond.get(ctx, "the gradient by the condition", func() (*equation[T], error) {
				return b.equation(withTrace, true)
			})
		}
		return b.traced, nil
	case withEachProbe:
		trace := b.plan.eval.Trace
		if _, ok := trace.(Sampled); ok {
			return b.each.get(ctx, "the equation of each probe", func() (*equation[T], error) {
				return b.equation(withEachProbe, false)
			})
		}
		if _, ok := trace.(Noisy); ok {
			return nil, fmt.Errorf("a %T can't tell the error of its mean; it has not the methods of a Sampled", trace)
		}
		return b.traced, nil
	}
	return b.plain, nil
}

func (b *compiledFFJORD[T]) prepare(ctx context.Context, n need) error {
	e, err := b.of(ctx, n)
	if err != nil {
		return err
	}
	return e.prepare(ctx, n)
}

func (b *compiledFFJORD[T]) stepProgram(back bool) (*graph.Program[T], []bound[T], error) {
	p, err := b.training.Program(back)
	return p, b.params, err
}
