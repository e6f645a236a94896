package flows

import (
	"math/rand/v2"
	"slices"

	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/internal/place"
	"github.com/go-ffjord/ffjord/nn"
	"github.com/go-ffjord/ffjord/ode"
)

// Defaults returns a flow that, trained by the Trainer of optim.Defaults, learns the density of rows (rows, dim) like
// these well without being watched. The rows are those that it is to be trained on, or some of them, scaled as a
// data.Recipe scales a table. Nothing is compiled yet, so that its fields may still be changed: Cond set, a block
// added, another base chosen. rng draws the first values of its parameters.
//
// Next to the data correlations are taken away, see [Whiten], whose errors are those of Defaults. Before that stand,
// for up to 12 columns, two blocks with nets of two layers, which learn most; beyond, where an exact trace through two
// layers takes a product for each column, three blocks with nets of one wide layer, whose trace is known in closed
// form. Few rows get one such block, which learns them by heart less easily.
func Defaults(rows *tensor.Dense, rng *rand.Rand) (*Flow, error) {
	white, err := Whiten(rows, 0.1)
	if err != nil {
		return nil, place.In("flows: defaults", err)
	}
	hidden, blocks := []int{256}, 3
	switch n, dim := rows.Shape()[0], rows.Shape()[1]; {
	case n < 1000:
		hidden, blocks = []int{128}, 1
	case dim <= 12:
		hidden, blocks = []int{64, 64}, 2
	}
	block := FFJORD{
		Field:  nn.MLP{Hidden: hidden},
		Solver: ode.Solver{RTol: 1e-2, ATol: 1e-4},
		Eval:   &ode.Solver{RTol: 1e-4, ATol: 1e-5},
	}
	return &Flow{
		Dim:    rows.Shape()[1],
		Blocks: append(Chain(slices.Repeat([]Block{block}, blocks)), white...),
		Params: nn.NewParams(rng),
	}, nil
}
