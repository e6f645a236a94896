package engine

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/go-ffjord/ffjord/internal/kernel"
)

// uopCode names the operations of prologue and epilogue.
type uopCode uint8

const (
	uopMap      uopCode = iota // d = fn(a, b, c), element by element
	uopMatMul                  // d = a·b
	uopSumRows                 // d (1, m) = sum of the rows of a (n, m)
	uopSumCols                 // d (n, 1) = sum of the columns of a (n, m)
	uopMaxCols                 // d (n, 1) = the largest in each row of a; NaN if there is one
	uopAssemble                // d = zeros, with the parts in their places
	uopPack                    // d = the elements of a in the order of a packed matrix
)

var uopNames = [...]string{"map", "matmul", "sumRows", "sumCols", "maxCols", "assemble", "pack"}

func (c uopCode) String() string { return uopNames[c] }

// uop is an operation on uniform matrices or sums. d is all of a matrix of its own.
type uop struct {
	code  uopCode
	fn    Fn
	in    []view
	parts []part
	d     view
}

// part is a matrix inside another one that is assembled: from is copied to to, a view of the result.
type part struct{ to, from view }

// operands calls f for each view that the operation reads.
func (u *uop) operands(f func(v *view)) {
	for i := range u.in {
		f(&u.in[i])
	}
	for i := range u.parts {
		f(&u.parts[i].from)
	}
}

// text appends to room what tells the operation, with a result of shape (rows, cols), from others.
func (u *uop) text(room []byte, rows, cols int) []byte {
	room = append(room, byte(u.code), byte(u.fn), byte(len(u.in)))
	room = binary.AppendVarint(binary.AppendVarint(room, int64(rows)), int64(cols))
	for _, v := range u.in {
		room = v.text(room)
	}
	for _, p := range u.parts {
		room = p.from.text(p.to.text(room))
	}
	return room
}

// uniform adds an operation on matrices, or finds the equal one, and returns its result of shape (rows, cols).
func (b *Builder) uniform(u uop, rows, cols int) view {
	b.emitted++
	text := u.text(b.textRoom[:0], rows, cols)
	b.textRoom = text
	if m, ok := b.uopAt[string(text)]; ok {
		return view{matrix: m, rows: rows, cols: cols, rowStride: cols, colStride: 1}
	}
	sum := false
	u.operands(func(v *view) { sum = sum || b.matrices[v.matrix].sum })
	u.d = b.matrix(matrix{rows: rows, cols: cols, sum: sum})
	b.uopAt[string(text)] = u.d.matrix
	b.uops = append(b.uops, u)
	return u.d
}

// mapViews returns fn of views of one shape or single elements.
func (b *Builder) mapViews(fn Fn, in ...view) view {
	rows, cols := 1, 1
	for _, v := range in {
		rows, cols = max(rows, v.rows), max(cols, v.cols)
	}
	var numbers [3]float64
	constant := true
	for i, v := range in {
		in[i] = v.stretch(rows, cols)
		if in[i].rows != rows || in[i].cols != cols {
			panic(fmt.Sprintf("engine: %v of (%d, %d) and (%d, %d)", fn, rows, cols, v.rows, v.cols))
		}
		c, ok := b.constant(v)
		numbers[i], constant = c, constant && ok
	}
	switch {
	case constant:
		return b.numberView(b.number(b.round(fn.Of(numbers[0], numbers[1], numbers[2])))).stretch(rows, cols)
	case len(in) == 2 && b.keeps(fn, in[1]):
		return in[0]
	case len(in) == 2 && (fn == kernel.Add || fn == kernel.Mul) && b.keeps(fn, in[0]):
		return in[1]
	}
	return b.uniform(uop{code: uopMap, fn: fn, in: in}, rows, cols)
}

// keeps reports whether c is a number for which fn(a, c) is a for every a.
func (b *Builder) keeps(fn Fn, c view) bool {
	v, ok := b.constant(c)
	return ok && isIdentity(fn, v)
}

// isIdentity reports whether fn(a, c) is a for every a: adding 0 makes 0 of -0.
func isIdentity(fn Fn, c float64) bool {
	switch fn {
	case kernel.Add:
		return c == 0 && math.Signbit(c)
	case kernel.Sub:
		return c == 0 && !math.Signbit(c)
	case kernel.Mul, kernel.Div, kernel.Pow:
		return c == 1
	}
	return false
}

// matMulViews returns the product of two matrices.
func (b *Builder) matMulViews(x, y view) view {
	if x.cols != y.rows {
		panic(fmt.Sprintf("engine: product of (%d, %d) and (%d, %d)", x.rows, x.cols, y.rows, y.cols))
	}
	if i := b.unitColumn(x); i >= 0 {
		return y.cut(i, i+1, 0, y.cols)
	}
	return b.uniform(uop{code: uopMatMul, in: []view{x, y}}, x.rows, y.cols)
}

// unitColumn returns the column in which a constant row has its only 1 among zeros, -1 for other views.
func (b *Builder) unitColumn(x view) int {
	data := b.matrices[x.matrix].data
	if data == nil || x.rows != 1 {
		return -1
	}
	at := -1
	for j := range x.cols {
		switch v := data[x.at(0, j)]; {
		case v == 1 && at < 0:
			at = j
		case v != 0:
			return -1
		}
	}
	return at
}

// assemble returns a matrix of zeros with the parts in their places; the parts' to are relative to it. A matrix of
// numbers is assembled at once.
func (b *Builder) assemble(parts []part, rows, cols int) view {
	for _, p := range parts {
		m := b.matrices[p.from.matrix]
		if m.data == nil {
			return b.uniform(uop{code: uopAssemble, parts: parts}, rows, cols)
		}
	}
	data := make([]float64, rows*cols)
	for _, p := range parts {
		from := b.matrices[p.from.matrix].data
		for i := range p.from.rows {
			for j := range p.from.cols {
				data[p.to.at(i, j)] = from[p.from.at(i, j)]
			}
		}
	}
	return b.Constant(rows, cols, data).view
}

// solid returns v as a contiguous view.
func (b *Builder) solid(v view) view {
	if v.contiguous() {
		return v
	}
	return b.assemble([]part{{to: place(v.cols, 0, 0, v.rows, v.cols), from: v}}, v.rows, v.cols)
}

// place is the view of rows by cols elements from (i, j) on in a matrix of total columns.
func place(total, i, j, rows, cols int) view {
	return view{off: i*total + j, rows: rows, cols: cols, rowStride: total, colStride: 1}
}

// viewOf returns a list without columns as a uniform row.
func (b *Builder) viewOf(refs []ref) view {
	var parts []part
	for from := 0; from < len(refs); {
		v, to := b.evenView(refs, from)
		if from == 0 && to == len(refs) {
			return v
		}
		parts = append(parts, part{to: place(len(refs), 0, from, 1, to-from), from: v})
		from = to
	}
	return b.assemble(parts, 1, len(refs))
}

// evenView returns the longest view of refs[from:to] that strides evenly and not backward through one matrix.
func (b *Builder) evenView(refs []ref, from int) (v view, to int) {
	first := refs[from]
	to = from + 1
	if first.isNumber() {
		for to < len(refs) && refs[to] == first {
			to++
		}
		return b.numberView(first).stretch(1, to-from), to
	}
	stride := 0
	if to < len(refs) && refs[to].area == first.area && refs[to].at > first.at {
		stride = int(refs[to].at - first.at)
	}
	for to < len(refs) && refs[to].area == first.area && int(refs[to].at-refs[to-1].at) == stride {
		to++
	}
	return view{matrix: matrixOf(first.area), off: int(first.at), rows: 1, cols: to - from, colStride: stride}, to
}
