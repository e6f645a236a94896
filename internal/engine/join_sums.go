package engine

import "github.com/go-ffjord/ffjord/internal/kernel"

// joinSums lets additions of two sums that nothing else reads share an accumulator.
func (c *compiler) joinSums() {
	b := c.Builder
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
		if x.matrix == y.matrix || !b.isAccumulator(x) || !b.isAccumulator(y) ||
			users[x.matrix] != 1 || users[y.matrix] != 1 {
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
