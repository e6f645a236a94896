package engine

import "fmt"

// check lets every kernel check that it stays within the machine's memory.
func (m *Machine[T]) check() error {
	l := m.layout
	arena, uniform, sums, n := len(m.arena)-l.lanes+l.tile, len(m.area.uniform), len(m.accums), l.tile
	for _, s := range l.steps {
		var err error
		switch s.code {
		case opMatMul:
			err = l.matMuls[s.index].Check(arena, uniform, n)
		case opAffine:
			err = l.affines[s.index].Check(arena, uniform, n)
		case opBinary:
			err = l.binarys[s.index].Check(arena, uniform, n)
		case opChoose:
			err = l.chooses[s.index].Check(arena, uniform, n)
		case opUnary:
			err = l.unarys[s.index].Check(arena, n)
		case opReduce:
			err = l.reduces[s.index].Check(arena, n)
		case opCopy:
			err = l.copies[s.index].Check(arena, uniform, n)
		case opOuter:
			err = l.outers[s.index].Check(arena, sums, len(m.scratch), n)
		case opRowSum:
			err = l.rowSums[s.index].Check(arena, sums, n)
		}
		if err != nil {
			return fmt.Errorf("engine: %w", err)
		}
	}
	return nil
}
