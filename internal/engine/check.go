package engine

import (
	"fmt"
	"slices"

	"github.com/go-ffjord/ffjord/internal/kernel"
)

// check lets every call check that it stays within the machine's memory.
func (m *Machine[T]) check() error {
	l := m.layout
	room := kernel.Room{Arena: len(m.arena) - l.lanes + l.tile, Uniform: len(m.area.uniform), Sums: len(m.accums),
		Scratch: len(m.scratch), Lanes: l.tile}
	if err := l.check(room); err != nil || l.common == nil {
		return err
	}
	room.Arena = room.Uniform
	return l.common.check(room)
}

// check lets every call of a layout check that it stays within a room.
func (l *layout) check(room kernel.Room) error {
	for _, s := range slices.Concat(l.start, l.steps) {
		room.Lanes = l.tile
		if s.lanes > 0 {
			room.Lanes = int(s.lanes)
		}
		if err := s.call.Check(room); err != nil {
			return fmt.Errorf("engine: %w", err)
		}
	}
	return nil
}
