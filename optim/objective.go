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
