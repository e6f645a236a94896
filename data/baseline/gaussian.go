package baseline

import (
	"context"

	"gorgonia.org/tensor"
)

// Gaussian is the normal density with the mean and the full covariance of the rows.
type Gaussian struct {
	// Floor is what is added to the variance of each standardised column, so that any rows have a density; 0 means
	// 1e-6.
	Floor float64
}

// Fit returns the density of the rows of x (rows, dim), at least two.
func (g Gaussian) Fit(x *tensor.Dense) (*Mixture, error) {
	return EM{Floor: g.Floor}.Fit(context.Background(), x, nil)
}
