package flows

import (
	"context"
	"errors"
	"fmt"

	"gorgonia.org/tensor"
)

// ForwardVJP returns the vector-Jacobian product of Forward: the gradient with respect to z (rows, dim) of
// Σ gx·x + Σ glogDet·logDet, of the steps that were taken. A nil cotangent is zero. A row that fails is an error without
// results.
func (f *Flow) ForwardVJP(ctx context.Context, z, gx *tensor.Dense, glogDet []float64) (*tensor.Dense, error) {
	gz, _, err := f.Given(nil).ForwardVJP(ctx, z, gx, glogDet)
	return gz, err
}

// InverseVJP returns the vector-Jacobian product of Inverse, as ForwardVJP does that of Forward.
func (f *Flow) InverseVJP(ctx context.Context, x, gz *tensor.Dense, glogDet []float64) (*tensor.Dense, error) {
	gx, _, err := f.Given(nil).InverseVJP(ctx, x, gz, glogDet)
	return gx, err
}

// ForwardVJP returns the vector-Jacobian product of Forward with respect to z and to the conditions (rows, Cond).
func (c Conditional) ForwardVJP(ctx context.Context, z, gx *tensor.Dense, glogDet []float64) (gz, gc *tensor.Dense, err error) {
	return c.vjp(ctx, z, false, gx, glogDet)
}

// InverseVJP returns the vector-Jacobian product of Inverse with respect to x and to the conditions (rows, Cond).
func (c Conditional) InverseVJP(ctx context.Context, x, gz *tensor.Dense, glogDet []float64) (gx, gc *tensor.Dense, err error) {
	return c.vjp(ctx, x, true, gz, glogDet)
}

func (c Conditional) vjp(
	ctx context.Context, x *tensor.Dense, inverse bool, z *tensor.Dense, logDet []float64,
) (grad, condGrad *tensor.Dense, err error) {
	r, err := c.flow.runner()
	if err != nil {
		return nil, nil, err
	}
	return r.pull(ctx, x, c.cond, pullback{inverse: inverse, z: z, logDet: logDet, byRow: true, byCond: c.flow.Cond > 0})
}

// pullback says what is pulled back to where a call's rows came from: the gradient of log p of data, or cotangents of
// where they went.
type pullback struct {
	logProb bool          // of log p; the fields below it are left out
	inverse bool          // of Inverse, not Forward
	z       *tensor.Dense // cotangents of where rows went, nil for zeros
	logDet  []float64     // and of log |det|

	byRow, byCond bool // which gradients are wanted
}

// pull carries rows to the other side and a cotangent back, and returns the gradients by the rows and by the conditions.
func (c *compiled[T]) pull(ctx context.Context, x, cond *tensor.Dense, p pullback) (grad, condGrad *tensor.Dense, err error) {
	dim, width := c.plan.dim, c.plan.cond
	if p.byCond && width == 0 {
		return nil, nil, errors.New("flows: the flow takes no condition to give a gradient of; set Cond to its width")
	}
	data, rows, err := rowsOf[T](x, dim)
	if err != nil {
		return nil, nil, err
	}
	seeds, err := c.cotangents(rows, p.z, p.logDet)
	if err != nil {
		return nil, nil, err
	}
	in, err := c.inputs(rows, cond, withTrace)
	if err != nil {
		return nil, nil, err
	}
	var gx, gc []T
	if p.byRow {
		gx = make([]T, len(data))
	}
	if p.byCond {
		gc = make([]T, rows*width)
	}
	logp := make([]float64, rows)
	err = c.forChunks(ctx, rows, func(w *worker[T], _, from, to int) error {
		w.load(data, from, to)
		if p.byCond {
			w.condGrad = gc[from*width : to*width]
			defer func() { w.condGrad = nil }()
		}
		var err error
		if p.logProb {
			err = w.gradient(ctx, in, 1, logp[from:to])
		} else {
			err = w.pullFrom(ctx, in, p.inverse, seeds)
		}
		if p.byRow {
			w.store(gx)
		}
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	if p.byRow {
		what := "of the gradient"
		if p.logProb {
			what = "of the score"
		}
		if err := finite(gx, dim, what); err != nil {
			return nil, nil, err
		}
		grad = c.matrix(gx)
	}
	if p.byCond {
		if err := finite(gc, width, "of the gradient by the condition"); err != nil {
			return nil, nil, err
		}
		condGrad = matrix(gc, width)
	}
	return grad, condGrad, nil
}

// cotangents are those of where all rows of a call end and of their log |det|.
type cotangents[T any] struct {
	z      []T // row-major
	logDet []T
}

func (c *compiled[T]) cotangents(rows int, z *tensor.Dense, logDet []float64) (cotangents[T], error) {
	out := cotangents[T]{z: make([]T, rows*c.plan.dim), logDet: make([]T, rows)}
	if z != nil {
		values, n, err := matrixOf[T](z, c.plan.dim, "cotangents")
		if err != nil {
			return out, err
		}
		if n != rows {
			return out, fmt.Errorf("flows: cotangents of %d rows for %d rows", n, rows)
		}
		out.z = values
	}
	if logDet != nil {
		if len(logDet) != rows {
			return out, fmt.Errorf("flows: cotangents of %d log-determinants for %d rows", len(logDet), rows)
		}
		if err := finite(logDet, 1, "of the cotangents of log |det|"); err != nil {
			return out, err
		}
		out.logDet = convert[T](logDet)
	}
	return out, nil
}

// pullFrom carries the chunk there and its cotangents back.
func (w *worker[T]) pullFrom(ctx context.Context, in *inputs[T], inverse bool, seeds cotangents[T]) error {
	if err := w.carry(ctx, in, inverse, true); err != nil || len(w.failed) > 0 {
		return err
	}
	for i := range w.n {
		for d := range w.dim {
			w.z[d][i] = seeds.z[(w.from+i)*w.dim+d]
		}
	}
	copy(w.seed, seeds.logDet[w.from:w.from+w.n])
	return w.pull(ctx, in, inverse)
}
