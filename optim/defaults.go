package optim

import "time"

// Defaults returns the Trainer that learns the density of a table of so many rows to train on and columns well
// unattended, with the flow of flows.Defaults: its Validation still wants a Loss on held-out rows, or to be nil. It ends
// within a minute; a Limit of zero lets it take its time, and makes the result one of its inputs alone.
//
// The numbers of steps, rows a step, the rates and decays were found on the training rows of public tables by
// cross-validation; docs/performance.md has what they reach.
func Defaults(rows, columns int) Trainer {
	const steps = 7000
	batch := min(max(rows/16, 32), 128)
	perEpoch := max(1, (rows+batch-1)/batch)
	epochs := min(max(steps/perEpoch, 1), 250)
	return Trainer{
		Solver:       &Adam{Decay: decayFor(rows, columns)},
		Rate:         Cosine(1e-2, 1e-4),
		Epochs:       epochs,
		Limit:        time.Minute,
		Batch:        batch,
		MaxNorm:      10,
		AverageDecay: 0.99,
		Validation:   &Validation{Patience: max(10, epochs/4)},
	}
}

// decayFor is stronger the fewer rows there are for each pair of columns, for such a table is soon learnt by heart.
func decayFor(rows, columns int) float64 {
	return min(max(float64(columns*columns)/float64(max(1, rows)), 0.01), 3)
}
