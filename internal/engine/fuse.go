package engine

import "math"

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
		if in.isColumn() {
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

// run fuses all operations, each after those it reads.
func (f *fuser) run() {
	for i := range f.ops {
		o := &f.ops[i]
		for o.code == opAffine && f.affine(o) {
		}
	}
}

// affine tries the rules for an operation α·a·b + β·c and reports whether one applied.
func (f *fuser) affine(o *op) bool {
	return f.slope(o) || f.unscale(o) || f.intoProduct(o) || f.nested(o)
}

// producer returns the operation whose result an operand is, all of it in order, and whether nothing else reads it.
func (f *fuser) producer(in operand) (o *op, only bool) {
	if !in.isColumn() {
		return nil, false
	}
	refs := f.refs[in.list()]
	buffer := refs[0].area
	if f.whole[buffer] != in.list() || f.def[buffer] < 0 {
		return nil, false
	}
	o = &f.ops[f.def[buffer]]
	if o.dst != buffer {
		return nil, false
	}
	return o, f.uses[buffer] == 1
}

// The operands of an affine operation by their places in form.in.
const (
	affA = iota
	affB
	affC
)

// isProduct reports whether f is α·a·b or α·a.
func (f *form) isProduct() bool { return f.code == opAffine && f.in[affC].none() }

// isScale reports whether f is α·a.
func (f *form) isScale() bool { return f.isProduct() && f.in[affB].none() }

// isDifference reports whether f is a ± c. Where two numbers nearly cancel their difference is exact, and that of their
// multiples is not.
func (f *form) isDifference() bool {
	return f.in[affB].none() && math.Abs(f.alpha) == 1 && math.Abs(f.beta) == 1
}

// unscale reads through operands that are α·a, in whatever order their columns are used.
func (f *fuser) unscale(o *op) bool {
	for slot, in := range o.in[:3] {
		if !in.isColumn() {
			continue
		}
		refs := f.refs[in.list()]
		buffer := refs[0].area
		if f.def[buffer] < 0 {
			continue
		}
		s := &f.ops[f.def[buffer]]
		if s.dst != buffer || !s.isScale() {
			continue
		}
		from := f.refs[s.in[affA].list()]
		through := make([]ref, len(refs))
		for j, r := range refs {
			if r.area != buffer {
				through = nil
				break
			}
			through[j] = from[r.at]
		}
		if through == nil {
			continue
		}
		to := o.form
		to.in[slot] = columnsOf(f.intern(through))
		if slot == affC {
			to.beta *= s.alpha
		} else {
			to.alpha *= s.alpha
		}
		f.rewrite(o, to)
		return true
	}
	return false
}

// nested merges an affine operation with one whose result it alone reads.
func (f *fuser) nested(o *op) bool {
	a, b, c := o.in[affA], o.in[affB], o.in[affC]
	to := o.form
	if m, only := f.producer(a); only && m.code == opAffine {
		switch {
		case m.isProduct() && (b.none() || m.in[affB].none()): // α(α'a'b') + βc
			to.alpha *= m.alpha
			to.in[affA] = m.in[affA]
			if b.none() {
				to.in[affB] = m.in[affB]
			}
			f.rewrite(o, to)
			return true
		case b.none() && c.none() && !m.isDifference(): // α(α'a'b' + β'c')
			to = m.form
			to.alpha, to.beta = o.alpha*m.alpha, o.alpha*m.beta
			f.rewrite(o, to)
			return true
		}
	}
	if m, only := f.producer(c); only && b.none() && m.isProduct() { // αa + β(α'a'b')
		to = m.form
		to.alpha = o.beta * m.alpha
		to.in[affC], to.beta = a, o.alpha
		f.rewrite(o, to)
		return true
	}
	return false
}
