package engine

import (
	"fmt"

	"github.com/go-ffjord/ffjord/internal/kernel"
)

// verify returns an error unless what a pass has left is a program: every operation reads what is there when it runs,
// operands and results have the widths that its code wants, nothing is written twice, and outputs and sums are made.
func verify(p pass, c *compiler) error {
	written := make([]bool, len(c.buffers))
	for _, in := range c.inputs {
		written[in.buffer] = true
	}
	made := make([]bool, len(c.matrices))        // accumulated by an operation
	for _, common := range []bool{true, false} { // those that are done once a run go first
		for i := range c.ops {
			o := &c.ops[i]
			if o.code == opNone || o.common != common {
				continue
			}
			if err := verifyOp(c, o, written); err != nil {
				return fmt.Errorf("after %s: operation %d, %v: %w", p.name, i, o.code, err)
			}
			if o.isSum() {
				made[o.leaf] = true
			}
		}
	}
	if err := verifyCommon(p, c); err != nil {
		return err
	}
	if p.name == "own outputs" {
		return nil // matrices are not marked yet
	}
	for _, o := range c.outputs {
		switch {
		case !o.value.perRow && !c.matrices[o.value.view.matrix].used:
			return fmt.Errorf("after %s: nothing makes output %q", p.name, o.name)
		case o.value.perRow:
			for _, r := range c.refs[o.value.list] {
				if !r.isColumn() || c.isInput[r.area] || !written[r.area] {
					return fmt.Errorf("after %s: output %q has no column of its own", p.name, o.name)
				}
			}
		}
	}
	for i, m := range c.matrices {
		if m.leaf && m.used && !made[i] && int32(i) != c.rowCount {
			return fmt.Errorf("after %s: nothing adds to sum %d", p.name, i)
		}
	}
	switch p.name {
	case "place matrices":
		return verifyPlaces(c)
	case "assign slots":
		return verifySlots(c.prog)
	}
	return nil
}

func verifyOp(c *compiler, o *op, written []bool) error {
	for k, in := range o.in {
		if err := verifyOperand(c, in, written); err != nil {
			return fmt.Errorf("operand %d: %w", k, err)
		}
	}
	width := func(k int) int {
		if in := o.in[k]; in.kind == kernel.Column || in.kind == kernel.Uniform {
			return len(c.refs[in.list()])
		}
		return o.cols // a number goes with any width
	}
	first := 0
	switch {
	case o.isSum():
		m := c.matrices[o.leaf]
		if o.dst != noBuffer || !m.leaf || !m.sum {
			return fmt.Errorf("adds to matrix %d, which is no sum", o.leaf)
		}
		rows, cols := width(0), width(1)
		if o.code == opOuter && (m.rows != rows || m.cols != cols) || o.code == opRowSum && m.cols != rows {
			return fmt.Errorf("adds (%d, %d) to a sum of (%d, %d)", rows, cols, m.rows, m.cols)
		}
		return nil
	case o.code == opReduce:
		if o.cols != 1 {
			return fmt.Errorf("reduces to %d columns", o.cols)
		}
		first = operands
	case o.code == opMatMul:
		if x := width(mmX); x != o.w.rows || o.w.cols != o.cols {
			return fmt.Errorf("multiplies %d columns by (%d, %d) to %d", x, o.w.rows, o.w.cols, o.cols)
		}
		first = mmInit
	}
	for k := first; k < operands; k++ {
		if n := width(k); n != o.cols {
			return fmt.Errorf("operand %d has %d columns, want %d", k, n, o.cols)
		}
	}
	var err error
	o.results(func(buffer int32) {
		if written[buffer] || c.buffers[buffer] != o.cols {
			err = fmt.Errorf("writes %d columns to buffer %d of %d, written before: %v",
				o.cols, buffer, c.buffers[buffer], written[buffer])
		}
		written[buffer] = true
	})
	return err
}

func verifyOperand(c *compiler, in operand, written []bool) error {
	switch in.kind {
	case kernel.None:
		return nil
	case kernel.Const:
		if int(in.id) >= len(c.numbers) {
			return fmt.Errorf("number %d of %d", in.id, len(c.numbers))
		}
		return nil
	}
	for _, r := range c.refs[in.list()] {
		common := r.isColumn() && in.kind == kernel.Uniform
		if r.isColumn() != (in.kind == kernel.Column) && !common || r.isNumber() {
			return fmt.Errorf("kind %d refers to %v", in.kind, r)
		}
		if r.isColumn() {
			if !written[r.area] || int(r.at) >= c.buffers[r.area] {
				return fmt.Errorf("column %v is not there", r)
			}
		} else if m := c.matrices[matrixOf(r.area)]; m.sum || int(r.at) >= m.rows*m.cols {
			return fmt.Errorf("element %d of matrix %d of (%d, %d)", r.at, matrixOf(r.area), m.rows, m.cols)
		}
	}
	return nil
}

// verifyCommon returns an error unless, once what is done once a run is split off, it reads nothing else, and all others
// read it as numbers.
func verifyCommon(p pass, c *compiler) error {
	common, split := make([]bool, len(c.buffers)), false
	for _, in := range c.inputs {
		common[in.buffer] = in.common
	}
	for i := range c.ops {
		if o := &c.ops[i]; o.common {
			split = true
			o.results(func(buffer int32) { common[buffer] = true })
		}
	}
	for i := range c.ops {
		o := &c.ops[i]
		for k, in := range o.in {
			if !split || o.code == opNone || in.kind == kernel.Const {
				continue
			}
			for _, r := range c.refs[in.list()] {
				if r.isColumn() && common[r.area] != (o.common || in.kind == kernel.Uniform) {
					return fmt.Errorf("after %s: operation %d, done once a run: %v, operand %d: reads %v, common: %v",
						p.name, i, o.common, k, r, common[r.area])
				}
			}
		}
	}
	return nil
}

// verifyPlaces returns an error where matrices that are used share an element.
func verifyPlaces(c *compiler) error {
	taken := map[bool]map[int]int{false: {}, true: {}}
	for i, m := range c.prog.matrices {
		for k := range m.rows * m.cols {
			if !m.used {
				break
			}
			if other, ok := taken[m.sum][m.off+k]; ok {
				return fmt.Errorf("matrices %d and %d share an element", i, other)
			}
			taken[m.sum][m.off+k] = i
		}
	}
	return nil
}

// verifySlots returns an error unless every operation finds its operands as they were written: buffers that are alive
// together share no slot.
func verifySlots(p *Program) error {
	holds := make([]int32, p.slotCount+p.fixedCount) // the buffer that a slot holds
	slot := func(r ref) int {
		if p.fixed[r.area] {
			return p.slotCount + p.slots[r.area] + int(r.at)
		}
		return p.slots[r.area] + int(r.at)
	}
	write := func(buffer int32) {
		for j := range p.buffers[buffer] {
			holds[slot(ref{buffer, int32(j)})] = buffer
		}
	}
	for _, in := range p.inputs {
		if !in.common {
			write(in.buffer)
		}
	}
	for i := range p.ops {
		o := &p.ops[i]
		if o.common {
			continue
		}
		var err error
		p.reads(o, func(_ int, r ref, _ int) {
			if holds[slot(r)] != r.area {
				err = fmt.Errorf("operation %d reads buffer %d where %d is", i, r.area, holds[slot(r)])
			}
		})
		if err != nil {
			return err
		}
		o.results(write)
	}
	return nil
}
