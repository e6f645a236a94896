package graph

import (
	"fmt"
	"slices"
)

// Machine runs a Program over lanes, one row each. Values per row are held as columns, so that a caller's loop over
// rows reads and writes them in place. A machine belongs to one goroutine at a time.
type Machine[T Float] struct {
	prog    *Program[T]
	lanes   int
	rows    map[string][][]T // inputs and outputs per row
	uniform map[string][]T
	sums    map[string][]T // sums over rows, accumulated, and uniform outputs
	tapes   []*tape[T]     // latest used last
}

// NewMachine returns a machine for at most lanes rows a run.
func (p *Program[T]) NewMachine(lanes int) (*Machine[T], error) {
	if lanes < 1 {
		return nil, fmt.Errorf("graph: machine for %d rows: want at least 1", lanes)
	}
	m := &Machine[T]{prog: p, lanes: lanes, rows: map[string][][]T{}, uniform: map[string][]T{}, sums: map[string][]T{}}
	for _, in := range p.graph.inputs {
		if in.PerRow {
			m.rows[in.Name] = columns[T](in.Cols, lanes)
		}
	}
	for _, o := range p.outputs {
		if o.kind == PerRow {
			m.rows[outputKey(o.name)] = columns[T](o.cols, lanes)
		} else {
			m.sums[o.name] = make([]T, o.size)
		}
	}
	return m, nil
}

// outputKey keeps outputs apart from inputs of the same name.
func outputKey(name string) string { return "→" + name }

func columns[T Float](cols, lanes int) [][]T {
	all := make([]T, cols*lanes)
	out := make([][]T, cols)
	for j := range out {
		out[j] = all[j*lanes : (j+1)*lanes : (j+1)*lanes]
	}
	return out
}

// Lanes returns the largest number of rows of a run.
func (m *Machine[T]) Lanes() int { return m.lanes }

// In returns the columns of the per-row input name, to be filled before Run. They stay the same slices for the life of
// the machine. It panics where the program has no such input.
func (m *Machine[T]) In(name string) [][]T { return mustHave(m.rows, name, "per-row input "+name) }

// Out returns the columns of the per-row output name, valid after Run for the lanes that ran. They stay the same slices
// for the life of the machine. It panics where the program has no such output.
func (m *Machine[T]) Out(name string) [][]T {
	return mustHave(m.rows, outputKey(name), "per-row output "+name)
}

// Sum returns the output name that is a sum over rows, accumulated over all runs since Reset, or a uniform output of
// the latest run, row-major. It panics where the program has no such output.
func (m *Machine[T]) Sum(name string) []T { return mustHave(m.sums, name, "sum "+name) }

func mustHave[V any](have map[string]V, name, what string) V {
	v, ok := have[name]
	if !ok {
		panic("graph: the program has no " + what)
	}
	return v
}

// Bind makes values, row-major, the value of the uniform input name. The machine keeps the slice and sees later changes
// of its elements at the next Run.
func (m *Machine[T]) Bind(name string, values []T) error {
	in := m.prog.graph.byName[name]
	if in == nil || in.PerRow {
		return fmt.Errorf("graph: the program has no uniform input %q", name)
	}
	if len(values) != in.Rows*in.Cols {
		return fmt.Errorf("graph: uniform input %q takes (%d, %d), got %d numbers", name, in.Rows, in.Cols, len(values))
	}
	m.uniform[name] = values
	return nil
}

// Bound returns what is bound to the uniform input name, nil where nothing is.
func (m *Machine[T]) Bound(name string) []T { return m.uniform[name] }

// Reset sets all sums to zero.
func (m *Machine[T]) Reset() {
	for _, s := range m.sums {
		clear(s)
	}
}

// Run runs the program on the first n lanes.
func (m *Machine[T]) Run(n int) error {
	if n < 1 || n > m.lanes {
		return fmt.Errorf("graph: run %d rows on a machine of %d", n, m.lanes)
	}
	t, err := m.tape(n)
	if err != nil {
		return err
	}
	return t.run(m)
}

// keptTapes bounds how many row counts a machine keeps a tape for.
const keptTapes = 4

func (m *Machine[T]) tape(n int) (*tape[T], error) {
	if i := slices.IndexFunc(m.tapes, func(t *tape[T]) bool { return t.rows == n }); i >= 0 {
		t := m.tapes[i]
		m.tapes = append(slices.Delete(m.tapes, i, i+1), t)
		return t, nil
	}
	t, err := newTape(m.prog, n)
	if err != nil {
		return nil, err
	}
	if len(m.tapes) == keptTapes {
		m.tapes[0].close()
		m.tapes = slices.Delete(m.tapes, 0, 1)
	}
	m.tapes = append(m.tapes, t)
	return t, nil
}
