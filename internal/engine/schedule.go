package engine

import "github.com/go-ffjord/ffjord/internal/kernel"

// joinSums lets additions of two sums that nothing else reads share an accumulator.
func (b *Builder) joinSums() {
	users := make([]int, len(b.matrices))
	leafOf := make([]int32, len(b.matrices)) // operation that accumulates a leaf, or -1
	for i := range leafOf {
		leafOf[i] = -1
	}
	for i := range b.ops {
		if o := &b.ops[i]; o.code != opNone && o.isSum() {
			leafOf[o.leaf] = int32(i)
		}
	}
	for i := range b.uops {
		if u := &b.uops[i]; b.matrices[u.d.matrix].used {
			u.operands(func(v *view) { users[v.matrix]++ })
		}
	}
	for _, o := range b.outputs {
		if !o.value.perRow {
			users[o.value.view.matrix] += 2
		}
	}
	into := make([]int32, len(b.matrices)) // the matrix that stands for another
	for i := range into {
		into[i] = int32(i)
	}
	find := func(m int32) int32 {
		for into[m] != m {
			m = into[m]
		}
		return m
	}
	for i := range b.uops {
		u := &b.uops[i]
		d := u.d.matrix
		if !b.matrices[d].used {
			continue
		}
		u.operands(func(v *view) { v.matrix = find(v.matrix) })
		if u.code != uopMap || u.fn != kernel.Add || !b.matrices[d].sum {
			continue
		}
		x, y := u.in[0], u.in[1]
		if x.matrix == y.matrix || !b.isAccumulator(x) || !b.isAccumulator(y) || users[x.matrix] != 1 || users[y.matrix] != 1 {
			continue
		}
		p, q := leafOf[x.matrix], leafOf[y.matrix]
		if p < 0 || q < 0 || !b.sameAccumulator(&b.ops[p], &b.ops[q]) {
			continue
		}
		into[y.matrix], into[d] = x.matrix, x.matrix
		users[x.matrix] = users[d]
		b.matrices[d].used, b.matrices[y.matrix].used = false, false
	}
	for i := range b.ops {
		if o := &b.ops[i]; o.code != opNone && o.isSum() {
			o.leaf = find(o.leaf)
		}
	}
	for i := range b.outputs {
		if v := &b.outputs[i].value; !v.perRow {
			v.view.matrix = find(v.view.matrix)
		}
	}
}

// isAccumulator reports whether v is all of a leaf.
func (b *Builder) isAccumulator(v view) bool {
	m := b.matrices[v.matrix]
	return m.leaf && v.rows == m.rows && v.cols == m.cols && v.contiguous()
}

// sameAccumulator reports whether two sums are kept in one form.
func (b *Builder) sameAccumulator(p, q *op) bool {
	if p.code != q.code {
		return false
	}
	for i := range p.in {
		if len(b.refs[p.in[i].list()]) != len(b.refs[q.in[i].list()]) {
			return false
		}
	}
	return true
}

// schedule returns the operations in the order in which they run: as they were asked for, but every sum, and then what
// only sums read, right behind its last operand. Otherwise operands would stay alive until the sums of the first layers
// come, which is last.
func (b *Builder) schedule() []op {
	ops := make([]op, 0, len(b.ops))
	for _, o := range b.ops {
		if o.code != opNone {
			ops = append(ops, o)
		}
	}
	sums := make([]bool, len(ops))
	for i := range ops {
		sums[i] = ops[i].isSum()
	}
	ops = b.hoist(ops, sums)
	return b.hoist(ops, b.feedOnlySums(ops))
}

// hoist moves the operations that are marked right behind their last operand, and keeps the order otherwise.
func (b *Builder) hoist(ops []op, marked []bool) []op {
	at := make([]int, len(b.buffers)) // place after which a buffer is there
	after := make([][]int, len(ops)+1)
	for i := range ops {
		o := &ops[i]
		place := i + 1
		if marked[i] {
			place = 0
			b.operandColumns(o, func(r ref) { place = max(place, at[r.area]) })
		}
		after[place] = append(after[place], i)
		o.results(func(buffer int32) { at[buffer] = place })
	}
	out := make([]op, 0, len(ops))
	for _, moved := range after {
		for _, i := range moved {
			out = append(out, ops[i])
		}
	}
	return out
}

// operandColumns calls f for the columns that an operation reads.
func (b *Builder) operandColumns(o *op, f func(r ref)) {
	for _, in := range o.in {
		if in.isColumn() {
			for _, r := range b.refs[in.list()] {
				f(r)
			}
		}
	}
}

// feedOnlySums tells for every operation whether it is a sum or all who read its results are such operations.
func (b *Builder) feedOnlySums(ops []op) []bool {
	needed := make([]bool, len(b.buffers)) // by another operation or an output
	for _, o := range b.outputs {
		if o.value.perRow {
			for _, r := range b.refs[o.value.list] {
				needed[r.area] = true
			}
		}
	}
	out := make([]bool, len(ops))
	for i := len(ops) - 1; i >= 0; i-- {
		o := &ops[i]
		out[i] = true
		o.results(func(buffer int32) { out[i] = out[i] && !needed[buffer] })
		if !out[i] {
			b.operandColumns(o, func(r ref) { needed[r.area] = true })
		}
	}
	return out
}
