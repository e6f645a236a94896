package data

import (
	"cmp"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"

	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/internal/place"
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
	// Stratify names a column of which all parts are to have the same shares of each value, up to one row: a class.
	// Parts keep the table's order then. SplitTable alone takes it. "" is none.
	Stratify string
}

func (h Holdout) withDefaults() Holdout {
	if !h.NoTest {
		h.Test = cmp.Or(h.Test, 0.1)
	}
	if !h.NoValidation {
		h.Validation = cmp.Or(h.Validation, 0.1)
	}
	return h
}

// check refuses shares that are not between 0 and 1, of a Holdout with its defaults.
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
	if h.Stratify != "" {
		return Parts{}, errors.New("data: split: Stratify names a column and the rows have no names: want SplitTable")
	}
	if err := checkTable(x); err != nil {
		return Parts{}, err
	}
	train, validation, test, err := h.places(x.Shape()[0], nil, rng)
	if err != nil {
		return Parts{}, err
	}
	return Parts{Train: selectRows(x, train), Validation: selectRows(x, validation), Test: selectRows(x, test)}, nil
}

// TableParts are [Parts] of a [Table]. A part that was not wanted is an empty Table.
type TableParts struct{ Train, Validation, Test Table }

// SplitTable is [Holdout.Split] of a table with names.
func (h Holdout) SplitTable(t Table, rng *rand.Rand) (TableParts, error) {
	if err := t.check(); err != nil {
		return TableParts{}, err
	}
	strata, err := t.strata(h.Stratify)
	if err != nil {
		return TableParts{}, place.In("data: split", err)
	}
	train, validation, test, err := h.places(t.Len(), strata, rng)
	if err != nil {
		return TableParts{}, err
	}
	return TableParts{Train: t.part(train), Validation: t.part(validation), Test: t.part(test)}, nil
}

// part returns the rows at the places, an empty table if there are none.
func (t Table) part(places []int) Table {
	if len(places) == 0 {
		return Table{}
	}
	return Table{Names: t.Names, Rows: selectRows(t.Rows, places), Levels: t.Levels}
}

// places deals out the numbers of the rows, whose strata may be nil.
func (h Holdout) places(rows int, strata []float64, rng *rand.Rand) (train, validation, test []int, err error) {
	h = h.withDefaults()
	if err := h.check(); err != nil {
		return nil, nil, nil, err
	}
	tested := portion(h.Test, rows)
	validated := portion(h.Validation, rows-tested)
	rest := rows - tested - validated
	if tested == 0 && !h.NoTest || validated == 0 && !h.NoValidation || rest == 0 {
		return nil, nil, nil, fmt.Errorf("data: split: %d rows give %d for training, %d for validation and %d for the test, "+
			"want at least one each", rows, rest, validated, tested)
	}
	order := shuffled(rows, rng)
	if strata == nil {
		return order[:rest], order[rest : rest+validated], order[rest+validated:], nil
	}
	order = byStratum(order, strata)
	order, test = apart(order, tested)
	train, validation = apart(order, validated)
	for _, part := range [][]int{train, validation, test} {
		slices.Sort(part) // and not by stratum
	}
	return train, validation, test, nil
}

// shuffled returns the numbers 0 to rows-1 in an order drawn from rng, in their own if it is nil.
func shuffled(rows int, rng *rand.Rand) []int {
	order := upTo(rows)
	if rng != nil {
		rng.Shuffle(rows, func(i, j int) { order[i], order[j] = order[j], order[i] })
	}
	return order
}
