package engine

import (
	"slices"

	"github.com/go-ffjord/ffjord/internal/kernel"
)

// trim leaves out the columns of results that nobody reads: of a tangent that only a diagonal element of a Jacobian
// is taken from, a matrix product of many columns becomes one of a single column.
func (c *compiler) trim() {
	t := trimming{Builder: c.Builder, read: make([][]bool, len(c.buffers)), at: make([][]int32, len(c.buffers)), moved: map[list]list{}}
	columns := 0
	for _, cols := range c.buffers {
		columns += cols
	}
	room, places := make([]bool, columns), make([]int32, columns)
	for buffer, cols := range c.buffers {
		t.read[buffer], room = room[:cols], room[cols:]
		t.at[buffer], places = places[:cols], places[cols:]
	}
	for _, o := range c.outputs {
		if o.value.perRow {
			t.reads(o.value.list, nil)
		}
	}
	for _, in := range c.inputs {
		t.reads(c.wholes[in.buffer], nil) // they stay as they are
	}
	for i := len(c.ops) - 1; i >= 0; i-- {
		t.operands(&c.ops[i])
	}
	t.renumber()
	for i := range c.ops {
		t.rewrite(&c.ops[i])
	}
	for i, o := range c.outputs {
		if o.value.perRow {
			c.outputs[i].value.list = t.move(o.value.list)
		}
	}
}

type trimming struct {
	*Builder
	read  [][]bool      // columns of a buffer that an operation or an output reads
	at    [][]int32     // and their new places
	moved map[list]list // lists that refer to the new places
}

// reads marks the columns of a list; with some, those at the places that are true there.
func (t *trimming) reads(l list, some []bool) {
	for j, r := range t.refs[l] {
		if r.isColumn() && (some == nil || some[j]) {
			t.read[r.area][r.at] = true
		}
	}
}

// operands marks what an operation reads for the columns of its result that are read.
func (t *trimming) operands(o *op) {
	if o.code == opNone {
		return
	}
	if !o.isSum() && !slices.Contains(t.read[o.dst], true) {
		o.code = opNone
		return
	}
	some := t.kept(o)
	for k, in := range o.in {
		if in.isColumn() {
			if table[o.code].byColumn(k) {
				t.reads(in.list(), some)
			} else {
				t.reads(in.list(), nil)
			}
		}
	}
}

// kept returns which columns of its result an operation goes on to compute, nil for all: those that are read, and for a
// matrix product those between them.
func (t *trimming) kept(o *op) []bool {
	if o.isSum() || o.code == opReduce {
		return nil
	}
	read := t.read[o.dst]
	if o.code == opMatMul {
		first, last := slices.Index(read, true), len(read)-1
		for !read[last] {
			last--
		}
		for j := first; j <= last; j++ {
			read[j] = true
		}
	}
	return read
}

// renumber gives the columns that are read new places.
func (t *trimming) renumber() {
	for buffer, read := range t.read {
		n := int32(0)
		for j, yes := range read {
			t.at[buffer][j] = n
			if yes {
				n++
			}
		}
		if int(n) < len(read) && n > 0 {
			t.buffers[buffer] = int(n)
			t.wholes[buffer] = t.allOf(int32(buffer), int(n))
		}
	}
}

// move returns a list with its columns at their new places.
func (t *trimming) move(l list) list {
	if to, ok := t.moved[l]; ok {
		return to
	}
	to := l
	if slices.ContainsFunc(t.refs[l], func(r ref) bool { return t.newPlace(r) != r }) {
		refs := t.make(len(t.refs[l]))
		for j, r := range t.refs[l] {
			refs[j] = t.newPlace(r)
		}
		to = t.intern(refs)
	}
	t.moved[l] = to
	return to
}

// newPlace returns a reference with a column at its new place.
func (t *trimming) newPlace(r ref) ref {
	if r.isColumn() {
		r.at = t.at[r.area][r.at]
	}
	return r
}

// rewrite lets an operation compute the columns that it goes on to compute.
func (t *trimming) rewrite(o *op) {
	if o.code == opNone {
		return
	}
	some, n := t.kept(o), o.cols
	if !o.isSum() {
		n = t.buffers[o.dst]
	}
	for k, in := range o.in {
		if in.none() || in.kind == kernel.Const {
			continue
		}
		l := in.list()
		if n < o.cols && table[o.code].byColumn(k) {
			var at []int
			for j, yes := range some {
				if yes {
					at = append(at, j)
				}
			}
			l = t.pick(l, at)
		}
		o.in[k].id = int32(t.move(l))
	}
	if n < o.cols && o.code == opMatMul {
		first := slices.Index(some, true)
		o.w = o.w.cut(0, o.w.rows, first, first+n)
	}
	o.cols = n
}
