package engine

import "encoding/binary"

// matrix is a uniform value or a sum over rows, in one piece of memory, row-major.
type matrix struct {
	rows, cols int
	sum        bool      // it depends on a sum over rows: a value of the epilogue
	number     bool      // one element, the same in every run
	data       []float64 // the elements of a constant
	input      string    // the uniform input it is
	leaf       bool      // the body accumulates it
	used       bool      // set by Finish: an output needs it
	off        int       // set by Finish: its first element in the uniform or the sum area
}

// view is a strided matrix inside a matrix. Strides of 0 repeat an element.
type view struct {
	matrix               int32
	off, rows, cols      int
	rowStride, colStride int
}

func (v view) size() int { return v.rows * v.cols }

// single reports whether all elements of v are one.
func (v view) single() bool {
	return (v.rows == 1 || v.rowStride == 0) && (v.cols == 1 || v.colStride == 0)
}

// contiguous reports whether v is row-major without gaps.
func (v view) contiguous() bool {
	return (v.cols == 1 || v.colStride == 1) && (v.rows == 1 || v.rowStride == v.cols)
}

// at returns the offset of an element within the matrix.
func (v view) at(i, j int) int { return v.off + i*v.rowStride + j*v.colStride }

func (v view) transposed() view {
	v.rows, v.cols, v.rowStride, v.colStride = v.cols, v.rows, v.colStride, v.rowStride
	return v
}

// cut returns rows i0 to i1 and columns j0 to j1, both exclusive.
func (v view) cut(i0, i1, j0, j1 int) view {
	v.off = v.at(i0, j0)
	v.rows, v.cols = i1-i0, j1-j0
	return v
}

// stretch repeats axes of length 1 to the given shape.
func (v view) stretch(rows, cols int) view {
	if v.rows == 1 && rows != 1 {
		v.rows, v.rowStride = rows, 0
	}
	if v.cols == 1 && cols != 1 {
		v.cols, v.colStride = cols, 0
	}
	return v
}

// text appends to room what tells the view from others.
func (v view) text(room []byte) []byte {
	for _, n := range [...]int{int(v.matrix), v.off, v.rows, v.cols, v.rowStride, v.colStride} {
		room = binary.AppendVarint(room, int64(n))
	}
	return room
}
