package ode

import (
	"context"
	"fmt"
	"math"

	"github.com/go-ffjord/ffjord/graph"
)

// Worker solves an Integrator's problem for a chunk of rows, in memory of its own. It belongs to one goroutine at a
// time. State, cotangents and inputs are columns: for a component of width w, w slices with one value a row. They stay
// the same slices for the life of the worker.
//
// What a row gets depends on that row alone, whichever others are in the chunk, unless the solver's step is Shared.
type Worker[T graph.Float] struct {
	it    *Integrator[T]
	rows  int // of the chunk at most
	tile  int // of a run at most
	state [][]T
	cot   [][]T
	own   [][]T
	slope [][]T // derivative at the state, of steps by tolerance
	bound map[string][]T
	stats []Stats

	machines           []*machine[T]
	step, field, trial *machine[T]
	back, dense        *machine[T]
	lanes              []pace    // of steps by tolerance, by lane
	squared            []float64 // errors of the lanes' attempts in units of the tolerance
	first              []float64 // |h| of the first step, by row
	failed             []*RowError
	shared             shared[T]
	going              returns  // back through chosen steps
	sink               *sink[T] // of dense output, during a solve that has one
	onStep             func(StepEvent)
	accepting          func(active int) error // is told before lanes with an error of at most 1 move on
	adjoint            *adjoint[T]            // made when first needed

	inputGrads [][]T // of the field's own inputs
	gradT0     []T   // of the two ends of the time, by row
	gradT1     []T
}

// NewWorker returns a worker for chunks of at most rows rows.
func (it *Integrator[T]) NewWorker(rows int) (*Worker[T], error) {
	if rows < 1 {
		return nil, fmt.Errorf("ode: a worker for %d rows: want at least 1", rows)
	}
	w := &Worker[T]{it: it, rows: rows, tile: min(rows, tileLanes), bound: map[string][]T{}, stats: make([]Stats, rows)}
	w.state, w.slope, w.first = columns[T](it.width, rows), columns[T](it.width, rows), make([]float64, rows)
	var err error
	if it.step != nil {
		w.step, err = w.newMachine(it.step)
	} else if w.field, err = w.newMachine(it.field); err == nil {
		w.trial, err = w.newMachine(it.trial)
		w.lanes, w.squared = make([]pace, w.tile), make([]float64, w.tile)
	}
	if err != nil {
		return nil, err
	}
	w.own = columns[T](len(w.machines[0].own), rows)
	return w, nil
}

// Bind makes values, row-major, the value of the parameter name. The worker keeps the slice; after changing its
// elements, bind it again.
func (w *Worker[T]) Bind(name string, values []T) error {
	for _, m := range w.machines {
		if err := m.Bind(name, values); err != nil {
			return err
		}
	}
	w.bound[name] = values
	if w.adjoint != nil {
		return w.adjoint.Bind(name, values)
	}
	return nil
}

// Rebind binds again all that is bound, whose elements have changed.
func (w *Worker[T]) Rebind() {
	for _, m := range w.machines {
		m.Rebind()
	}
	if w.adjoint != nil {
		w.adjoint.Rebind()
	}
}

// State returns the columns of component c: the initial state before Solve, the final one after it.
func (w *Worker[T]) State(c int) [][]T { return w.component(w.state, c) }

func (w *Worker[T]) component(cols [][]T, c int) [][]T {
	from := 0
	for _, width := range w.it.problem.Widths[:c] {
		from += width
	}
	return cols[from : from+w.it.problem.Widths[c]]
}

// Rows returns the columns of the field's own input per row, noise or a condition. It stays the same over a solve. It
// panics where the field declares no such input.
func (w *Worker[T]) Rows(name string) [][]T {
	from, to := w.ownRange(name)
	return w.own[from:to]
}

// ownRange returns where the columns of one of the field's inputs stand among all of them.
func (w *Worker[T]) ownRange(name string) (from, to int) {
	for _, in := range w.it.Graph().Inputs() {
		for _, own := range w.it.own {
			if in.Name != own {
				continue
			}
			if own == name {
				return from, from + in.Cols
			}
			from += in.Cols
		}
	}
	panic("ode: the field has no input per row " + name)
}

// Solve carries the state of the first n rows from t0 to t1, forward or backward in time; where they are equal, the
// state stays as it is. With a record it keeps what Back needs, up to Solver.MaxRecord bytes, beyond which it
// ends with a [*LimitError]. ctx is checked before every step.
//
// Where the solve fails for some rows, it returns a [*SolveError]; their states are NaN and all others are solved.
// After any other error, such as a cancelled ctx, no state is to be used.
func (w *Worker[T]) Solve(ctx context.Context, n int, t0, t1 float64, log *Record[T]) error {
	if n < 1 || n > w.rows {
		return fmt.Errorf("ode: %d rows to solve, want 1 to %d, as many as the worker takes", n, w.rows)
	}
	if span := t1 - t0; math.IsNaN(span) || math.IsInf(span, 0) {
		return fmt.Errorf("ode: solve from t = %v to %v: want finite times", t0, t1)
	}
	clear(w.stats[:n])
	if log != nil {
		log.reset(t0, t1, n, w.it.keeps(), w.it.solver.MaxRecord)
	}
	var err error
	switch {
	case t0 == t1:
	case w.step != nil:
		err = w.solveGrid(ctx, n, t0, t1, log)
	case w.it.solver.Shared:
		err = w.solveShared(ctx, n, t0, t1, log)
	default:
		err = w.solveByTolerance(ctx, n, t0, t1, log)
	}
	if log != nil {
		log.whole = err == nil || isSolveError(err)
		if log.keeps == keepsEnd {
			log.states = appendColumns(appendColumns(log.states, w.state, n), w.slope, n)
		}
	}
	return err
}

// Stats returns what the last Solve has cost each row; Back adds to Backward. They stay the same slice.
func (w *Worker[T]) Stats() []Stats { return w.stats }

// OnStep makes f be told of every attempt at a step of the solves to come, by the worker's goroutine; nil ends it.
// Where f panics, the solve ends with a [*PanicError].
func (w *Worker[T]) OnStep(f func(StepEvent)) { w.onStep = f }
