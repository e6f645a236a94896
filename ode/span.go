package ode

import "github.com/go-ffjord/ffjord/graph"

// span is a step as a machine takes it, in numbers of T.
type span[T graph.Float] struct{ t, h, end T }

// spanTo returns the span of a step from t by h towards t1, where last says that it ends there. Rounding to T never
// carries the step, nor any of its stages, past t1: a field need not be defined there.
func spanTo[T graph.Float](t, h, t1 float64, last bool) span[T] {
	s := span[T]{T(t), T(h), T(t1)}
	sum := s.t + s.h
	switch {
	case h > 0 && sum > s.end, h < 0 && sum < s.end:
		s.h = s.end - s.t
	case !last:
		s.end = sum
	}
	return s
}

// place puts a span into a lane.
func (m *machine[T]) place(lane int, s span[T]) { m.t[lane], m.h[lane], m.end[lane] = s.t, s.h, s.end }

// placeAll puts one span into the first lanes, or where all lanes have it in common.
func (m *machine[T]) placeAll(lanes int, s span[T]) {
	n := min(lanes, len(m.t))
	fill(m.t[:n], s.t)
	fill(m.h[:n], s.h)
	fill(m.end[:n], s.end)
}

// placed returns the span of a lane.
func (m *machine[T]) placed(lane int) span[T] {
	at := min(lane, len(m.t)-1)
	return span[T]{m.t[at], m.h[at], m.end[at]}
}
