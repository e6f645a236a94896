package engine

import "github.com/go-ffjord/ffjord/internal/kernel"

// packedFrom is the number of elements from which on a matrix that columns are multiplied by is packed. Smaller ones
// stay in the first-level cache whatever their order.
const packedFrom = 1 << 10

// packWeights lets products read large matrices from copies in the order in which the kernels take them, which the
// prologue makes. A kernel takes a few columns of a matrix at a time, which in a wide one are a page apart from one row
// to the next.
func (c *compiler) packWeights() {
	for i := range c.ops {
		o := &c.ops[i]
		if o.code != opMatMul || o.w.cols < kernel.Panel || o.w.size() < packedFrom {
			continue
		}
		o.w = c.uniform(uop{code: uopPack, in: []view{o.w}}, o.w.rows, o.w.cols)
		o.packed = true
		c.matrices[o.w.matrix].used = true
	}
}

// packedRows is the number of rows of a matrix that are packed at a time, which all panels take from the first-level
// cache.
const packedRows = 64

// packView writes the elements of v in the order of a packed matrix.
func packView[T Float](d, x []T, v view) {
	for k := 0; k < v.rows; k += packedRows {
		rows := min(packedRows, v.rows-k)
		for j := 0; j < v.cols; j += kernel.Panel {
			cols := min(kernel.Panel, v.cols-j)
			packPanel(d[kernel.PackedAt(k, j, v.rows, v.cols):], x[k*v.rowStride+j*v.colStride:], v, rows, cols)
		}
	}
}

// packPanel writes the first rows and columns of v, row-major.
func packPanel[T Float](d, x []T, v view, rows, cols int) {
	if cols < kernel.Panel {
		copyView(d, place(cols, 0, 0, rows, cols), x, v.cut(0, rows, 0, cols))
		return
	}
	for k := range rows {
		from, to := x[k*v.rowStride:], (*[kernel.Panel]T)(d[k*kernel.Panel:])
		for c := range to {
			to[c] = from[c*v.colStride]
		}
	}
}
