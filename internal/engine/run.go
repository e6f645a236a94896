package engine

import "fmt"

// Bind makes values, row-major, the value of the uniform input name. They are read at the next Run; a change of their
// elements after that needs another Bind.
//
// Sums so far are finished first with the uniform values that they were made with.
func (m *Machine[T]) Bind(name string, values []T) {
	m.flush()
	m.bound[name] = values
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
	for from := 0; from < n; from += m.layout.tile {
		tile := min(m.layout.tile, n-from)
		if m.profile != nil {
			m.timed(m.arena[from:], tile)
			continue
		}
		arena := m.arena[from:]
		for _, s := range m.layout.steps {
			m.step(s, arena, tile)
		}
	}
	m.counted += n
	return nil
}

// Prepare takes the bound values and runs the prologue, where they have changed. Run does it by itself.
func (m *Machine[T]) Prepare() error {
	if !m.stale {
		return nil
	}
	for _, in := range m.prog.uniforms {
		c := &m.prog.matrices[in.matrix]
		if !c.used {
			continue
		}
		values, ok := m.bound[in.name]
		if !ok {
			return &UnboundError{in.name}
		}
		copy(m.area.uniform[c.off:c.off+c.rows*c.cols], values)
	}
	m.area.run(m.prog.prologue)
	m.stale = false
	return nil
}

func (m *Machine[T]) step(s step, arena []T, n int) {
	l, k := m.layout, m.kernels
	switch s.code {
	case opMatMul:
		k.MatMul(&l.matMuls[s.index], arena, m.area.uniform, n)
	case opAffine:
		k.Affine(&l.affines[s.index], arena, m.area.uniform, n)
	case opBinary:
		k.Binary(&l.binarys[s.index], arena, m.area.uniform, n)
	case opChoose:
		k.Choose(&l.chooses[s.index], arena, m.area.uniform, n)
	case opUnary:
		k.Unary(&l.unarys[s.index], arena, n)
	case opReduce:
		k.Reduce(&l.reduces[s.index], arena, n)
	case opCopy:
		k.Copy(&l.copies[s.index], arena, m.area.uniform, n)
	case opOuter:
		k.Outer(&l.outers[s.index], arena, m.accums, m.scratch, n)
	case opRowSum:
		k.RowSum(&l.rowSums[s.index], arena, m.accums, n)
	}
}
