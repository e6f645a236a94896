package toy

import (
	"errors"
	"fmt"
	"math/rand/v2"

	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/internal/limit"
)

// Distribution draws independent rows.
type Distribution interface {
	// Sample returns n rows (n, dim) in float64. An error says what is wrong with n or with the distribution's
	// settings.
	Sample(n int, rng *rand.Rand) (*tensor.Dense, error)
}

// Entropier knows its differential entropy H = -∫ p(x) log p(x) dx in nats, the mean negative log-likelihood that no
// model can beat.
type Entropier interface {
	Entropy() float64
}

// Draw returns n rows of d, of shape (n, dim). It is Sample for settings that stand in the program's text, and panics
// where Sample would return an error; with settings that come from outside, call Sample.
func Draw(d Distribution, n int, rng *rand.Rand) *tensor.Dense {
	x, err := d.Sample(n, rng)
	if err != nil {
		panic(err)
	}
	return x
}

// checkDraw refuses what no distribution of rows that are dim wide can draw at once.
func checkDraw(n, dim int, rng *rand.Rand) error {
	if n < 1 {
		return fmt.Errorf("toy: cannot draw %d rows, want at least 1", n)
	}
	if rng == nil {
		return errors.New("toy: rng is nil, want a source of random numbers")
	}
	const most = 1 << 31 // numbers, 16 GiB
	return limit.Check("toy: one draw", int64(n), most/int64(dim), "rows", "drawing in parts")
}
