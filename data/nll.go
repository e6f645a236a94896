package data

import (
	"fmt"

	"gorgonia.org/tensor"
)

// LogProber knows its density: LogProb is log p(x) in nats of one row x of length dim, as the distributions of gonum's
// distmv have it. A flow, which evaluates many rows at once and may fail, is none: its mean -log p is Flow.HeldOut.
type LogProber interface {
	LogProb(x []float64) float64
}

// NLL returns the mean of -log p over the rows of x (rows, dim), in nats, for the true density p:
//
//	NLL = -(1/rows) Σ log p(xᵢ)
//
// It is the floor for these very rows, where an entropy is the floor for rows in the mean: a model's gap is its own
// mean negative log-likelihood of x minus NLL(p, x).
func NLL(p LogProber, x *tensor.Dense) (float64, error) {
	logs, err := LogProbs(p, x)
	if err != nil {
		return 0, err
	}
	var sum float64
	for _, l := range logs {
		sum -= l
	}
	return sum / float64(len(logs)), nil
}

// LogProbs returns log p of every row of x (rows, dim), in nats. x must be a contiguous row-major table of finite
// float32 or float64; where p tells its width by a method Dim() int, dim must be that.
func LogProbs(p LogProber, x *tensor.Dense) ([]float64, error) {
	if err := checkTable(x); err != nil {
		return nil, err
	}
	rows, dim := x.Shape()[0], x.Shape()[1]
	if d, ok := p.(interface{ Dim() int }); ok && d.Dim() != dim {
		return nil, fmt.Errorf("data: rows are %d wide, want %d", dim, d.Dim())
	}
	logs := make([]float64, rows)
	if x.Dtype() == tensor.Float32 {
		logProbs(logs, p, x.Float32s(), dim)
	} else {
		logProbs(logs, p, x.Float64s(), dim)
	}
	return logs, nil
}

func logProbs[T float](logs []float64, p LogProber, values []T, dim int) {
	row := make([]float64, dim)
	for i := range logs {
		for j := range row {
			row[j] = float64(values[i*dim+j])
		}
		logs[i] = p.LogProb(row)
	}
}
