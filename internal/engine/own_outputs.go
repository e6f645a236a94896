package engine

// ownOutputs gives every output per row columns that are no input's and no uniform value's: an output may outlive a
// change of the inputs.
func (c *compiler) ownOutputs() {
	for i, o := range c.outputs {
		if o.value.perRow {
			c.outputs[i].value.list = c.ownColumns(o.value.list)
		}
	}
}

// ownColumns returns l with all that is no column, or a column of an input, copied.
func (b *Builder) ownColumns(l list) list {
	l = b.columns(l)
	var at []int
	for j, r := range b.refs[l] {
		if b.isInput[r.area] {
			at = append(at, j)
		}
	}
	if at == nil {
		return l
	}
	from := b.pick(l, at)
	copied := b.refs[b.emit(form{code: opCopy, in: [operands]operand{columnsOf(from)}}, len(at))]
	out := append([]ref(nil), b.refs[l]...)
	for k, j := range at {
		out[j] = copied[k]
	}
	return b.intern(out)
}
