package flows

import (
	"context"
	"errors"
	"math"

	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/ode"
)

// solve carries a chunk through an FFJORD.
type solve[T graph.Float] struct {
	*solved[T]
	w       *worker[T]
	block   int
	solvers map[*ode.Integrator[T]]*ode.Worker[T]
	log     ode.Log[T]

	gradT1 float64 // of the end time, summed over the chunk
}

func (p *solved[T]) carrier(w *worker[T], block int) carrier[T] {
	return &solve[T]{solved: p, w: w, block: block, solvers: map[*ode.Integrator[T]]*ode.Worker[T]{}}
}

// solver returns the worker's solver for the equation of z and what is wanted beside it, bound to the parameters and
// with the noise and conditions of the rows.
func (s *solve[T]) solver(in *inputs[T]) (*ode.Worker[T], error) {
	it, err := s.of(in.with)
	if err != nil {
		return nil, err
	}
	solver := s.solvers[it]
	if solver == nil {
		if solver, err = it.NewWorker(s.w.lanes); err != nil {
			return nil, err
		}
		s.solvers[it] = solver
	}
	for _, p := range s.params {
		if err := solver.Bind(p.name, p.values); err != nil {
			return nil, err
		}
	}
	s.listen(solver)
	s.setNoise(solver, in)
	if s.cond > 0 {
		s.w.setCondition(solver.Rows(condInput), in)
	}
	return solver, nil
}

func (s *solve[T]) setNoise(solver *ode.Worker[T], in *inputs[T]) {
	noisy, ok := s.trace(in.with).(Noisy)
	if !ok {
		return
	}
	names := noisy.Inputs()
	width := len(names) * s.dim
	for k, name := range names {
		for d, col := range solver.Rows(name) {
			for i, row := range s.w.alive {
				col[i] = in.noise[s.block][(s.w.from+row)*width+k*s.dim+d]
			}
		}
	}
}

func (s *solve[T]) carry(ctx context.Context, in *inputs[T], inverse, keep bool) error {
	w, n := s.w, len(s.w.alive)
	solver, err := s.solver(in)
	if err != nil {
		return err
	}
	copyColumns(solver.State(0), w.z, n)
	for c := 1; c < len(s.widths(in)); c++ {
		clearColumns(solver.State(c), n)
	}
	from, to := s.ends()
	if inverse {
		from, to = to, from
	}
	log := &s.log
	if !keep {
		log = nil
	}
	err = solver.Solve(ctx, n, from, to, log)
	var failed *ode.SolveError
	if err != nil && !errors.As(err, &failed) {
		return err
	}
	for i, row := range w.alive {
		w.cost[row] = w.cost[row].Add(solver.Stats()[i])
	}
	copyColumns(w.z, solver.State(0), n)
	s.collect(solver, in, math.Copysign(1, to-from))
	if failed != nil {
		w.bury(s.block, failed)
	}
	return nil
}

// widths returns those of the state that is solved for.
func (s *solve[T]) widths(in *inputs[T]) []int {
	if in.with == withPenalties {
		return s.train.widths(s.dim, withPenalties)
	}
	if _, ok := s.eval.Trace.(Sampled); !ok && in.with == withEachProbe {
		return s.eval.widths(s.dim, withTrace)
	}
	return s.eval.widths(s.dim, in.with)
}

// collect adds up what was integrated beside z in the given direction of time.
func (s *solve[T]) collect(solver *ode.Worker[T], in *inputs[T], direction float64) {
	w, widths := s.w, s.widths(in)
	if len(widths) > 1 {
		for i, l := range solver.State(1)[0][:len(w.alive)] {
			w.logDet[i] += float64(l)
		}
	}
	if len(widths) < 3 {
		return
	}
	if in.with == withPenalties {
		for k, col := range solver.State(2) {
			for _, r := range col[:len(w.alive)] {
				w.penalty[s.block][k] += direction * float64(r)
			}
		}
		return
	}
	sampled, each := s.eval.Trace.(Sampled), make([]float64, widths[2])
	for i := range w.alive {
		for k, col := range solver.State(2) {
			each[k] = float64(col[i])
		}
		e := sampled.StdErr(each, s.dim)
		w.variance[i] += e * e
	}
}

// listen passes the solver's events on to the worker's listener.
func (s *solve[T]) listen(solver *ode.Worker[T]) {
	w := s.w
	if w.listener == nil {
		solver.Trace(nil)
		return
	}
	solver.Trace(func(e ode.StepEvent) {
		e.Row = w.from + w.alive[e.Row]
		w.listener(s.block, e)
	})
}

func (s *solve[T]) back(ctx context.Context, in *inputs[T], inverse bool) error {
	w := s.w
	it, err := s.of(in.with)
	if err != nil {
		return err
	}
	solver, from, to := s.solvers[it], 0., 0.
	if from, to = s.ends(); inverse {
		from, to = to, from
	}
	solver.ResetGrads()
	gz, err := solver.Cotangent(0)
	if err != nil {
		return err
	}
	copyColumns(gz, w.z, w.n)
	gl, err := solver.Cotangent(1)
	if err != nil {
		return err
	}
	copy(gl[0][:w.n], w.seed)
	if in.with == withPenalties && len(s.train.Penalties) > 0 {
		gr, err := solver.Cotangent(2)
		if err != nil {
			return err
		}
		for k, p := range s.train.Penalties {
			fill(gr[k][:w.n], T(p.Weight*math.Copysign(in.penaltySeed, to-from)))
		}
	}
	err = solver.Back(ctx, &s.log)
	var failed *ode.SolveError
	if errors.As(err, &failed) {
		w.bury(s.block, failed)
		return nil
	}
	if err != nil {
		return err
	}
	for i := range w.n {
		w.cost[i].Backward += solver.Stats()[i].Backward
	}
	if w.condGrad != nil {
		w.addCondGrad(solver.InputGrad(condInput))
	}
	if s.end != nil {
		s.addEndGrad(solver, inverse)
	}
	copyColumns(w.z, gz, w.n)
	return nil
}

// addEndGrad adds up the gradient of T1, which is where an inverse solve starts.
func (s *solve[T]) addEndGrad(solver *ode.Worker[T], inverse bool) {
	s.gradT1 = 0
	start, end := solver.TimeGrads()
	if inverse {
		end = start
	}
	for _, g := range end[:s.w.n] {
		s.gradT1 += float64(g)
	}
}

func (s *solve[T]) sums(dst []T) {
	solver := s.solvers[s.training]
	for _, p := range s.params {
		if p.trained {
			copy(dst[p.offset:], solver.Grad(p.name))
		}
	}
	if s.end != nil { // T1 = T0 ± s²
		dst[s.offset[s.end.Name()]] = T(2 * s.end.Numbers()[0] * s.train.direction() * s.gradT1)
	}
}

func (s *solve[T]) film(ctx context.Context, in *inputs[T], times []float64, show func(frame int, z [][]T, logDet []T)) ([]T, error) {
	w := s.w
	solver, err := s.solver(in)
	if err != nil {
		return nil, err
	}
	copyColumns(solver.State(0), w.z, w.n)
	clearColumns(solver.State(1), w.n)
	t0, t1 := s.ends()
	states, err := solver.SolveAt(ctx, w.n, t0, t1, times)
	var failed *ode.SolveError
	if errors.As(err, &failed) {
		w.bury(s.block, failed)
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	for i, columns := range states {
		show(i, columns[:s.dim], columns[s.dim])
	}
	copyColumns(w.z, solver.State(0), w.n)
	return solver.State(1)[0], nil
}
