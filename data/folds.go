package data

import (
	"cmp"
	"fmt"
	"math/rand/v2"

	"github.com/go-ffjord/ffjord/internal/place"
)

// Folds says how a table is cut for cross-validation: every row is tested once, by a model that did not see it.
type Folds struct {
	// K is the number of folds. Zero means 5.
	K int
	// Stratify names a column of which all folds are to have the same shares of each value, up to one row. "" is none.
	Stratify string
}

// Fold is one cut of a table: Test has a K-th of the rows, Train all others, both in the table's order.
type Fold struct{ Train, Test Table }

// Split deals the rows out in an order drawn from rng, in that of the table if rng is nil: folds differ by at most one
// row.
func (f Folds) Split(t Table, rng *rand.Rand) ([]Fold, error) {
	if err := t.check(); err != nil {
		return nil, err
	}
	k, rows := cmp.Or(f.K, 5), t.Len()
	if k < 2 || k > rows {
		return nil, fmt.Errorf("data: %d folds of %d rows, want 2 to as many as there are rows", k, rows)
	}
	strata, err := t.strata(f.Stratify)
	if err != nil {
		return nil, place.In("data: folds", err)
	}
	order := shuffled(rows, rng)
	if strata != nil {
		order = byStratum(order, strata)
	}
	fold := make([]int, rows)
	for i, row := range order {
		fold[row] = i % k
	}
	folds := make([]Fold, k)
	for i := range folds {
		var train, test []int
		for row, of := range fold {
			if of == i {
				test = append(test, row)
			} else {
				train = append(train, row)
			}
		}
		folds[i] = Fold{Train: t.part(train), Test: t.part(test)}
	}
	return folds, nil
}
