package flows

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"

	"gorgonia.org/tensor"
)

// drawn is what is wanted of a draw.
type drawn int

const (
	atBase      drawn = iota // the base's rows
	atData                   // the data that they become
	withDensity              // and log p of each
)

func checkSample(n int, rng *rand.Rand) error {
	if n < 1 {
		return fmt.Errorf("flows: sample %d rows: want at least 1", n)
	}
	if rng == nil {
		return errors.New("flows: sample: the source of random numbers is nil")
	}
	return nil
}

// sample draws rows from the base and carries them to the data, where log p is wanted with log |det ∂x/∂z|:
// log p(x) = log p_base(z) - log |det|.
func (c *compiled[T]) sample(ctx context.Context, n int, cond *tensor.Dense, rng *rand.Rand, want drawn) (*tensor.Dense, []float64, error) {
	if err := checkSample(n, rng); err != nil {
		return nil, nil, err
	}
	out, err := c.drawBase(n, rng)
	if err != nil {
		return nil, nil, err
	}
	if want == atBase {
		return c.matrix(out), nil, nil
	}
	with, logp := zOnly, []float64(nil)
	if want == withDensity {
		with, logp = withTrace, make([]float64, n)
	}
	in, err := c.inputs(n, cond, with)
	if err != nil {
		return nil, nil, err
	}
	err = c.forChunks(ctx, n, func(w *worker[T], _, from, to int) error {
		w.load(out, from, to)
		if want == withDensity {
			return w.draw(ctx, in, out, logp)
		}
		err := w.carry(ctx, in, false, false)
		w.store(out)
		return err
	})
	if err != nil && !partial(err) {
		return nil, nil, err
	}
	return c.matrix(out), logp, err
}

// drawBase draws n rows from the base.
func (c *compiled[T]) drawBase(n int, rng *rand.Rand) ([]T, error) {
	drawn := make([]float64, n*c.plan.dim)
	c.plan.base.Sample(c.plan.baseParam, rng, drawn, c.plan.dim)
	out := convert[T](drawn)
	return out, finite(out, c.plan.dim, "of the base's sample")
}

// baseParam returns the values of one of the base's parameters.
func (p *plan) baseParam(name string) []float64 {
	param := p.param(baseOwner, name)
	if param == nil {
		panic(fmt.Sprintf("flows: a %T asks for a parameter %q that its LogProb has not asked for", p.base, name))
	}
	return param.Numbers()
}

// draw carries the chunk's base values to the data, into its rows of out, and writes log p of each.
func (w *worker[T]) draw(ctx context.Context, in *inputs[T], out []T, logp []float64) error {
	logp = logp[w.from : w.from+w.n]
	if err := w.base.logProb(logp); err != nil {
		return err
	}
	for i, v := range logp {
		w.logDet[i] = -v
	}
	if err := w.carry(ctx, in, false, false); err != nil {
		return err
	}
	w.store(out)
	for i := range w.alive {
		w.logDet[i] = -w.logDet[i]
	}
	w.spread(logp, w.logDet)
	return nil
}
