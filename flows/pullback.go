package flows

import (
	"context"

	"gorgonia.org/tensor"
)

// ForwardVJP returns the vector-Jacobian product of Forward: the gradient with respect to z (rows, dim) of
// Σ gx·x + Σ glogDet·logDet, of the steps that were taken. A nil cotangent is zero.
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
	flow, err := c.flow.compilation(ctx)
	if err != nil {
		return nil, nil, err
	}
	return flow.run.pull(ctx, x, c.cond, pullback{inverse: inverse, z: z, logDet: logDet, byRow: true, byCond: c.flow.Cond > 0})
}

// pullback says what is pulled back to where a call's rows came from: the gradient of log p of data, or cotangents of
// where they went.
type pullback struct {
	inverse bool          // of Inverse, not Forward
	logProb bool          // of log p, which Inverse leads to; else of
	z       *tensor.Dense // cotangents of where rows went, nil for zeros,
	logDet  []float64     // and of log |det|, nil for zeros

	byRow, byCond bool // which gradients are wanted
}

// pull carries rows to the other side and a cotangent back, and returns the gradients by the rows and by the
// conditions.
func (c *compiled[T]) pull(ctx context.Context, x, cond *tensor.Dense, p pullback) (grad, condGrad *tensor.Dense, err error) {
	dim, width := c.plan.dim, c.plan.cond
	if p.byCond && width == 0 {
		return nil, nil, inputError("conditions", nil, "the flow takes no condition to give a gradient of; set Cond to its width")
	}
	in, err := c.inputs(ctx, x, cond, need{with: withTrace, inverse: p.inverse, back: true, byCond: p.byCond})
	if err != nil {
		return nil, nil, err
	}
	rows := in.x.rows
	seeds, err := c.plan.cotangents(rows, p.z, p.logDet)
	if err != nil {
		return nil, nil, err
	}
	var gx, gc []T
	if p.byRow {
		gx = make([]T, rows*dim)
	}
	if p.byCond {
		gc = make([]T, rows*width)
	}
	err = c.forChunks(ctx, rows, func(w *worker[T], _, from, to int) error {
		defer func() { w.condGrad = nil }()
		err := w.survive(in, from, to, func() error {
			if p.byCond {
				w.condGrad = gc[from*width : to*width]
				clear(w.condGrad)
			}
			if p.logProb {
				return w.gradient(ctx, in, 1)
			}
			return w.pullFrom(ctx, in, p.inverse, seeds)
		})
		if err != nil {
			return err
		}
		w.storeGradients(gx, gc, p)
		return nil
	})
	if err != nil && !partial(err) {
		return nil, nil, err
	}
	if p.byRow {
		grad = c.matrix(gx)
	}
	if p.byCond {
		condGrad = matrix(gc, width)
	}
	return grad, condGrad, err
}

// storeGradients puts the chunk's gradients into those of the call; rows where one is not finite fail.
func (w *worker[T]) storeGradients(gx, gc []T, p pullback) {
	what := "gradient"
	if p.logProb {
		what = "score"
	}
	if gx != nil {
		w.checkColumns(w.z, ErrGradient, what)
	}
	if gc != nil {
		pullConditions(w.plan.given, gc[w.from*w.cond:(w.from+w.n)*w.cond])
		w.checkCondGrad(what + " by the condition")
	}
	if gx != nil {
		storeColumns(w, gx, w.z)
	}
	for _, e := range w.failed {
		if gc != nil {
			toNaN(gc[e.Row*w.cond : (e.Row+1)*w.cond])
		}
	}
}

// checkCondGrad makes the rows leave whose gradient by the condition is not finite.
func (w *worker[T]) checkCondGrad(what string) {
	dead := map[int]bool{}
	for i, row := range w.alive {
		for d, v := range w.condGrad[row*w.cond : (row+1)*w.cond] {
			if !isFinite(v) {
				w.failOutside(w.from+row, ErrGradient, what, d, float64(v))
				dead[i] = true
				break
			}
		}
	}
	w.leave(dead)
}

// cotangents are those of where all rows of a call end and of their log |det|; without numbers they are zero.
type cotangents struct {
	z      table
	logDet []float64
}

func (p *plan) cotangents(rows int, z *tensor.Dense, logDet []float64) (cotangents, error) {
	out := cotangents{logDet: logDet}
	if z != nil {
		var err error
		if out.z, err = tableOf(z, p.dim, "cotangents"); err != nil {
			return out, err
		}
		if out.z.rows != rows {
			return out, inputError("cotangents", z, "cotangents of %d rows for %d rows", out.z.rows, rows)
		}
	}
	if logDet != nil && len(logDet) != rows {
		return out, inputError("cotangents", nil, "cotangents of %d log-determinants for %d rows", len(logDet), rows)
	}
	return out, nil
}

// pullFrom carries the chunk there and its cotangents back. Where a row fails it stops there.
func (w *worker[T]) pullFrom(ctx context.Context, in *inputs[T], inverse bool, seeds cotangents) error {
	failed := len(w.failed)
	if err := w.carry(ctx, in, inverse, true); err != nil || len(w.failed) > failed {
		return err
	}
	w.seedWith(seeds)
	if len(w.failed) > failed {
		return nil
	}
	return w.pull(ctx, in, inverse)
}

// seedWith replaces z by the cotangents of where it is. Rows whose cotangents are not finite leave.
func (w *worker[T]) seedWith(seeds cotangents) {
	dead := map[int]bool{}
	fail := func(i, col int, what string, v float64) {
		if !dead[i] {
			w.failOutside(w.from+w.alive[i], ErrRow, what, col, v)
		}
		dead[i] = true
	}
	for i, row := range w.alive {
		at, v := w.from+row, 0.
		for d := range w.dim {
			if seeds.z.rows > 0 {
				v = seeds.z.at(at, d)
			}
			if w.z[d][i] = T(v); !isFinite(w.z[d][i]) {
				fail(i, d, "cotangents", v)
			}
		}
		if v = 0; seeds.logDet != nil {
			v = seeds.logDet[at]
		}
		if w.seed[i] = T(v); !isFinite(w.seed[i]) {
			fail(i, 0, "cotangents of log |det|", v)
		}
	}
	w.leave(dead)
}
