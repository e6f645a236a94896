package engine

import (
	"math"

	"github.com/go-ffjord/ffjord/internal/kernel"
)

// area is where the elements of uniform matrices and sums are.
type area[T Float] struct {
	uniform, sums []T
	matrices      []matrix
}

// at returns the memory that v addresses from its first element on.
func (a *area[T]) at(v view) []T {
	m := &a.matrices[v.matrix]
	if m.sum {
		return a.sums[m.off+v.off:]
	}
	return a.uniform[m.off+v.off:]
}

// compute does operations of the prologue or the epilogue in order.
func (a *area[T]) compute(ops []uop) {
	for i := range ops {
		a.do(&ops[i])
	}
}

func (a *area[T]) do(u *uop) {
	d := a.at(u.d)[:u.d.size()]
	switch u.code {
	case uopMap:
		a.mapped(u, d)
	case uopMatMul:
		clear(d)
		x, y := u.in[0], u.in[1]
		addProduct(d, a.at(x), x, a.at(y), y)
	case uopSumRows:
		clear(d)
		x, v := a.at(u.in[0]), u.in[0]
		for i := range v.rows {
			for j := range d {
				d[j] += x[i*v.rowStride+j*v.colStride]
			}
		}
	case uopSumCols:
		x, v := a.at(u.in[0]), u.in[0]
		for i := range d {
			var s T
			for j := range v.cols {
				s += x[i*v.rowStride+j*v.colStride]
			}
			d[i] = s
		}
	case uopMaxCols:
		x, v := a.at(u.in[0]), u.in[0]
		for i := range d {
			d[i] = T(math.Inf(-1))
			for j := range v.cols {
				d[i] = max(d[i], x[i*v.rowStride+j*v.colStride])
			}
		}
	case uopAssemble:
		clear(d)
		for _, p := range u.parts {
			copyView(d[p.to.off:], p.to, a.at(p.from), p.from)
		}
	case uopPack:
		packView(d, a.at(u.in[0]), u.in[0])
	}
}

// copyView copies a view's elements to those of another of its shape.
func copyView[T Float](d []T, to view, x []T, from view) {
	for i := range to.rows {
		for j := range to.cols {
			d[i*to.rowStride+j*to.colStride] = x[i*from.rowStride+j*from.colStride]
		}
	}
}

// addProduct adds x·y to d, row-major. Where rows of y have no gaps, it adds multiples of them.
func addProduct[T Float](d, x []T, xv view, y []T, yv view) {
	m := yv.cols
	for i := range xv.rows {
		row := d[i*m : (i+1)*m]
		for k := range xv.cols {
			f := x[i*xv.rowStride+k*xv.colStride]
			if yv.colStride != 1 {
				for j := range row {
					row[j] += f * y[k*yv.rowStride+j*yv.colStride]
				}
				continue
			}
			from := y[k*yv.rowStride:][:len(row)]
			for j, v := range from {
				row[j] += f * v
			}
		}
	}
}

// mapped computes an element-wise function.
func (a *area[T]) mapped(u *uop, d []T) {
	var x [3][]T
	var v [3]view
	for i, in := range u.in {
		x[i], v[i] = a.at(in), in
	}
	for i := len(u.in); i < 3; i++ {
		x[i], v[i] = x[0], v[0]
	}
	for i := range u.d.rows {
		row := d[i*u.d.cols : (i+1)*u.d.cols]
		p, q, r := x[0][i*v[0].rowStride:], x[1][i*v[1].rowStride:], x[2][i*v[2].rowStride:]
		s, t, w := v[0].colStride, v[1].colStride, v[2].colStride
		switch u.fn {
		case kernel.Add:
			for j := range row {
				row[j] = p[j*s] + q[j*t]
			}
		case kernel.Sub:
			for j := range row {
				row[j] = p[j*s] - q[j*t]
			}
		case kernel.Mul:
			for j := range row {
				row[j] = p[j*s] * q[j*t]
			}
		default:
			for j := range row {
				row[j] = T(u.fn.Of(float64(p[j*s]), float64(q[j*t]), float64(r[j*w])))
			}
		}
	}
}
