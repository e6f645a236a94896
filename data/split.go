package data

import (
	"fmt"
	"math/rand/v2"

	"gorgonia.org/tensor"
)

// Parts are a table's rows, dealt out for three purposes.
type Parts struct {
	// Train is to be fitted, Validation to choose by, Test to report. A part that was not wanted is nil.
	Train, Validation, Test *tensor.Dense
}

// Holdout says how many rows are kept back from training. Its zero value keeps a tenth for the test and a tenth of the
// rest for validation, as Papamakarios et al. (2017) do for the tabular sets.
type Holdout struct {
	// Test is the share of the test rows among all. Zero means 0.1.
	Test float64
	// Validation is the share of the validation rows among those that are no test rows. Zero means 0.1.
	Validation float64
	// NoTest and NoValidation keep no rows back for that purpose; that part is nil. The share must be zero then.
	NoTest, NoValidation bool
}

func (h Holdout) withDefaults() Holdout {
	if !h.NoTest {
		h.Test = orDefault(h.Test, 0.1)
	}
	if !h.NoValidation {
		h.Validation = orDefault(h.Validation, 0.1)
	}
	return h
}

// check refuses shares that are none, of a Holdout with its defaults.
func (h Holdout) check() error {
	for _, part := range []struct {
		name  string
		share float64
		none  bool
	}{{"Test", h.Test, h.NoTest}, {"Validation", h.Validation, h.NoValidation}} {
		if part.none && part.share != 0 {
			return fmt.Errorf("data: split: %s is %v and No%[1]s is set, want one of them", part.name, part.share)
		}
		if !part.none && !(part.share > 0 && part.share < 1) {
			return fmt.Errorf("data: split: %s is %v, want a number between 0 and 1", part.name, part.share)
		}
	}
	return nil
}

// portion returns the largest n for which n/rows is not above share, both rounded to float64: of 100 rows .29 are 29,
// although .29·100 is less.
func portion(share float64, rows int) int {
	n := int(share * float64(rows))
	if n < rows && float64(n+1)/float64(rows) <= share {
		return n + 1
	}
	return n
}

// Split deals the rows of x (rows, dim) out as new tables of the type of x. In an order drawn from rng, or in that of
// the table if rng is nil, the last ⌊Test·rows⌋ rows are the test, the last ⌊Validation·rest⌋ of the rest the
// validation. Each part that is wanted has at least one row.
func (h Holdout) Split(x *tensor.Dense, rng *rand.Rand) (Parts, error) {
	h = h.withDefaults()
	if err := h.check(); err != nil {
		return Parts{}, err
	}
	if err := checkTable(x); err != nil {
		return Parts{}, err
	}
	rows := x.Shape()[0]
	test := portion(h.Test, rows)
	validation := portion(h.Validation, rows-test)
	train := rows - test - validation
	if test == 0 && !h.NoTest || validation == 0 && !h.NoValidation || train == 0 {
		return Parts{}, fmt.Errorf("data: split: %d rows give %d for training, %d for validation and %d for the test, want at least one each",
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
