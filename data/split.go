package data

import (
	"fmt"
	"math/rand/v2"

	"gorgonia.org/tensor"
)

// Parts are a table's rows, dealt out for three purposes.
type Parts struct {
	// Train is to be fitted, Validation to choose by, Test to report.
	Train, Validation, Test *tensor.Dense
}

// Holdout says how many rows are kept back from training. Its zero value keeps
// a tenth for the test and a tenth of the rest for validation, as Papamakarios
// et al. (2017) do for the tabular sets.
type Holdout struct {
	// Test is the share of the test rows among all. Zero means 0.1.
	Test float64
	// Validation is the share of the validation rows among those that are no
	// test rows. Zero means 0.1.
	Validation float64
}

// Split deals the rows of x (rows, dim) out as new tables of the type of x. In
// an order drawn from rng, or in that of the table if rng is nil, the last
// ⌊Test·rows⌋ rows are the test, the last ⌊Validation·rest⌋ of the rest the
// validation. Each part needs at least one row.
func (h Holdout) Split(x *tensor.Dense, rng *rand.Rand) (Parts, error) {
	h.Test, h.Validation = orDefault(h.Test, 0.1), orDefault(h.Validation, 0.1)
	for _, share := range []float64{h.Test, h.Validation} {
		if !(share > 0 && share < 1) {
			return Parts{}, fmt.Errorf("data: split: share %v, need a number between 0 and 1", share)
		}
	}
	if err := checkTable(x); err != nil {
		return Parts{}, err
	}
	rows := x.Shape()[0]
	test := int(h.Test * float64(rows))
	validation := int(h.Validation * float64(rows-test))
	train := rows - test - validation
	if test == 0 || validation == 0 || train == 0 {
		return Parts{}, fmt.Errorf("data: split: %d rows give %d for training, %d for validation and %d for the test, need at least one each",
			rows, train, validation, test)
	}
	order := upTo(rows)
	if rng != nil {
		rng.Shuffle(rows, func(i, j int) { order[i], order[j] = order[j], order[i] })
	}
	return Parts{
		Train:      selectRows(x, order[:train]),
		Validation: selectRows(x, order[train:train+validation]),
		Test:       selectRows(x, order[train+validation:]),
	}, nil
}
