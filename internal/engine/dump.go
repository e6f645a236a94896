package engine

import (
	"fmt"
	"strings"
	"time"
)

// String lists the program for a person to read: sizes, the operations left by each pass, and every operation with its
// kernel, operands and result. A column of the arena is written %slot, a range of them %from:to; what all rows of a run
// have in common @place; an element of a uniform matrix u3[5]; a number as itself; S2 is sum 2.
func (p *Program) String() string { return p.dump(nil, 0) }

// String lists the machine's program with the tile that it runs in and, where Profile is on, the time of each
// operation.
func (m *Machine[T]) String() string { return m.prog.dump(m.profile, int(elementSize[T]())) }

func (p *Program) dump(times *profile, elementSize int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "operations:")
	fmt.Fprintf(&b, " %d asked for, %d merged, %d left by the passes; %d in the prologue, %d in the epilogue\n",
		p.emitted, p.left[0], p.left[len(p.left)-1], len(p.prologue), len(p.epilogue))
	tile := p.tile()
	fmt.Fprintf(&b, "tile: %d rows, %d columns alive at once and %d of inputs and outputs",
		tile, p.slotCount, p.fixedCount)
	if elementSize > 0 {
		fmt.Fprintf(&b, ", %.1f KB", float64((p.slotCount+p.fixedCount)*tile*elementSize)/1024)
	}
	fmt.Fprintf(&b, "; uniform area %d numbers, sums %d; %d multiply-adds of products a row\n",
		p.uniformN, p.sumN, p.products())
	for _, in := range p.inputs {
		fmt.Fprintf(&b, "  in   %-24s %s\n", in.name, p.listText(p.columnsOf(in.buffer, p.buffers[in.buffer])))
	}
	for _, in := range p.uniforms {
		if m := p.matrices[in.matrix]; m.used {
			fmt.Fprintf(&b, "  in   %-24s u%d (%d, %d)\n", in.name, in.matrix, m.rows, m.cols)
		}
	}
	for i := range p.prologue {
		fmt.Fprintf(&b, "  once %s\n", p.uopText(&p.prologue[i]))
	}
	var total time.Duration
	if times != nil {
		for _, d := range times.spent {
			total += d
		}
	}
	for i := range p.ops {
		fmt.Fprintf(&b, "%4d  %s", i, p.opText(&p.ops[i]))
		if total > 0 && times.runs > 0 {
			share := 100 * float64(times.spent[i]) / float64(total)
			fmt.Fprintf(&b, "  %v, %.1f %%", times.spent[i]/time.Duration(times.runs), share)
		}
		b.WriteByte('\n')
	}
	for i := range p.epilogue {
		fmt.Fprintf(&b, "  sum  %s\n", p.uopText(&p.epilogue[i]))
	}
	for _, o := range p.outputs {
		if o.value.perRow {
			fmt.Fprintf(&b, "  out  %-24s %s\n", o.name, p.listText(p.refs[o.value.list]))
		} else {
			fmt.Fprintf(&b, "  out  %-24s %s\n", o.name, p.viewText(o.value.view))
		}
	}
	return b.String()
}

// products returns the number of multiplications and additions in matrix products for one row.
func (p *Program) products() int {
	n := 0
	for i := range p.ops {
		if products := table[p.ops[i].code].products; products != nil {
			n += products(p, &p.ops[i])
		}
	}
	return n
}
