package engine

import (
	"slices"

	"github.com/go-ffjord/ffjord/internal/kernel"
)

// pairProducts folds element-wise products with the result of a matrix product into that operation where fuse could
// not, the result having more readers than one: an operation may give acc ⊙ e + c twice, with other e and c, or once
// beside acc itself. A value and its tangents that a gradient needs again are such readers.
func (c *compiler) pairProducts() {
	f := newFuser(c.Builder)
	p := pairing{fuser: f, readers: make([][]int32, len(f.buffers)), isOutput: make([]bool, len(f.buffers))}
	for i := range f.ops {
		if o := &f.ops[i]; o.code != opNone {
			p.note(int32(i), &o.form)
		}
	}
	for _, o := range f.outputs {
		if o.value.perRow {
			for _, r := range f.refs[o.value.list] {
				p.isOutput[r.area] = true
			}
		}
	}
	for i := range f.ops {
		p.pair(int32(i))
	}
}

type pairing struct {
	*fuser
	readers  [][]int32 // operations that read a buffer; some may have gone since
	isOutput []bool
}

// note enters an operation among the readers of its operands.
func (p *pairing) note(i int32, f *form) {
	for _, in := range f.in {
		if in.kind == kernel.Const {
			continue
		}
		for _, r := range p.refs[in.list()] {
			if r.isColumn() && (len(p.readers[r.area]) == 0 || p.readers[r.area][len(p.readers[r.area])-1] != i) {
				p.readers[r.area] = append(p.readers[r.area], i)
			}
		}
	}
}

// scaled is an operation acc ⊙ e + c on the result of a matrix product.
type scaled struct {
	at   int32
	e, c operand
}

// byNumbers reports whether e or c are numbers.
func (s scaled) byNumbers() bool { return s.e.kind == kernel.Uniform || s.c.kind == kernel.Uniform }

// pair folds one or two of the readers of operation i into it, where it is a matrix product and the order of the
// operations allows it.
func (p *pairing) pair(i int32) {
	m := &p.ops[i]
	if m.code != opMatMul || m.dst2 != noBuffer || !m.in[mmE].none() || !m.in[mmC].none() {
		return
	}
	var products []scaled
	plain := p.isOutput[m.dst]
	first := int32(len(p.ops)) // plain reader
	for _, r := range p.live(m.dst) {
		if s, ok := p.asScaled(r, m.dst); ok && len(products) < 2 {
			products = append(products, s)
		} else {
			plain, first = true, min(first, r)
		}
	}
	if len(products) == 2 {
		if !plain && p.both(i, products[0], products[1]) {
			return
		}
		first = min(first, products[1].at)
	}
	if len(products) > 0 {
		p.beside(i, products[0], first)
	}
}

// live returns the operations that read a buffer, in order.
func (p *pairing) live(buffer int32) []int32 {
	var out []int32
	for _, r := range p.readers[buffer] {
		if p.reads(&p.ops[r].form, buffer) && p.ops[r].code != opNone {
			out = append(out, r)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// reads reports whether an operation reads a buffer.
func (p *pairing) reads(f *form, buffer int32) bool {
	for _, in := range f.in {
		if in.kind != kernel.Const && slices.ContainsFunc(p.refs[in.list()], func(r ref) bool { return r.area == buffer }) {
			return true
		}
	}
	return false
}

// asScaled returns operation r as a product with all of a buffer, if it is one.
func (p *pairing) asScaled(r, buffer int32) (s scaled, ok bool) {
	o := &p.ops[r]
	acc := columnsOf(p.wholes[buffer])
	if b := o.in[affB]; o.code != opAffine || o.alpha != 1 || b.none() || b.kind == kernel.Const {
		return s, false
	}
	s = scaled{at: r, e: o.in[affB], c: o.in[affC]}
	if o.in[affA] != acc {
		if s.e = o.in[affA]; o.in[affB] != acc {
			return s, false
		}
	}
	if !s.c.none() && o.beta != 1 || s.c.kind == kernel.Const || s.c.kind == kernel.Uniform && s.e.isColumn() {
		return s, false
	}
	rest := form{in: [operands]operand{s.e, s.c}}
	return s, !p.reads(&rest, buffer)
}

// ready returns the place of the last operation that e or c of a product needs.
func (p *pairing) ready(s scaled) int32 {
	last := int32(-1)
	for _, in := range []operand{s.e, s.c} {
		for _, r := range p.refs[in.list()] {
			if r.isColumn() {
				last = max(last, p.def[r.area])
			}
		}
	}
	return last
}

// firstReader returns the place of the first operation that reads a buffer.
func (p *pairing) firstReader(buffer int32) int32 {
	if l := p.live(buffer); len(l) > 0 {
		return l[0]
	}
	return int32(len(p.ops))
}

// both makes matrix product i give two products at the place of one of them, if the order allows it. Only the second may
// have numbers.
func (p *pairing) both(i int32, s, t scaled) bool {
	if s.byNumbers() && t.byNumbers() {
		return false
	}
	at := s.at
	if p.ready(t) >= s.at {
		at = t.at
		if p.firstReader(p.ops[s.at].dst) <= at { // the other product among them
			return false
		}
	}
	first, second := s, t
	if s.byNumbers() {
		first, second = t, s
	}
	to := p.ops[i]
	to.in[mmE], to.in[mmC], to.in[mmE2], to.in[mmC2] = first.e, first.c, second.e, second.c
	to.dst, to.dst2 = p.ops[first.at].dst, p.ops[second.at].dst
	p.put(at, to, i, s.at, t.at)
	return true
}

// beside makes matrix product i give its plain result and a product, at its own place or at that of the product, which
// must not be behind the first other reader.
func (p *pairing) beside(i int32, s scaled, first int32) {
	at := i
	if p.ready(s) >= i {
		if at = s.at; first < at {
			return
		}
	}
	to := p.ops[i]
	to.in[mmE2], to.in[mmC2], to.dst2 = s.e, s.c, p.ops[s.at].dst
	p.put(at, to, i, s.at)
}

// put replaces operations by one.
func (p *pairing) put(at int32, o op, gone ...int32) {
	for _, g := range gone {
		p.ops[g].code = opNone
	}
	p.ops[at] = o
	p.note(at, &o.form)
	o.results(func(buffer int32) { p.def[buffer] = at })
}
