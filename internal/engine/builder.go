package engine

import (
	"fmt"
	"slices"
)

// Builder takes a program operation by operation. The zero Builder is not usable; NewBuilder makes one. Operations of
// numbers are done at once, each rounded to the element type of the program.
//
// Shapes are the caller's to get right: a Builder panics on operands that do not fit.
type Builder struct {
	lists
	textRoom   []byte
	round      func(float64) float64 // to the element type
	matrices   []matrix
	numberAt   map[int32]int32  // matrix of a number, by the number's index
	constantAt map[string]int32 // matrix of a constant, by its shape and elements
	uops       []uop
	uopAt      map[string]int32 // matrix that holds the result of the operation of this text
	buffers    []int            // columns of each
	ops        []op
	opAt       map[uint64]int32 // operations by the hashes of their forms
	inputs     []rowInput
	isInput    map[int32]bool // buffers of inputs
	uniforms   []uniformInput
	outputs    []output
	rowCount   int32 // leaf matrix that counts rows, or -1
	source     int32 // of the operations to come
	emitted    int   // operations asked for, those merged or folded included
}

// Value is a uniform matrix, a value per row or a sum over rows, of the builder that made it.
type Value struct {
	perRow bool
	sum    bool
	list   list
	view   view
}

type rowInput struct {
	name   string
	buffer int32
	common bool // all rows of a run have it in common
}

type uniformInput struct {
	name   string
	matrix int32
}

type output struct {
	name  string
	value Value
}

// NewBuilder returns a builder of an empty program for machines of the element type T.
func NewBuilder[T Float]() *Builder {
	return &Builder{lists: newLists(), round: func(v float64) float64 { return float64(T(v)) },
		numberAt: map[int32]int32{}, constantAt: map[string]int32{}, uopAt: map[string]int32{}, opAt: map[uint64]int32{},
		isInput: map[int32]bool{}, rowCount: -1}
}

// Expect makes room for n operations.
func (b *Builder) Expect(n int) {
	b.ops, b.buffers = slices.Grow(b.ops, n), slices.Grow(b.buffers, n)
	b.refs, b.wholes = slices.Grow(b.refs, n), slices.Grow(b.wholes, n)
}

// PerRow reports whether v has a row of values for each row.
func (v Value) PerRow() bool { return v.perRow }

// Sum reports whether v is a sum over rows or computed from one.
func (v Value) Sum() bool { return v.sum }

// Shape returns the rows and columns of v; a value per row has -1 rows.
func (b *Builder) Shape(v Value) (rows, cols int) {
	if v.perRow {
		return -1, len(b.refs[v.list])
	}
	return v.view.rows, v.view.cols
}

// Rows declares an input per row of cols columns.
func (b *Builder) Rows(name string, cols int) Value {
	return b.rowInput(rowInput{name: name, buffer: b.buffer(cols)})
}

// Common declares an input per row of cols columns that all rows of a run have in common: one row of numbers.
func (b *Builder) Common(name string, cols int) Value {
	return b.rowInput(rowInput{name: name, buffer: b.buffer(cols), common: true})
}

func (b *Builder) rowInput(in rowInput) Value {
	b.inputs = append(b.inputs, in)
	b.isInput[in.buffer] = true
	return Value{perRow: true, list: b.wholes[in.buffer]}
}

// Uniform declares a uniform input of shape (rows, cols).
func (b *Builder) Uniform(name string, rows, cols int) Value {
	v := b.matrix(matrix{rows: rows, cols: cols, input: name})
	b.uniforms = append(b.uniforms, uniformInput{name, v.matrix})
	return Value{view: v}
}

// Number returns the number c as a uniform value of one element.
func (b *Builder) Number(c float64) Value { return Value{view: b.numberView(b.number(b.round(c)))} }

// Constant returns a uniform value of these elements, row-major. The builder keeps the slice and rounds
// its elements.
func (b *Builder) Constant(rows, cols int, data []float64) Value {
	if len(data) != rows*cols {
		panic(fmt.Sprintf("engine: %d numbers for a constant of (%d, %d)", len(data), rows, cols))
	}
	for i, v := range data {
		data[i] = b.round(v)
	}
	text := fmt.Sprint(rows, cols, data)
	m, ok := b.constantAt[text]
	if !ok {
		m = b.matrix(matrix{rows: rows, cols: cols, data: data}).matrix
		b.constantAt[text] = m
	}
	return Value{view: view{matrix: m, rows: rows, cols: cols, rowStride: cols, colStride: 1}}
}

// Source numbers what the operations to come are asked for by, for Machine.Times.
func (b *Builder) Source(number int) { b.source = int32(number) }

// Output names v as a result.
func (b *Builder) Output(name string, v Value) { b.outputs = append(b.outputs, output{name, v}) }

// RowValue returns the uniform row (1, cols), or a single number, as a value for every row of cols columns.
func (b *Builder) RowValue(v Value, cols int) Value {
	if v.perRow {
		return v
	}
	return Value{perRow: true, list: b.listOf(v.view.stretch(1, cols))}
}

func (b *Builder) buffer(cols int) int32 {
	id := int32(len(b.buffers))
	b.buffers = append(b.buffers, cols)
	b.wholes = append(b.wholes, b.allOf(id, cols))
	return id
}

// matrix adds a matrix and returns a view of all of it.
func (b *Builder) matrix(m matrix) view {
	id := int32(len(b.matrices))
	b.matrices = append(b.matrices, m)
	return view{matrix: id, rows: m.rows, cols: m.cols, rowStride: m.cols, colStride: 1}
}

// numberView returns a number as a matrix of one element.
func (b *Builder) numberView(r ref) view {
	id, ok := b.numberAt[r.at]
	if !ok {
		v := b.matrix(matrix{rows: 1, cols: 1, number: true, data: []float64{b.value(r)}})
		b.numberAt[r.at] = v.matrix
		return v
	}
	return view{matrix: id, rows: 1, cols: 1, rowStride: 1, colStride: 1}
}

// constant returns the number that all elements of v are, if they are one.
func (b *Builder) constant(v view) (float64, bool) {
	if m := &b.matrices[v.matrix]; m.data != nil && v.single() {
		return m.data[v.off], true
	}
	return 0, false
}

// element returns the reference to an element of a uniform view.
func (b *Builder) element(v view, i, j int) ref {
	at := v.at(i, j)
	if data := b.matrices[v.matrix].data; data != nil {
		return b.number(data[at])
	}
	return ref{areaOf(v.matrix), int32(at)}
}

// listOf returns the elements of the first row of v.
func (b *Builder) listOf(v view) list {
	refs := b.make(v.cols)
	for j := range refs {
		refs[j] = b.element(v, 0, j)
	}
	return b.intern(refs)
}

// emit adds an operation of the body, or finds the equal one that is there, and returns its result.
func (b *Builder) emit(f form, cols int) list {
	b.emitted++
	f.cols = cols
	if f.code != opAffine || f.alpha != 0 { // -0 equals 0
		if i := b.find(&f); i >= 0 {
			return b.wholes[b.ops[i].dst]
		}
	}
	dst := b.buffer(cols)
	b.ops = append(b.ops, op{form: f, dst: dst, dst2: noBuffer, leaf: -1, source: b.source})
	return b.wholes[dst]
}

// accumulate adds an operation that sums over rows, or finds the equal one, and returns its sum of shape (rows, cols).
func (b *Builder) accumulate(f form, rows, cols int) view {
	b.emitted++
	if i := b.find(&f); i >= 0 {
		m := b.ops[i].leaf
		return view{matrix: m, rows: rows, cols: cols, rowStride: cols, colStride: 1}
	}
	v := b.matrix(matrix{rows: rows, cols: cols, sum: true, leaf: true})
	b.ops = append(b.ops, op{form: f, dst: noBuffer, dst2: noBuffer, leaf: v.matrix, source: b.source})
	return v
}

// find returns the operation of a form, or -1 where the next one that is added will be it.
func (b *Builder) find(f *form) int32 {
	for h := f.hash(); ; h++ {
		i, ok := b.opAt[h]
		if !ok {
			b.opAt[h] = int32(len(b.ops))
			return -1
		}
		if b.ops[i].form == *f {
			return i
		}
	}
}
