package flows

import (
	"context"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/ode"
)

// NLL is the mean negative log-likelihood of a flow, -mean log p(x), plus the penalties of its blocks, with its gradient
// with respect to the flow's trained parameters: what training minimises. It has the methods of an optim.Objective. The
// gradient is that of the discrete solution, by going back through the solver's steps.
//
// One call of Loss at a time; while it runs and until the gradients are read, no other use of the parameters.
type NLL struct{ flow *Flow }

// NLL returns the flow's mean negative log-likelihood.
func (f *Flow) NLL() NLL { return NLL{f} }

// Loss returns -mean log p(x) over the rows of x (rows, dim) in nats, plus Weight times the mean of every penalty, and
// leaves its gradient in the flow's parameters. Where the flow has a condition, it is -mean log p(x|c) and the rows are x
// and c side by side (rows, dim + Cond). Blocks whose state follows the data see them once the loss and its gradient are there and
// finite: for a loss of rows to validate with, take the mean of LogProb.
// Where the solve fails for any row, it leaves gradients and state as they are and returns a *SolveError with all such
// rows.
func (l NLL) Loss(ctx context.Context, x *tensor.Dense) (float64, error) {
	if err := l.flow.Compile(); err != nil {
		return 0, err
	}
	return l.flow.engine.loss(ctx, x)
}

// Model returns the flow's trained parameters; none where the flow can't be compiled, and Loss then says why.
func (l NLL) Model() []gorgonia.ValueGrad { return l.flow.trained() }

// LossParts is what a loss is made of.
type LossParts struct {
	NLL       float64       // -mean log p, in nats
	Penalties []PenaltyMean // in order of blocks; none where no block has any
	Cost      ode.Stats     // there and back, added up over the rows
}

// PenaltyMean is the mean of a penalty over the rows of a loss, without its weight.
type PenaltyMean struct {
	Block int // counted from the base
	Penalty
	Mean float64
}

// Parts returns what the last Loss was made of.
func (l NLL) Parts() LossParts {
	if l.flow.Compile() != nil {
		return LossParts{}
	}
	return l.flow.engine.lossParts()
}

// Cost returns what the last Loss has cost, there and back, added up over its rows.
func (l NLL) Cost() ode.Stats { return l.Parts().Cost }

// trained returns the parameters that training moves, none where the flow can't be compiled.
func (f *Flow) trained() []gorgonia.ValueGrad {
	if f.Compile() != nil {
		return nil
	}
	return f.engine.model()
}
