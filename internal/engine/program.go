package engine

import (
	"fmt"
	"sync"

	"github.com/go-ffjord/ffjord/internal/kernel"
)

// Program is a compiled program. It holds no numbers but constants, is not changed by running, and may be used by any
// number of machines at once.
type Program struct {
	lists
	matrices   []matrix
	prologue   []uop
	epilogue   []uop
	ops        []op
	slots      []int  // the first column slot of each buffer, in one of two regions
	fixed      []bool // buffers of inputs and outputs, which are in the first
	fixedCount int    // column slots of the first region
	slotCount  int    // and of the second
	inputs     []rowInput
	uniforms   []uniformInput
	outputs    []output
	rowCount   int32 // leaf matrix that counts rows, or -1
	uniformN   int   // elements of the uniform area
	sumN       int   // elements of the area of finished sums
	passes     []passSize
	buffers    []int

	mu      sync.Mutex
	layouts map[int]*layout // by lanes
}

// passSize is the number of operations of the body after a pass.
type passSize struct {
	name string
	ops  int
}

// Finish compiles what the builder was told. The builder is of no use afterwards.
func (b *Builder) Finish() (*Program, error) {
	names := map[string]bool{}
	for i, o := range b.outputs {
		if names[o.name] {
			return nil, fmt.Errorf("engine: two outputs %q", o.name)
		}
		names[o.name] = true
		if o.value.perRow {
			b.outputs[i].value.list = b.ownColumns(o.value.list)
		}
	}
	p := &Program{lists: b.lists, inputs: b.inputs, uniforms: b.uniforms, outputs: b.outputs, layouts: map[int]*layout{}}
	p.passes = append(p.passes, passSize{"asked for", b.emitted}, passSize{"merged", len(b.ops)})
	b.sweep()
	p.note("needed", b.ops)
	f := newFuser(b)
	f.run()
	p.note("fused", b.ops)
	f.pairProducts()
	p.note("paired", b.ops)
	b.joinSums()
	p.ops = b.schedule()
	p.matrices, p.rowCount, p.buffers, p.lists = b.matrices, b.rowCount, b.buffers, b.lists
	for _, u := range b.uops {
		switch m := b.matrices[u.d.matrix]; {
		case !m.used:
		case m.sum:
			p.epilogue = append(p.epilogue, u)
		default:
			p.prologue = append(p.prologue, u)
		}
	}
	p.place()
	p.assignSlots()
	return p, nil
}

// note records the number of operations that a pass left.
func (p *Program) note(pass string, ops []op) {
	n := 0
	for _, o := range ops {
		if o.code != opNone {
			n++
		}
	}
	p.passes = append(p.passes, passSize{pass, n})
}

// ownColumns returns l with all that is no column, or a column of an input, copied: an output may outlive a change of
// the inputs.
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

// sweep drops the operations that no output needs.
func (b *Builder) sweep() {
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

// place gives the matrices that are used their place in the uniform area or the area of sums. Larger ones start at
// multiples of 16 elements.
func (p *Program) place() {
	for i := range p.matrices {
		m := &p.matrices[i]
		if !m.used {
			continue
		}
		end := &p.uniformN
		if m.sum {
			end = &p.sumN
		}
		n := m.rows * m.cols
		if n >= kernel.Lanes {
			*end = kernel.Pad(*end)
		}
		m.off = *end
		*end += n
	}
}
