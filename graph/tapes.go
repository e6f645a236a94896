package graph

import "slices"

// tapes runs a program on Gorgonia's TapeMachine, with a tape for each of the latest row counts.
type tapes[T Float] struct {
	prog    *Program[T]
	rows    map[string][][]T // inputs and outputs per row
	uniform map[string][]T
	sums    map[string][]T // sums over rows, accumulated, and uniform outputs
	kept    []*tape[T]     // latest used last
}

var _ backend[float32] = (*tapes[float32])(nil)

func newTapes[T Float](p *Program[T], lanes int) *tapes[T] {
	m := &tapes[T]{prog: p, rows: map[string][][]T{}, uniform: map[string][]T{}, sums: map[string][]T{}}
	for _, in := range p.graph.inputs {
		switch {
		case in.Common:
			m.rows[in.Name] = columns[T](in.Cols, 1)
		case in.PerRow:
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
	return m
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

func (m *tapes[T]) Rows(name string) [][]T       { return m.rows[name] }
func (m *tapes[T]) Columns(name string) [][]T    { return m.rows[outputKey(name)] }
func (m *tapes[T]) Sum(name string) []T          { return m.sums[name] }
func (m *tapes[T]) Bind(name string, values []T) { m.uniform[name] = values }
func (m *tapes[T]) Rebind()                      {} // tapes read what is bound at each run

func (m *tapes[T]) Reset() {
	for _, s := range m.sums {
		clear(s)
	}
}

func (m *tapes[T]) Run(n int) error {
	t, err := m.tape(n)
	if err != nil {
		return err
	}
	return t.run(m)
}

// keptTapes is the number of row counts that a machine keeps a tape for.
const keptTapes = 4

func (m *tapes[T]) tape(n int) (*tape[T], error) {
	if i := slices.IndexFunc(m.kept, func(t *tape[T]) bool { return t.rows == n }); i >= 0 {
		t := m.kept[i]
		m.kept = append(slices.Delete(m.kept, i, i+1), t)
		return t, nil
	}
	t, err := newTape(m.prog, n)
	if err != nil {
		return nil, err
	}
	if len(m.kept) == keptTapes {
		m.kept[0].close()
		m.kept = slices.Delete(m.kept, 0, 1)
	}
	m.kept = append(m.kept, t)
	return t, nil
}
