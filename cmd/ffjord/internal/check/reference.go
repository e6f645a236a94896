package check

import (
	"bytes"
	"context"
	"math/rand/v2"

	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/nn"
	"github.com/go-ffjord/ffjord/ode"
)

// reference returns the same flow in float64 with exact traces, solved to so small tolerances by a method of high order
// that its own error is nothing beside those that are looked for.
func reference(ctx context.Context, f *flows.Flow) (*flows.Flow, error) {
	return rebuilt(ctx, f, tensor.Float64, func(b flows.FFJORD) flows.FFJORD {
		b.Trace, b.EvalTrace = flows.Exact{}, nil
		b.Eval = &ode.Solver{Method: ode.Dop853, RTol: 1e-10, ATol: 1e-10}
		return b
	})
}

// halved returns the same flow with half the tolerances, or steps half as long.
func halved(ctx context.Context, f *flows.Flow) (*flows.Flow, error) {
	return rebuilt(ctx, f, f.Params.DtypeOrDefault(), func(b flows.FFJORD) flows.FFJORD {
		s := b.Solver
		if b.Eval != nil {
			s = *b.Eval
		}
		s, err := s.WithDefaults()
		if err != nil { // the flow would not be there
			return b
		}
		if s.Adaptive() {
			s.RTol, s.ATol = s.RTol/2, s.ATol/2
			components := append([]ode.Tolerance(nil), s.Components...)
			for i := range components {
				components[i].RTol, components[i].ATol = components[i].RTol/2, components[i].ATol/2
			}
			s.Components = components
		} else {
			s.Steps *= 2
		}
		b.Eval = &s
		return b
	})
}

// rebuilt returns a flow with the same numbers and other solvers.
func rebuilt(ctx context.Context, f *flows.Flow, dtype tensor.Dtype, change func(flows.FFJORD) flows.FFJORD) (*flows.Flow, error) {
	g := &flows.Flow{
		Dim: f.Dim, Base: f.Base, Blocks: changed(f.Blocks, change), Cond: f.Cond, StandardizeCond: f.StandardizeCond,
		Params: &nn.Params{Rand: rand.New(rand.NewPCG(0, 0)), Dtype: dtype}, Engine: f.Engine, MaxNodes: f.MaxNodes,
	}
	for _, each := range []*flows.Flow{f, g} {
		if err := each.Compile(); err != nil {
			return nil, err
		}
	}
	if err := ctx.Err(); err != nil || f.Params.Len() == 0 {
		return g, err
	}
	var numbers bytes.Buffer
	if err := f.Params.Write(&numbers, nil); err != nil {
		return nil, err
	}
	return g, g.Params.ImportFrom(&numbers, nil)
}

// changed returns blocks with each FFJORD among them changed.
func changed(b flows.Block, change func(flows.FFJORD) flows.FFJORD) flows.Block {
	switch b := b.(type) {
	case flows.FFJORD:
		return change(b)
	case flows.Chain:
		parts := make(flows.Chain, len(b))
		for i, part := range b {
			parts[i] = changed(part, change)
		}
		return parts
	}
	return b
}
