package flows

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/internal/guard"
	"github.com/go-ffjord/ffjord/ode"
)

// ffjordCarrier carries a worker's chunk through an FFJORD.
type ffjordCarrier[T graph.Float] struct {
	block   *compiledFFJORD[T]
	w       *worker[T]
	at      int // number of the block
	solvers map[*equation[T]]*ode.Worker[T]
	log     ode.Record[T]
	noise   [][]T // the solver's columns of it, in the order in which a row's noise is drawn

	gradTime float64 // of a learnt T0 or T1, summed over the chunk
}

func (b *compiledFFJORD[T]) carrier(w *worker[T], block int) carrier[T] {
	return &ffjordCarrier[T]{block: b, w: w, at: block, solvers: map[*equation[T]]*ode.Worker[T]{}}
}

// solver returns the worker's solver for the equation of z and what is wanted beside it, bound to the parameters and
// with the noise and conditions of the rows.
func (s *ffjordCarrier[T]) solver(ctx context.Context, in *inputs[T]) (*equation[T], *ode.Worker[T], error) {
	it, err := s.block.of(ctx, in.need)
	if err != nil {
		return nil, nil, err
	}
	solver := s.solvers[it]
	if solver == nil {
		if solver, err = it.NewWorker(s.w.lanes); err != nil {
			return nil, nil, err
		}
		s.solvers[it] = solver
	}
	if err := s.w.bind(solver, s.block.params); err != nil {
		return nil, nil, err
	}
	s.listen(solver)
	s.setNoise(solver, in)
	if s.w.cond > 0 {
		s.w.setCondition(solver.Rows(condInput), in)
	}
	return it, solver, nil
}

func (s *ffjordCarrier[T]) setNoise(solver *ode.Worker[T], in *inputs[T]) {
	noisy, ok := s.block.plan.trace(in.with).(Noisy)
	if !ok {
		return
	}
	s.noise = s.noise[:0]
	for _, name := range noisy.Inputs() {
		s.noise = append(s.noise, solver.Rows(name)...)
	}
	for i, row := range s.w.alive {
		for k, v := range in.noise[s.at].of(s.w.from + row) {
			s.noise[k][i] = v
		}
	}
}

func (s *ffjordCarrier[T]) carry(ctx context.Context, in *inputs[T], inverse, keep bool) error {
	w, n := s.w, len(s.w.alive)
	it, solver, err := s.solver(ctx, in)
	if err != nil {
		return err
	}
	copyColumns(solver.State(0), w.z, n)
	for c := 1; c < len(it.widths); c++ {
		clearColumns(solver.State(c), n)
	}
	from, to := s.block.plan.ends()
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
	if err := s.collect(it, solver, in, math.Copysign(1, to-from)); err != nil {
		return err
	}
	if failed != nil {
		w.bury(s.at, failed)
	}
	return nil
}

// collect adds up what was integrated beside z in the given direction of time.
func (s *ffjordCarrier[T]) collect(it *equation[T], solver *ode.Worker[T], in *inputs[T], direction float64) error {
	w, widths := s.w, it.widths
	if len(widths) > 1 {
		for i, l := range solver.State(1)[0][:len(w.alive)] {
			w.logDet[i] += float64(l)
		}
	}
	if len(widths) < 3 {
		return nil
	}
	if in.with == withPenalties {
		for k, col := range solver.State(2) {
			for _, r := range col[:len(w.alive)] {
				w.penalty[s.at][k] += direction * float64(r)
			}
		}
		return nil
	}
	sampled, each := s.block.plan.eval.Trace.(Sampled), make([]float64, widths[2])
	return guard.Go(fmt.Sprintf("%T.StdErr", sampled), func() error {
		for i := range w.alive {
			for k, col := range solver.State(2) {
				each[k] = float64(col[i])
			}
			e := sampled.StdErr(each, w.dim)
			w.variance[i] += e * e
		}
		return nil
	})
}

// listen passes the solver's events on to the worker's listener.
func (s *ffjordCarrier[T]) listen(solver *ode.Worker[T]) {
	w := s.w
	if w.listener == nil {
		solver.OnStep(nil)
		return
	}
	solver.OnStep(func(e ode.StepEvent) {
		e.Row = w.from + w.alive[e.Row]
		w.listener(s.at, e)
	})
}

func (s *ffjordCarrier[T]) back(ctx context.Context, in *inputs[T], inverse bool) error {
	w, n := s.w, len(s.w.alive)
	it, err := s.block.of(ctx, in.need)
	if err != nil {
		return err
	}
	solver, from, to := s.solvers[it], 0., 0.
	if from, to = s.block.plan.ends(); inverse {
		from, to = to, from
	}
	solver.ResetGrads()
	gz, err := solver.Cotangent(0)
	if err != nil {
		return err
	}
	copyColumns(gz, w.z, n)
	gl, err := solver.Cotangent(1)
	if err != nil {
		return err
	}
	copy(gl[0][:n], w.seed)
	if in.with == withPenalties && len(s.block.plan.train.Penalties) > 0 {
		gr, err := solver.Cotangent(2)
		if err != nil {
			return err
		}
		for k, p := range s.block.plan.train.Penalties {
			fill(gr[k][:n], T(p.Weight*math.Copysign(in.penaltySeed, to-from)))
		}
	}
	err = solver.Back(ctx, &s.log)
	var failed *ode.SolveError
	if errors.As(err, &failed) {
		w.bury(s.at, failed)
		return nil
	}
	if err != nil {
		return err
	}
	for i, row := range w.alive {
		w.cost[row].Backward += solver.Stats()[i].Backward
	}
	if w.condGrad != nil {
		w.addCondGrad(solver.InputGrad(condInput))
	}
	if s.block.plan.learnt != nil {
		s.addTimeGrad(solver, inverse)
	}
	copyColumns(w.z, gz, n)
	return nil
}

// addTimeGrad adds up the gradient of the learnt time: T0 is where a forward solve starts, T1 an inverse one.
func (s *ffjordCarrier[T]) addTimeGrad(solver *ode.Worker[T], inverse bool) {
	s.gradTime = 0
	start, grads := solver.TimeGrads()
	if inverse != s.block.plan.train.LearnT0 {
		grads = start
	}
	for _, g := range grads[:len(s.w.alive)] {
		s.gradTime += float64(g)
	}
}

func (s *ffjordCarrier[T]) sums(dst []T) {
	solver := s.solvers[s.block.training]
	for _, p := range s.block.params {
		if p.trained {
			copy(dst[p.offset:], solver.Grad(p.name))
		}
	}
	if p := s.block.plan; p.learnt != nil { // T1 = T0 ± s², or T0 = T1 ∓ s²
		by := 2 * p.learnt.Numbers()[0] * p.train.direction()
		if p.train.LearnT0 {
			by = -by
		}
		dst[s.block.flow.plan.offset[p.learnt.Name()]] = T(by * s.gradTime)
	}
}

func (s *ffjordCarrier[T]) film(
	ctx context.Context, in *inputs[T], times []float64, show func(frame int, z [][]T, logDet []T),
) ([]T, error) {
	w, n := s.w, len(s.w.alive)
	_, solver, err := s.solver(ctx, in)
	if err != nil {
		return nil, err
	}
	copyColumns(solver.State(0), w.z, n)
	clearColumns(solver.State(1), n)
	t0, t1 := s.block.plan.ends()
	states, err := solver.SolveAt(ctx, n, t0, t1, times)
	var failed *ode.SolveError
	if errors.As(err, &failed) {
		w.bury(s.at, failed)
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	for i, columns := range states {
		show(i, columns[:w.dim], columns[w.dim])
	}
	copyColumns(w.z, solver.State(0), n)
	return solver.State(1)[0], nil
}

func (s *ffjordCarrier[T]) seen() moments { return moments{} }

// restingLog is the largest log that a worker keeps between calls, in numbers.
const restingLog = 1 << 22

func (s *ffjordCarrier[T]) rest() {
	if s.log.Floats() > restingLog {
		s.log = ode.Record[T]{}
	}
}
