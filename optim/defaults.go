package optim

import "time"

// Defaults returns the Trainer that learns the density of a table of so many rows to train on and columns well
// unattended, with the flow of flows.Defaults: its Validation still wants a Loss on held-out rows, or to be nil. It
// ends within a minute; a Limit of zero lets it take its time, and makes the result one of its inputs alone.
//
// The numbers were found on the training rows of public tables, by other rows of these; docs/performance.md has what
// they reach. Weights decay the more the fewer rows there are for each pair of columns, for such a table is soon learnt
// by heart.
func Defaults(rows, columns int) Trainer {
	const steps = 3000
	rows = max(1, rows)
	batch := min(max(rows/40, 32), 128)
	epochs := min(max(steps*batch/rows, 1), 250)
	return Trainer{
		Optimizer:    &Adam{Decay: min(max(float64(columns*columns)/float64(rows), 0.1), 3)},
		Rate:         Cosine(1e-2, 1e-4),
		Epochs:       epochs,
		Limit:        time.Minute,
		Batch:        batch,
		MaxNorm:      10,
		AverageDecay: 0.99,
		Validation:   &Validation{Patience: max(10, epochs/3)},
	}
}
