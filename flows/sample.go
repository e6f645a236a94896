package flows

import (
	"context"
	"fmt"
	"math/rand/v2"

	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/internal/guard"
	"github.com/go-ffjord/ffjord/internal/place"
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
		return inputError("sample", nil, "sample %d rows: want at least 1", n)
	}
	if rng == nil {
		return inputError("sample", nil, "sample: the source of random numbers is nil")
	}
	return nil
}

// sample draws rows from the base and carries them to the data, where log p is wanted with log |det ∂x/∂z|:
// log p(x) = log p_base(z) - log |det|.
func (c *compiled[T]) sample(
	ctx context.Context, n int, cond *tensor.Dense, rng *rand.Rand, want drawn,
) (*tensor.Dense, []float64, error) {
	if err := checkSample(n, rng); err != nil {
		return nil, nil, err
	}
	drawn, err := c.drawBase(ctx, n, rng)
	if err != nil {
		return nil, nil, err
	}
	if want == atBase {
		return c.matrix(drawn), nil, nil
	}
	with, logp := zOnly, []float64(nil)
	if want == withDensity {
		with, logp = withTrace, make([]float64, n)
	}
	conds, err := c.plan.conditions(n, cond)
	if err != nil {
		return nil, nil, err
	}
	in, err := c.inputsOf(ctx, drawnTable(drawn, c.plan.dim), conds, need{with: with})
	if err != nil {
		return nil, nil, err
	}
	out := output[T]{cols: c.plan.dim, z: drawn}
	if c.plan.hasDoor() {
		out = c.output(n, true)
	}
	err = c.forChunks(ctx, n, func(w *worker[T], _, from, to int) error {
		w.load(in, from, to)
		if want == withDensity {
			return w.draw(ctx, in, out, logp)
		}
		err := w.carry(ctx, in, false, false)
		w.put(out)
		return err
	})
	if err != nil && !partial(err) {
		return nil, nil, err
	}
	return out.matrix(), logp, err
}

// drawBase draws n rows from the base, some thousand numbers at a time, between which ctx may end it.
func (c *compiled[T]) drawBase(ctx context.Context, n int, rng *rand.Rand) ([]T, error) {
	p := c.plan
	if err := p.afford("the rows of a sample", n, p.rowBytes()); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, place.In("flows: sample", err)
	}
	out := make([]T, n*p.dim)
	at := min(n, 1+drawnAtOnce/p.dim) // rows
	drawn := make([]float64, at*p.dim)
	for from := 0; from < n; from += at {
		if err := ctx.Err(); err != nil {
			return nil, place.In("flows: sample", err)
		}
		dst := out[from*p.dim : min(n, from+at)*p.dim]
		drawn := drawn[:len(dst)]
		err := guard.Call(fmt.Sprintf("%T.Sample", p.base), func() error {
			p.base.Sample(p.baseParam, rng, drawn, p.dim)
			return nil
		})
		if err != nil {
			return nil, place.In("flows: base", err)
		}
		for i, v := range drawn {
			dst[i] = T(v)
		}
	}
	return out, nil
}

const drawnAtOnce = 1 << 14

// baseParam returns the values of one of the base's parameters.
func (p *plan) baseParam(name string) []float64 {
	param := p.param(baseOwner, name)
	if param == nil {
		panic(fmt.Sprintf("flows: a %T asks for a parameter %q that its LogProb has not asked for", p.base, name))
	}
	return param.Numbers()
}

// draw carries the chunk's base values to the data, into its rows of out, and writes log p of each.
func (w *worker[T]) draw(ctx context.Context, in *inputs[T], out output[T], logp []float64) error {
	if err := w.base.logProb(); err != nil {
		return err
	}
	for i, v := range w.logp[:len(w.alive)] {
		w.logDet[i] = -v
	}
	if err := w.carry(ctx, in, false, false); err != nil {
		return err
	}
	w.put(out)
	for i := range w.alive {
		w.logp[i] = -w.logDet[i]
	}
	w.spread(logp[w.from:w.from+w.n], w.logp)
	return nil
}
