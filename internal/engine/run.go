package engine

import (
	"bytes"
	"fmt"
	"unsafe"

	"github.com/go-ffjord/ffjord/internal/kernel"
)

// Bind makes values, row-major, the value of the uniform input name. They are read at the next Run; a change of their
// elements after that needs another Bind.
//
// Sums so far are finished first with the uniform values that they were made with.
func (m *Machine[T]) Bind(name string, values []T) {
	m.Rebind()
	for i, in := range m.prog.uniforms {
		if in.name == name {
			m.bound[i] = values
		}
	}
}

// Rebind is Bind of all that is bound, whose elements have changed.
func (m *Machine[T]) Rebind() {
	m.flush()
	m.stale = true
}

// UnboundError reports a uniform input that nothing is bound to.
type UnboundError struct{ Name string }

func (e *UnboundError) Error() string {
	return fmt.Sprintf("engine: uniform input %q has no value", e.Name)
}

// Run runs the program on the first n rows. It returns an *UnboundError where a uniform input has no value.
func (m *Machine[T]) Run(n int) error {
	if n < 1 || n > m.capacity {
		return fmt.Errorf("engine: run %d rows on a machine of %d", n, m.capacity)
	}
	if err := m.Prepare(); err != nil {
		return err
	}
	if m.common != nil {
		m.runPlan(m.common, m.area.uniform, 1)
	}
	for from := 0; from < n; from += m.layout.tile {
		tile, plan := min(m.layout.tile, n-from), m.plans.part
		if kernel.Pad(tile) == m.layout.tile {
			plan = m.plans.full
		}
		m.runPlan(plan, m.arena[from:], tile)
	}
	m.counted += n
	if m.profile != nil {
		m.profile.runs++
	}
	return nil
}

// runPlan does all steps of a plan on n rows, with a clock on each where they are profiled.
func (m *Machine[T]) runPlan(p *plan, arena []T, n int) {
	if m.profile != nil {
		m.timed(p, arena, n)
		return
	}
	for _, r := range p.runs {
		m.do(p, r, arena, n)
	}
}

// Prepare takes the values that were bound since the last time and runs the prologue, where there are other bits among
// them than before. Run does it by itself.
func (m *Machine[T]) Prepare() error {
	if !m.stale {
		return nil
	}
	changed := !m.prepared
	for i, in := range m.prog.uniforms {
		c := &m.prog.matrices[in.matrix]
		if !c.used {
			continue
		}
		values := m.bound[i]
		if values == nil {
			return &UnboundError{in.name}
		}
		if had := m.area.uniform[c.off : c.off+c.rows*c.cols]; !m.prepared || !sameBits(had, values) {
			copy(had, values)
			changed = true
		}
	}
	if changed {
		m.area.compute(m.prog.prologue)
		m.steps(m.layout.start, m.arena, 1)
		if m.layout.common != nil {
			m.steps(m.layout.common.start, m.area.uniform, 1)
		}
	}
	m.stale, m.prepared = false, true
	return nil
}

// sameBits reports whether b begins with the numbers of a, a zero of the other sign not being the same.
func sameBits[T Float](a, b []T) bool {
	return len(a) <= len(b) && bytes.Equal(bytesOf(a), bytesOf(b[:len(a)]))
}

func bytesOf[T Float](s []T) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(s))), uintptr(len(s))*elementSize[T]())
}

// do does steps of a plan.
func (m *Machine[T]) do(p *plan, r run, arena []T, n int) {
	calls := p.callsOf(r)
	if len(calls) == 0 {
		m.steps(p.steps[r.from:r.to], arena, n)
	}
	for len(calls) > 0 {
		some := min(r.batch, len(calls))
		m.kernels.Run(calls[:some], arena, m.area.uniform, m.accums, m.scratch, n)
		calls = calls[some:]
	}
}

// steps calls the kernels from Go, one after the other.
func (m *Machine[T]) steps(steps []step, arena []T, n int) {
	k, uniform := m.kernels, m.area.uniform
	for i := range steps {
		s := &steps[i]
		lanes := n
		if s.lanes > 0 {
			lanes = int(s.lanes)
		}
		switch s.code {
		case opMatMul:
			if r, ok := s.call.(*kernel.RowMatMul); ok {
				k.RowMatMul(r, arena, uniform)
				continue
			}
			k.MatMul(s.call.(*kernel.MatMul), arena, uniform, n)
		case opAffine:
			k.Affine(s.call.(*kernel.Affine), arena, uniform, lanes)
		case opBinary:
			k.Binary(s.call.(*kernel.Binary), arena, uniform, lanes)
		case opChoose:
			k.Choose(s.call.(*kernel.Choose), arena, uniform, lanes)
		case opUnary:
			k.Unary(s.call.(*kernel.Unary), arena, lanes)
		case opReduce:
			k.Reduce(s.call.(*kernel.Reduce), arena, n)
		case opCopy:
			k.Copy(s.call.(*kernel.Copy), arena, uniform, lanes)
		case opOuter:
			k.Outer(s.call.(*kernel.Outer), arena, m.accums, m.scratch, n)
		case opRowSum:
			k.RowSum(s.call.(*kernel.RowSum), arena, m.accums, n)
		}
	}
}
