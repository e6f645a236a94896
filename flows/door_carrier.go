package flows

import (
	"context"
	"math"

	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/ode"
)

// compiledDoor is a block of the door. The graphs of its closed form are for looking at.
type compiledDoor[T graph.Float] struct {
	*compiledClosed[T]
	read doorReader
}

// doorCarrier carries a worker's chunk through a block of the door, in the worker's wide columns.
type doorCarrier[T graph.Float] struct {
	block       *compiledDoor[T]
	w           *worker[T]
	at          int         // number of the block
	now         doorMap     // of the parameters as they are
	came        [][]float64 // where carry found the rows
	inner       [][]float64 // the rows on the base's side, for back
	scratch     [][]float64
	dloc, dlogs []float64 // gradients of the location and of the logarithm of the scale
}

func (p *compiledDoor[T]) carrier(w *worker[T], block int) carrier[T] {
	wide := func() [][]float64 { return newColumns[float64](w.dim, w.lanes) }
	return &doorCarrier[T]{
		block: p, w: w, at: block, came: wide(), inner: wide(), scratch: wide(),
		dloc: make([]float64, w.dim), dlogs: make([]float64, w.dim),
	}
}

// numbers returns those of a parameter.
func (m *doorCarrier[T]) numbers(name string) []float64 {
	var out []float64
	for _, p := range m.block.params {
		if p.name == name {
			for _, v := range p.values {
				out = append(out, float64(v))
			}
		}
	}
	return out
}

// innermost reports whether z, of the flow's type, stands on the base's side of the block.
func (m *doorCarrier[T]) innermost() bool { return m.at == m.w.plan.door }

func (m *doorCarrier[T]) carry(_ context.Context, _ *inputs[T], inverse, keep bool) error {
	w, n := m.w, len(m.w.alive)
	m.now = m.block.read(m.numbers, w.dim)
	if !inverse && m.innermost() {
		convertColumns(w.wide, w.z, n)
	}
	copyColumns(m.came, w.wide, n)
	logDet := m.now.logDet()
	if inverse {
		logDet = -logDet
		m.now.inverse(w.wide, m.scratch, n)
	} else {
		m.now.forward(w.wide, m.scratch, n)
	}
	if inverse && m.innermost() {
		convertColumns(w.z, w.wide, n)
	}
	if keep && inverse {
		copyColumns(m.inner, w.wide, n)
	} else if keep {
		copyColumns(m.inner, m.came, n)
	}
	for i := range n {
		w.logDet[i] += logDet
	}
	if failed := m.failures(inverse && m.innermost()); failed != nil {
		w.bury(m.at, failed)
	}
	return nil
}

// failures reports the rows that the map takes to NaN or ±Inf, in z too where it was narrowed.
func (m *doorCarrier[T]) failures(narrowed bool) *ode.SolveError {
	var failed *ode.SolveError
	for i := range m.w.alive {
		sum, norm := 0., 0.
		for d, col := range m.w.wide {
			sum += col[i] - col[i]
			if narrowed {
				sum += float64(m.w.z[d][i] - m.w.z[d][i])
			}
			norm = math.Hypot(norm, m.came[d][i])
		}
		if sum == 0 {
			continue
		}
		if failed == nil {
			failed = &ode.SolveError{}
		}
		failed.Rows = append(failed.Rows, &ode.RowError{Row: i, Reason: ode.ErrNonFinite, Norm: norm})
	}
	return failed
}

func (m *doorCarrier[T]) back(_ context.Context, _ *inputs[T], inverse bool) error {
	w, n := m.w, len(m.w.alive)
	clear(m.dloc)
	clear(m.dlogs)
	for j := range w.dim {
		d, scale := m.now.from(j), m.now.stretch(j)
		u := m.inner[d]
		if inverse {
			for i := range n {
				g := float64(w.z[d][i]) / scale
				m.scratch[j][i] = g
				m.dloc[j] -= g
				m.dlogs[j] -= float64(w.z[d][i])*u[i] + float64(w.seed[i])
			}
			continue
		}
		for i := range n {
			g := float64(w.z[j][i]) * scale
			m.scratch[d][i] = g
			m.dloc[j] += float64(w.z[j][i])
			m.dlogs[j] += g*u[i] + float64(w.seed[i])
		}
	}
	convertColumns(w.z, m.scratch, n)
	return nil
}

func (m *doorCarrier[T]) sums(dst []T) {
	of := map[string][]float64{"loc": m.dloc, "log_scale": m.dlogs}
	for _, p := range m.block.params {
		for i, g := range of[p.name] {
			if p.trained {
				dst[p.offset+i] = T(g)
			}
		}
	}
}

func (m *doorCarrier[T]) film(ctx context.Context, in *inputs[T], times []float64, show func(frame int, z [][]T, logDet []T)) ([]T, error) {
	w := m.w
	failed := len(w.failed)
	if err := m.carry(ctx, in, false, false); err != nil || len(w.failed) > failed {
		return nil, err
	}
	since := make([]T, len(w.alive))
	fill(since, T(m.now.logDet()))
	if len(times) > 0 {
		show(0, nil, since) // frames behind the door are of the wide columns
	}
	return since, nil
}

func (m *doorCarrier[T]) seen() moments { return moments{} }

func (m *doorCarrier[T]) rest() {}
