package flows

import (
	"math"

	"github.com/go-ffjord/ffjord/graph"
)

// baseCarrier computes the base's log-density of a worker's chunk, and its gradient.
type baseCarrier[T graph.Float] struct {
	base *compiledBase[T]
	w    *worker[T]

	logp, logpVJP *graph.Machine[T]
}

// machine returns one of the worker's machines, made when first needed, bound to the parameters.
func (b *baseCarrier[T]) machine(at **graph.Machine[T], program *graph.Program[T]) (*graph.Machine[T], error) {
	if *at == nil {
		m, err := program.NewMachine(b.w.lanes)
		if err != nil {
			return nil, err
		}
		*at = m
	}
	if err := b.w.bind(*at, b.base.params); err != nil {
		return nil, err
	}
	return *at, nil
}

// logProb writes the base's log-density at the worker's z to its logp. Rows where it is NaN leave the chunk.
func (b *baseCarrier[T]) logProb() error {
	w, n := b.w, len(b.w.alive)
	if n == 0 {
		return nil
	}
	m, err := b.machine(&b.logp, b.base.logp)
	if err != nil {
		return err
	}
	copyColumns(m.In(baseZ), w.z, n)
	if err := m.Run(n); err != nil {
		return err
	}
	dead := map[int]bool{}
	for i, v := range m.Out(baseLogP)[0][:n] {
		w.logp[i] = float64(v)
		if math.IsNaN(w.logp[i]) {
			w.failOutside(w.from+w.alive[i], ErrBase, logDensity, 0, w.logp[i])
			dead[i] = true
		}
	}
	w.leave(dead)
	return nil
}

// gradient replaces the worker's z by the gradient of seed times the base's log-density.
func (b *baseCarrier[T]) gradient(seed T) error {
	m, err := b.machine(&b.logpVJP, b.base.logpVJP)
	if err != nil {
		return err
	}
	w, n := b.w, len(b.w.alive)
	copyColumns(m.In(baseZ), w.z, n)
	fill(m.In(baseSeed)[0][:n], seed)
	m.Reset()
	if err := m.Run(n); err != nil {
		return err
	}
	copyColumns(w.z, m.Out(baseGrad), n)
	return nil
}

func (b *baseCarrier[T]) sums(dst []T) { addSums(dst, b.base.params, b.logpVJP) }
