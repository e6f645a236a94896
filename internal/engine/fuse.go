package engine

import "github.com/go-ffjord/ffjord/internal/kernel"

// fuser merges operations with the operations that make their operands. It keeps, for every buffer, the operation that
// writes it and the number of operands that read it, so that each operation is looked at once.
type fuser struct {
	*Builder
	def  []int32 // operation that writes a buffer, or -1
	uses []int   // operands that read a buffer, outputs included
}

func newFuser(b *Builder) *fuser {
	f := &fuser{Builder: b, def: make([]int32, len(b.buffers)), uses: make([]int, len(b.buffers))}
	for i := range f.def {
		f.def[i] = -1
	}
	for i := range b.ops {
		if o := &b.ops[i]; o.code != opNone {
			if o.dst != noBuffer {
				f.def[o.dst] = int32(i)
			}
			f.readers(&o.form, 1)
		}
	}
	for _, o := range b.outputs {
		if o.value.perRow {
			f.count(o.value.list, 2) // never the only reader
		}
	}
	return f
}

// readers adds n readers to all buffers that f reads.
func (f *fuser) readers(o *form, n int) {
	for _, in := range o.in {
		if in.isColumn() || in.kind == kernel.Uniform {
			f.count(in.list(), n)
		}
	}
}

// count adds n readers for each stretch of a buffer in l.
func (f *fuser) count(l list, n int) {
	last := int32(numberArea)
	for _, r := range f.refs[l] {
		if r.area != last && r.isColumn() {
			f.uses[r.area] += n
			f.drop(r.area)
		}
		last = r.area
	}
}

// drop removes the operation that writes a buffer when nothing reads it any more.
func (f *fuser) drop(buffer int32) {
	if f.uses[buffer] > 0 || f.def[buffer] < 0 {
		return
	}
	o := &f.ops[f.def[buffer]]
	if o.dst != buffer || o.code == opNone || o.dst2 != noBuffer {
		return
	}
	gone := o.form
	o.code = opNone
	f.readers(&gone, -1)
}

// rewrite replaces the form of an operation.
func (f *fuser) rewrite(o *op, to form) {
	from := o.form
	f.readers(&to, 1)
	o.form = to
	f.readers(&from, -1)
}

// fuse merges operations with those that make their operands, each after what it reads.
func (c *compiler) fuse() {
	f := newFuser(c.Builder)
	for i := range f.ops {
		o := &f.ops[i]
		for o.code == opAffine && f.affine(o) {
		}
	}
}

// producer returns the operation whose result an operand is, all of it in order, and whether nothing else reads it.
func (f *fuser) producer(in operand) (o *op, only bool) {
	if !in.isColumn() {
		return nil, false
	}
	refs := f.refs[in.list()]
	buffer := refs[0].area
	if f.wholes[buffer] != in.list() || f.def[buffer] < 0 {
		return nil, false
	}
	o = &f.ops[f.def[buffer]]
	if o.dst != buffer {
		return nil, false
	}
	return o, f.uses[buffer] == 1
}
