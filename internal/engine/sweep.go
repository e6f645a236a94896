package engine

import "github.com/go-ffjord/ffjord/internal/kernel"

// sweep drops the operations that no output needs, and marks the matrices that one needs.
func (c *compiler) sweep() {
	b := c.Builder
	needed := make([]bool, len(b.buffers))
	list := func(l list) {
		for _, r := range b.refs[l] {
			switch {
			case r.isColumn():
				needed[r.area] = true
			case r.isUniform():
				b.matrices[matrixOf(r.area)].used = true
			}
		}
	}
	for _, o := range b.outputs {
		if o.value.perRow {
			list(o.value.list)
		} else {
			b.matrices[o.value.view.matrix].used = true
		}
	}
	matrices := func(sum bool) {
		for i := len(b.uops) - 1; i >= 0; i-- {
			u := &b.uops[i]
			if m := b.matrices[u.d.matrix]; m.used && m.sum == sum {
				u.operands(func(v *view) { b.matrices[v.matrix].used = true })
			}
		}
	}
	matrices(true)
	for i := len(b.ops) - 1; i >= 0; i-- {
		o := &b.ops[i]
		if o.isSum() && !b.matrices[o.leaf].used || !o.isSum() && !needed[o.dst] {
			o.code = opNone
			continue
		}
		for _, in := range o.in {
			if !in.none() && in.id >= 0 && in.kind != kernel.Const {
				list(in.list())
			}
		}
		if o.code == opMatMul {
			b.matrices[o.w.matrix].used = true
		}
	}
	matrices(false)
}
