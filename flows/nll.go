package flows

import (
	"context"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/ode"
)

// NLL is the mean negative log-likelihood of a flow, -mean log p(x), with its gradient with respect to the flow's
// parameters: what training minimises. It has the methods of an optim.Objective. The gradient is that of the discrete
// solution, by going back through the solver's steps.
//
// One call of Loss at a time; while it runs and until the gradients are read, no other use of the parameters.
type NLL struct{ flow *Flow }

// NLL returns the flow's mean negative log-likelihood.
func (f *Flow) NLL() NLL { return NLL{f} }

// Loss returns -mean log p(x) over the rows of x (rows, dim) in nats and leaves its gradient in the flow's parameters.
// Where the flow has a condition, it is -mean log p(x|c) and the rows are x and c side by side (rows, dim + Cond).
// Where the solve fails for any row, it leaves the gradients as they are and returns a *SolveError with all such rows.
func (l NLL) Loss(ctx context.Context, x *tensor.Dense) (float64, error) {
	if err := l.flow.Compile(); err != nil {
		return 0, err
	}
	return l.flow.engine.loss(ctx, x)
}

// Model returns the flow's parameters; none where the flow can't be compiled, and Loss then says why.
func (l NLL) Model() []gorgonia.ValueGrad {
	if l.flow.Compile() != nil {
		return nil
	}
	var out []gorgonia.ValueGrad
	for p := range l.flow.Params.All() {
		out = append(out, p)
	}
	return out
}

// Cost returns what the last Loss has cost, there and back, added up over its rows.
func (l NLL) Cost() ode.Stats {
	if l.flow.Compile() != nil {
		return ode.Stats{}
	}
	return l.flow.engine.cost()
}
