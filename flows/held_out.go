package flows

import (
	"context"
	"fmt"

	"gonum.org/v1/gonum/floats"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// HeldOut returns the function that measures the flow, as it is when it is called, on rows that training does not see:
// -mean log p(x) in nats, without penalties, by the trace and the tolerances of evaluation, which LogProb has too. It is
// what an optim.Validation takes. Where the flow has a condition the rows are x and c side by side (rows, dim + Cond).
func (f *Flow) HeldOut(rows *tensor.Dense) func(ctx context.Context) (float64, error) {
	return func(ctx context.Context) (float64, error) {
		logp, err := f.logProbBeside(ctx, rows)
		if err != nil {
			return 0, err
		}
		return -floats.Sum(logp) / float64(len(logp)), nil
	}
}

// logProbBeside returns log p(x|c) of rows x and c side by side.
func (f *Flow) logProbBeside(ctx context.Context, rows *tensor.Dense) ([]float64, error) {
	if f.Cond == 0 {
		return f.LogProb(ctx, rows)
	}
	if rows == nil || rows.Dims() != 2 || rows.Shape()[1] <= f.Cond {
		return nil, fmt.Errorf("flows: held-out rows: want a matrix of rows and %d columns of their conditions", f.Cond)
	}
	all, err := tableOf(rows, rows.Shape()[1], "held-out rows")
	if err != nil {
		return nil, err
	}
	dim := rows.Shape()[1] - f.Cond
	at := func(i int) float64 { return all.f64[i] }
	if all.f32 != nil {
		at = func(i int) float64 { return float64(all.f32[i]) }
	}
	var x, c []float64
	for row := range all.rows {
		for col := range all.cols {
			v := at(row*all.stride + all.first + col)
			if col < dim {
				x = append(x, v)
			} else {
				c = append(c, v)
			}
		}
	}
	return f.Given(matrix(c, f.Cond)).LogProb(ctx, matrix(x, dim))
}

// State returns what training changes otherwise than by a gradient, such as the running moments of batch normalisation.
// With it an optim.Trainer can keep the whole model.
func (l NLL) State() []gorgonia.ValueGrad { return l.flow.untrained() }

// State returns what training changes otherwise than by a gradient.
func (l Pathwise) State() []gorgonia.ValueGrad { return l.flow.untrained() }

// Evaluations returns how often the fields were evaluated in the last Loss, there and back, and how many steps were
// rejected, both added up over the rows. An optim.Trainer tells them in its events.
func (l NLL) Evaluations() (evaluations, rejected int) { return l.flow.evaluations() }

// Evaluations returns the evaluations and rejected steps of the last Loss, as [NLL.Evaluations] does.
func (l Pathwise) Evaluations() (evaluations, rejected int) { return l.flow.evaluations() }

func (f *Flow) evaluations() (evaluations, rejected int) {
	cost := f.lossParts().Cost
	return cost.Evaluations + cost.Backward, cost.Rejected
}

// untrained returns the flow's states, none where the flow can't be compiled.
func (f *Flow) untrained() (states []gorgonia.ValueGrad) {
	c, err := f.compilation(context.Background())
	if err != nil {
		return nil
	}
	for param := range f.Params.All() {
		if !param.Trained() && c.plan.owns(param) {
			states = append(states, param)
		}
	}
	return states
}
