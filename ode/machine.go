package ode

import "github.com/go-ffjord/ffjord/graph"

// tileLanes is how many rows run through a program together at most. It is part of the numerical contract: sums over
// rows depend on it in their last digits.
const tileLanes = 128

// machine is a graph.Machine with the columns of a step at hand; those that its program does not have are nil.
type machine[T graph.Float] struct {
	*graph.Machine[T]
	t, h, end []T   // inputs: a step's start, length and end
	y, k, g   [][]T // inputs: state, derivative, cotangent of the state after the step
	own       [][]T // the field's own inputs per row
	y1, k1, e [][]T // outputs: state after the step, derivative there, error estimate
	gy        [][]T // output: cotangent of the state before the step
}

// newMachine binds a machine for a program to the worker's parameters.
func (w *Worker[T]) newMachine(p *graph.Program[T]) (*machine[T], error) {
	gm, err := p.NewMachine(w.tile)
	if err != nil {
		return nil, err
	}
	m := &machine[T]{Machine: gm}
	inputs := map[string]bool{}
	for _, in := range p.Graph().Inputs() {
		inputs[in.Name] = in.PerRow
	}
	in := func(name string) [][]T {
		if inputs[name] {
			return gm.In(name)
		}
		return nil
	}
	out := func(name string) [][]T {
		if kind, ok := p.OutputKind(name); ok && kind == graph.PerRow {
			return gm.Out(name)
		}
		return nil
	}
	m.t = m.In(inTime)[0]
	if h := in(inStep); h != nil {
		m.h, m.end = h[0], in(inEnd)[0]
	}
	for c := range w.it.problem.Widths {
		m.y = append(m.y, in(stateName(c))...)
		m.k = append(m.k, in(slopeName(c))...)
		m.g = append(m.g, in(cotangentName(c))...)
		m.y1 = append(m.y1, out(stateName(c))...)
		m.k1 = append(m.k1, out(slopeName(c))...)
		m.e = append(m.e, out(errorName(c))...)
		m.gy = append(m.gy, out(cotangentName(c))...)
	}
	for _, name := range w.it.own {
		m.own = append(m.own, in(name)...)
	}
	for _, name := range w.it.params {
		if values := w.bound[name]; values != nil {
			if err := gm.Bind(name, values); err != nil {
				return nil, err
			}
		}
	}
	w.machines = append(w.machines, m)
	return m, nil
}

// need makes the machine of a program when it is first needed.
func (w *Worker[T]) need(m **machine[T], program func() (*graph.Program[T], error)) error {
	if *m != nil {
		return nil
	}
	p, err := program()
	if err != nil {
		return err
	}
	*m, err = w.newMachine(p)
	return err
}

// copyRange copies n rows of columns from row j on to row i on.
func copyRange[T graph.Float](dst [][]T, i int, src [][]T, j, n int) {
	for c := range dst {
		copy(dst[c][i:i+n], src[c][j:j+n])
	}
}

// copyRow copies row j of columns to row i.
func copyRow[T graph.Float](dst [][]T, i int, src [][]T, j int) {
	for c := range dst {
		dst[c][i] = src[c][j]
	}
}

func clearRow[T graph.Float](cols [][]T, i int) {
	for c := range cols {
		cols[c][i] = 0
	}
}

func fill[T graph.Float](dst []T, v T) {
	for i := range dst {
		dst[i] = v
	}
}

// columns returns n columns of rows numbers each.
func columns[T graph.Float](n, rows int) [][]T {
	all := make([]T, n*rows)
	out := make([][]T, n)
	for c := range out {
		out[c] = all[c*rows : (c+1)*rows : (c+1)*rows]
	}
	return out
}
