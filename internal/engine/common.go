package engine

import "github.com/go-ffjord/ffjord/internal/kernel"

// What depends on inputs alone that all rows of a run have in common, such as the time of a step, is the same for all
// rows. It is computed once a run, as a single row is (layout_row.go), and the rest of the body reads it as it reads
// parameters: as numbers. Nothing of that changes a bit, since a kernel rounds with a number as with a column of it.

// splitCommon marks the operations that are done once a run, puts them first, and lets the others read their results as
// numbers; where an operation wants columns, as copies of them.
func (c *compiler) splitCommon() {
	s := splitting{Builder: c.Builder, common: make([]bool, len(c.buffers)), copies: map[ref]ref{}}
	found := false
	for _, in := range c.inputs {
		s.common[in.buffer] = in.common
		found = found || in.common
	}
	if !found {
		return
	}
	var first []op
	for i := range c.ops {
		if o := &c.ops[i]; s.isCommon(o) {
			o.common = true
			o.results(func(buffer int32) { s.common[buffer] = true })
			first = append(first, *o)
		}
	}
	for i := range c.ops {
		if o := &c.ops[i]; !o.common && o.code != opNone {
			s.rewrite(o)
			s.rest = append(s.rest, *o)
		}
	}
	for i, o := range c.outputs {
		if o.value.perRow {
			c.outputs[i].value.list = s.columnsOf(o.value.list)
		}
	}
	c.ops = append(first, s.rest...)
}

type splitting struct {
	*Builder
	common []bool // buffers whose columns have one number for all rows
	rest   []op   // that are done for every row
	copies map[ref]ref
}

// isCommon reports whether all columns that an operation reads are common.
func (s *splitting) isCommon(o *op) bool {
	if o.code == opNone || o.isSum() {
		return false
	}
	columns := false
	for _, in := range o.in {
		if in.isColumn() {
			columns = true
			for _, r := range s.refs[in.list()] {
				if !s.common[r.area] {
					return false
				}
			}
		}
	}
	return columns
}

// rewrite lets an operation that is done for every row read what is common as numbers, or as copies.
func (s *splitting) rewrite(o *op) {
	if o.code == opAffine && s.areNumbers(o.in[affA]) { // its A are columns, and products and sums commute
		switch {
		case o.in[affB].isColumn() && isSign(o.alpha): // (α·a)·b is not (α·b)·a otherwise
			o.in[affA], o.in[affB] = o.in[affB], o.in[affA]
		case o.in[affB].none() && o.in[affC].isColumn():
			o.in[affA], o.in[affC] = o.in[affC], o.in[affA]
			o.alpha, o.beta = o.beta, o.alpha
		}
	}
	for k, in := range o.in {
		// A·(α·B) with a number B rounds otherwise than (α·A)·B, but where α is a sign.
		otherwise := o.code == opAffine && k == affB && !isSign(o.alpha)
		switch {
		case !in.isColumn():
		case table[o.code].numbers[k] && s.areNumbers(in) && !otherwise:
			o.in[k].kind = kernel.Uniform
		default:
			o.in[k] = columnsOf(s.columnsOf(in.list()))
		}
	}
}

// areNumbers reports whether an operand is best read as numbers: all columns are common, and they are not one that is
// repeated, a copy of which is soon made.
func (s *splitting) areNumbers(in operand) bool {
	if !in.isColumn() {
		return false
	}
	refs, differ := s.refs[in.list()], false
	for _, r := range refs {
		if !s.common[r.area] {
			return false
		}
		differ = differ || r != refs[0]
	}
	return differ
}

// columnsOf returns a list with copies of what is common, one for each column.
func (s *splitting) columnsOf(l list) list {
	var from []ref
	for _, r := range s.refs[l] {
		if _, ok := s.copies[r]; !ok && s.common[r.area] {
			s.copies[r] = ref{int32(len(s.buffers)), int32(len(from))}
			from = append(from, r)
		}
	}
	if from != nil {
		dst := s.buffer(len(from))
		s.common = append(s.common, false)
		in := operand{kernel.Uniform, int32(s.intern(from))}
		s.rest = append(s.rest, op{form: form{code: opCopy, cols: len(from), in: [operands]operand{in}}, dst: dst,
			dst2: noBuffer, leaf: -1, source: s.source})
	}
	out := s.make(len(s.refs[l]))
	for j, r := range s.refs[l] {
		if to, ok := s.copies[r]; ok {
			r = to
		}
		out[j] = r
	}
	return s.intern(out)
}
