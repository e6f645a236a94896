package graph

import (
	"fmt"
	"time"
)

// Machine runs a Program over lanes, one row each. Values per row are held as columns, so that a caller's loop over
// rows reads and writes them in place. A machine belongs to one goroutine at a time.
type Machine[T Float] struct {
	prog  *Program[T]
	lanes int
	bound map[string][]T
	back  backend[T]
}

// NewMachine returns a machine for at most lanes rows a run.
func (p *Program[T]) NewMachine(lanes int) (*Machine[T], error) {
	if lanes < 1 {
		return nil, fmt.Errorf("graph: machine for %d rows: want at least 1", lanes)
	}
	m := &Machine[T]{prog: p, lanes: lanes, bound: map[string][]T{}}
	if p.native == nil {
		m.back = newTapes(p, lanes)
		return m, nil
	}
	n, err := newNative[T](p.native, lanes)
	if err != nil {
		return nil, err
	}
	m.back = n
	return m, nil
}

// Lanes returns the largest number of rows of a run.
func (m *Machine[T]) Lanes() int { return m.lanes }

// In returns the columns of the per-row input name, to be filled before Run, of Lanes elements each, or of one where
// all rows have it in common. They stay the same slices for the life of the machine, and Run does not change them. It
// panics where the program has no such input.
func (m *Machine[T]) In(name string) [][]T { return mustHave(m.back.Rows(name), "per-row input", name) }

// Out returns the columns of the per-row output name, valid after Run for the lanes that ran. They stay the same slices
// for the life of the machine and are for reading only: outputs may share them. It panics where the program has no
// such output.
func (m *Machine[T]) Out(name string) [][]T {
	return mustHave(m.back.Columns(name), "per-row output", name)
}

// Has reports whether the program has an output name that is uniform or a sum over rows.
func (m *Machine[T]) Has(name string) bool {
	kind, ok := m.prog.OutputKind(name)
	return ok && kind != PerRow
}

// Sum returns the output name that is a sum over rows, accumulated over all runs since Reset, or a uniform output of
// the latest run, row-major. The slice is the machine's own, valid until the next run. It panics where the program has
// no such output.
func (m *Machine[T]) Sum(name string) []T { return mustHave(m.back.Sum(name), "sum", name) }

func mustHave[E any](have []E, what, name string) []E {
	if have == nil {
		panic("graph: the program has no " + what + " " + name)
	}
	return have
}

// Bind makes values, row-major, the value of the uniform input name. The machine keeps the slice and reads it at the
// next Run; after changing its elements, bind it again.
func (m *Machine[T]) Bind(name string, values []T) error {
	in := m.prog.graph.byName[name]
	if in == nil || in.PerRow {
		return fmt.Errorf("graph: the program has no uniform input %q", name)
	}
	if len(values) != in.Rows*in.Cols {
		return fmt.Errorf("graph: uniform input %q takes (%d, %d), got %d numbers", name, in.Rows, in.Cols, len(values))
	}
	m.bound[name] = values
	m.back.Bind(name, values)
	return nil
}

// Rebind binds again all that is bound, whose elements have changed.
func (m *Machine[T]) Rebind() { m.back.Rebind() }

// Bound returns what is bound to the uniform input name, nil where nothing is.
func (m *Machine[T]) Bound(name string) []T { return m.bound[name] }

// Reset sets all sums to zero.
func (m *Machine[T]) Reset() { m.back.Reset() }

// Run runs the program on the first n lanes. What it gives a lane depends on that lane's inputs alone.
func (m *Machine[T]) Run(n int) error {
	if n < 1 || n > m.lanes {
		return fmt.Errorf("graph: run %d rows on a machine of %d", n, m.lanes)
	}
	return m.back.Run(n)
}

// Profile turns the measuring of every operation's time on or off, on the native engine. Measuring costs about 50 ns an
// operation.
func (m *Machine[T]) Profile(on bool) {
	if n, ok := m.back.(native[T]); ok {
		n.Profile(on)
	}
}

// NodeTimes returns the time that each node of the program's graph takes in a run, on average since Profile was turned
// on: for DOTOptions.Times. Nodes that take none are not in it: views, and what is done within another node's
// operation. It is nil before the first run, and on the TapeMachine.
func (m *Machine[T]) NodeTimes() map[*Node]time.Duration {
	native, ok := m.back.(native[T])
	if !ok {
		return nil
	}
	times := native.Times()
	if times == nil {
		return nil
	}
	byNode := make(map[*Node]time.Duration, len(times))
	for number, t := range times {
		byNode[m.prog.nodes[number]] = t
	}
	return byNode
}

// String describes the machine's program as [Program.String] does, with the size of its tile and, after runs with
// Profile on, the time of each operation in a run and its share.
func (m *Machine[T]) String() string {
	if n, ok := m.back.(native[T]); ok {
		return n.String()
	}
	return m.prog.String()
}
