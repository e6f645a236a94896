package engine

import "slices"

// compact leaves out the operations that are none any more.
func (c *compiler) compact() {
	c.ops = slices.DeleteFunc(c.ops, func(o op) bool { return o.code == opNone })
}

// hoistSums puts every sum, and then what only sums read, right behind its last operand, and leaves the order as
// asked for otherwise. Operands would stay alive until the sums of the first layers come, which is last.
func (c *compiler) hoistSums() {
	sums := make([]bool, len(c.ops))
	for i := range c.ops {
		sums[i] = c.ops[i].isSum()
	}
	hoisted := c.hoist(make([]op, 0, len(c.ops)), c.ops, sums)
	c.ops = c.hoist(c.ops[:0], hoisted, c.feedOnlySums(hoisted))
}

// hoist appends the operations to out, those that are marked right behind their last operand, and keeps the order
// otherwise.
func (b *Builder) hoist(out, ops []op, marked []bool) []op {
	at := make([]int, len(b.buffers)) // place after which a buffer is there
	first := make([]int, len(ops)+1)  // operation to come after a place, those of one place chained in order
	last, next := make([]int, len(ops)+1), make([]int, len(ops))
	for i := range first {
		first[i], last[i] = -1, -1
	}
	for i := range ops {
		o := &ops[i]
		place := i + 1
		if marked[i] {
			place = 0
			b.operandColumns(o, func(r ref) { place = max(place, at[r.area]) })
		}
		if next[i] = -1; first[place] < 0 {
			first[place] = i
		} else {
			next[last[place]] = i
		}
		last[place] = i
		o.results(func(buffer int32) { at[buffer] = place })
	}
	for _, i := range first {
		for ; i >= 0; i = next[i] {
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

// feedOnlySums reports for every operation whether it is a sum or all who read its results are such operations.
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
