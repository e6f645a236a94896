package ode

import (
	"math"
	"slices"
	"unsafe"

	"github.com/go-ffjord/ffjord/graph"
)

// Record keeps the steps of a solve that Back goes back through: the state before every step of every row, and the step
// where rows choose their own. The zero value is ready, and serves one solve after the other without giving memory
// back.
type Record[T graph.Float] struct {
	t0, t1 float64
	rows   int
	whole  bool // the solve came to its end, for some rows by failing
	keeps  kept

	states  []T     // keepsGrid: tile by tile, step by step, column by column; keepsEnd: state and derivative by column
	records []T     // keepsSteps: t, h and the state before it
	prev    []int32 // of a record: the record of the row's step before, -1 for the first
	head    []int32 // of a row: its last record, or one of the two below
	steps   []int32 // of a row: how many records it has
	most    int64   // bytes of all of it
}

// kept is what a record keeps: what its integrator's Back needs.
type kept int

const (
	keepsGrid  kept = iota // the states before equal steps
	keepsSteps             // chosen steps and the states before them
	keepsEnd               // the final state and its derivative
)

// keeps returns what records keep for the integrator.
func (it *Integrator[T]) keeps() kept {
	switch {
	case !it.solver.Adaptive():
		return keepsGrid
	case it.solver.Adjoint != nil:
		return keepsEnd
	}
	return keepsSteps
}

// What head holds for rows that have no record.
const (
	noRecord  = -1
	rowFailed = -2
)

func (l *Record[T]) reset(t0, t1 float64, rows int, keeps kept, most int64) {
	l.t0, l.t1, l.rows, l.whole, l.keeps, l.most = t0, t1, rows, false, keeps, most
	l.states, l.records, l.prev, l.head, l.steps = l.states[:0], l.records[:0], l.prev[:0], l.head[:0], l.steps[:0]
	for range rows {
		l.head, l.steps = append(l.head, noRecord), append(l.steps, 0)
	}
}

// holds fails where so many numbers of T, and a place for each of so many records, are more than the record may take.
func (l *Record[T]) holds(numbers, records float64) error {
	bytes := numbers*float64(unsafe.Sizeof(T(0))) + records*4
	if bytes <= float64(l.most) && records <= math.MaxInt32 {
		return nil
	}
	need := int64(math.MaxInt64)
	if bytes < 1<<62 {
		need = int64(bytes)
	}
	return &LimitError{What: "ode: the record of a solve's steps", Need: need, Limit: l.most, Unit: "bytes", Raise: "ode.Solver.MaxRecord"}
}

// add records a step of row that starts at place i of columns y.
func (l *Record[T]) add(row int, s span[T], y [][]T, i int) {
	l.steps[row]++
	l.prev = append(l.prev, l.head[row])
	l.head[row] = int32(len(l.prev) - 1)
	from, width := len(l.records), 2+len(y)
	l.records = slices.Grow(l.records, width)[:from+width]
	record := l.records[from:]
	record[0], record[1] = s.t, s.h
	for c := range y {
		record[2+c] = y[c][i]
	}
}

// restore fills the lanes of a machine with records of rows.
func (l *Record[T]) restore(m *machine[T], records, rows []int32) {
	width := 2 + len(m.y)
	for lane, r := range records {
		record := l.records[int(r)*width:][:width]
		s := span[T]{record[0], record[1], record[0] + record[1]}
		if r == l.head[rows[lane]] {
			s.end = T(l.t1)
		}
		m.place(lane, s)
		for c, v := range record[2:] {
			m.y[c][lane] = v
		}
	}
}

// drop marks a row that failed.
func (l *Record[T]) drop(row int) { l.head[row] = rowFailed }

// Floats returns how many numbers the record holds now.
func (l *Record[T]) Floats() int { return len(l.states) + len(l.records) }

// appendColumns appends the first n rows of columns, column by column.
func appendColumns[T graph.Float](dst []T, cols [][]T, n int) []T {
	for _, col := range cols {
		dst = append(dst, col[:n]...)
	}
	return dst
}

// restoreColumns undoes appendColumns.
func restoreColumns[T graph.Float](cols [][]T, src []T, n int) {
	for c, col := range cols {
		copy(col[:n], src[c*n:])
	}
}
