package flows

import (
	"context"
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
	ctx context.Context, from *tensor.Dense, inverse bool, seed *tensor.Dense, seedDet []float64,
) (grad, condGrad *tensor.Dense, err error) {
	if err := c.flow.Compile(); err != nil {
		return nil, nil, err
	}
	return c.flow.engine.vjp(ctx, from, c.cond, inverse, seed, seedDet)
}

func (c *compiled[T]) vjp(
	ctx context.Context, from, cond *tensor.Dense, inverse bool, seed *tensor.Dense, seedDet []float64,
) (grad, condGrad *tensor.Dense, err error) {
	data, rows, err := rowsOf[T](from, c.dim)
	if err != nil {
		return nil, nil, err
	}
	seeds, err := c.cotangents(rows, seed, seedDet)
	if err != nil {
		return nil, nil, err
	}
	in, err := c.inputs(rows, cond, withTrace)
	if err != nil {
		return nil, nil, err
	}
	out, gc := make([]T, len(data)), make([]T, rows*c.cond)
	err = c.forChunks(ctx, rows, func(w *worker[T], _, from, to int) error {
		w.load(data, from, to)
		if c.cond > 0 {
			w.condGrad = gc[from*c.cond : to*c.cond]
			defer func() { w.condGrad = nil }()
		}
		err := w.pullFrom(ctx, in, inverse, seeds)
		w.store(out)
		return err
	})
	if err == nil {
		err = finite(out, c.dim, "of the gradient")
	}
	if err != nil {
		return nil, nil, err
	}
	if c.cond > 0 {
		if err := finite(gc, c.cond, "of the gradient by the condition"); err != nil {
			return nil, nil, err
		}
		condGrad = tensor.New(tensor.WithShape(rows, c.cond), tensor.WithBacking(gc))
	}
	return c.matrix(out), condGrad, nil
}

// cotangents are those of where all rows of a call end and of their log |det|.
type cotangents[T any] struct {
	z      []T // row-major
	logDet []T
}

func (c *compiled[T]) cotangents(rows int, z *tensor.Dense, logDet []float64) (cotangents[T], error) {
	out := cotangents[T]{z: make([]T, rows*c.dim), logDet: make([]T, rows)}
	if z != nil {
		values, n, err := matrixOf[T](z, c.dim, "cotangents")
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
