package flows

import (
	"context"
	"math"

	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/ode"
)

// closedCarrier carries a worker's chunk through a block in closed form.
type closedCarrier[T graph.Float] struct {
	block *compiledClosed[T]
	w     *worker[T]
	at    int // number of the block
	maps  [2]*graph.Machine[T]
	pulls [2][2]*graph.Machine[T]
	last  *graph.Machine[T] // that back has run
	kept  [][]T             // where z came from
	came  moments           // of the rows that the last inverse pass in training was given
}

func (p *compiledClosed[T]) carrier(w *worker[T], block int) carrier[T] {
	return &closedCarrier[T]{block: p, w: w, at: block}
}

// machine returns one of the worker's machines, made when first needed, bound to the parameters and the conditions.
func (m *closedCarrier[T]) machine(
	at **graph.Machine[T], program func() (*graph.Program[T], error), in *inputs[T],
) (*graph.Machine[T], error) {
	if *at == nil {
		p, err := program()
		if err != nil {
			return nil, err
		}
		if *at, err = p.NewMachine(m.w.lanes); err != nil {
			return nil, err
		}
	}
	if err := m.w.bind(*at, m.block.params); err != nil {
		return nil, err
	}
	if m.w.cond > 0 {
		m.w.setCondition((*at).In(condInput), in)
	}
	return *at, nil
}

func (m *closedCarrier[T]) carry(_ context.Context, in *inputs[T], inverse, keep bool) error {
	w, n, d := m.w, len(m.w.alive), index(inverse)
	machine, err := m.machine(&m.maps[d], func() (*graph.Program[T], error) { return m.block.programs[d], nil }, in)
	if err != nil {
		return err
	}
	copyColumns(machine.In(mapFrom), w.z, n)
	if keep {
		if m.kept == nil {
			m.kept = newColumns[T](w.dim, w.lanes)
		}
		copyColumns(m.kept, w.z, n)
	}
	if _, ok := m.block.block.(Follower); ok && inverse && in.with == withPenalties {
		m.came = momentsOf(w.z, n)
	}
	if err := machine.Run(n); err != nil {
		return err
	}
	to, logDet := machine.Out(mapTo), machine.Out(mapLogDet)[0]
	failed := m.failures(to, logDet)
	copyColumns(w.z, to, n)
	for i, l := range logDet[:n] {
		w.logDet[i] += float64(l)
	}
	if failed != nil {
		w.bury(m.at, failed)
	}
	return nil
}

// failures reports the rows that the map takes to NaN or ±Inf.
func (m *closedCarrier[T]) failures(to [][]T, logDet []T) *ode.SolveError {
	var failed *ode.SolveError
	for i := range m.w.alive {
		sum := float64(logDet[i])
		norm := 0.
		for d := range to {
			sum += float64(to[d][i])
			norm = math.Hypot(norm, float64(m.w.z[d][i]))
		}
		if !math.IsNaN(sum) && !math.IsInf(sum, 0) {
			continue
		}
		if failed == nil {
			failed = &ode.SolveError{}
		}
		failed.Rows = append(failed.Rows, &ode.RowError{Row: i, Reason: ode.ErrNonFinite, Norm: norm})
	}
	return failed
}

func (m *closedCarrier[T]) back(ctx context.Context, in *inputs[T], inverse bool) error {
	w, n, d := m.w, len(m.w.alive), index(inverse)
	program := func() (*graph.Program[T], error) { return m.block.pull(ctx, in.need) }
	machine, err := m.machine(&m.pulls[d][index(in.byCond)], program, in)
	if err != nil {
		return err
	}
	m.last = machine
	copyColumns(machine.In(mapFrom), m.kept, n)
	copyColumns(machine.In(mapSeed), w.z, n)
	copy(machine.In(mapSeedDet)[0][:n], w.seed)
	machine.Reset()
	if err := machine.Run(n); err != nil {
		return err
	}
	copyColumns(w.z, machine.Out(mapGrad), n)
	if w.condGrad != nil {
		w.addCondGrad(machine.Out(mapGradCond))
	}
	return nil
}

func (m *closedCarrier[T]) sums(dst []T) {
	addSums(dst, m.block.params, m.last)
}

func (m *closedCarrier[T]) film(
	ctx context.Context, in *inputs[T], times []float64, show func(frame int, z [][]T, logDet []T),
) ([]T, error) {
	w, n := m.w, len(m.w.alive)
	before := append([]float64(nil), w.logDet[:n]...)
	failed := len(w.failed)
	if err := m.carry(ctx, in, false, false); err != nil || len(w.failed) > failed {
		return nil, err
	}
	since := make([]T, n)
	for i := range since {
		since[i] = T(w.logDet[i] - before[i])
	}
	if len(times) > 0 {
		show(0, w.z, since)
	}
	return since, nil
}

func (m *closedCarrier[T]) seen() moments { return m.came }

func (m *closedCarrier[T]) rest() {}
