package optim

import (
	"context"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Objective is a mean over rows of a loss, with its gradient.
type Objective interface {
	// Loss returns the mean loss over the batch (rows, dim) and leaves its gradient in the Grad of every ValueGrad of
	// Model. The batch is good for this call only, and may have fewer rows than the one before.
	Loss(ctx context.Context, batch *tensor.Dense) (float64, error)
	// Model lists the parameters with their gradients, always in the same order. Value and Grad are contiguous
	// *tensor.Dense of equal size, both float32 or both float64, and Value is the tensor that Loss reads.
	Model() []gorgonia.ValueGrad
}

// WithState is an [Objective] whose model has numbers that training changes otherwise than by their gradient, such as the
// running moments of batch normalisation. They belong to what is kept as the best, and to a checkpoint.
type WithState interface {
	Objective
	// State lists them, always in the same order, as Model lists the parameters; nothing is asked of their gradients.
	State() []gorgonia.ValueGrad
}

// WithCost is an [Objective] that tells what its solves have cost.
type WithCost interface {
	Objective
	// Evaluations returns those of the field in the last Loss, there and back, and the steps that were rejected, both
	// added up over the rows.
	Evaluations() (evaluations, rejected int)
}
