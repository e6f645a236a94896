package ode

import (
	"context"
	"fmt"
	"slices"
)

// returns keeps where the rows are on their way back through the steps they have chosen.
type returns struct {
	row, record []int32 // by lane: the row, and its step to go through next
	order       []int32 // the rows that have steps, in the order in which they enter the lanes
	places      []int32 // in order, by number of steps: where the next row goes that has so many
}

// replay goes back through the steps that every row has chosen, each with the step's vector-Jacobian product. Rows with
// the most steps enter the lanes first, so that the tile empties at the end only.
func (w *Worker[T]) replay(ctx context.Context, log *Record[T]) error {
	if len(log.records) != len(log.prev)*(2+w.it.width) {
		return fmt.Errorf("ode: the record is not one of a whole solve by this integrator")
	}
	g, b := &w.going, w.back
	if g.row == nil {
		g.row, g.record = make([]int32, w.tile), make([]int32, w.tile)
	}
	w.longestFirst(log)
	stages, extra := w.it.solver.Method.Stages(), w.wantsExtra()
	for active, next := 0, 0; ; {
		for ; active < w.tile && next < len(g.order); active, next = active+1, next+1 {
			row := g.order[next]
			copyRow(b.g, active, w.cot, int(row))
			copyRow(b.own, active, w.own, int(row))
			g.row[active], g.record[active] = row, log.head[row]
		}
		if active == 0 {
			return nil
		}
		log.restore(b, g.record[:active], g.row)
		err := ctx.Err()
		if err == nil {
			err = b.Run(active)
		}
		if err != nil {
			return fmt.Errorf("ode: going back through row %d: %w", g.row[0], err)
		}
		copyRange(b.g, 0, b.gy, 0, active)
		for lane := active - 1; lane >= 0; lane-- {
			if w.retreat(log, lane, stages, extra) {
				active--
				copyRow(b.g, lane, b.g, active)
				copyRow(b.own, lane, b.own, active)
				g.row[lane], g.record[lane] = g.row[active], g.record[active]
			}
		}
	}
}

// retreat does the bookkeeping of a lane that went back through a step of so many stages, with extra gradients where
// they are wanted, and reports whether that was its row's first.
func (w *Worker[T]) retreat(log *Record[T], lane, stages int, extra bool) (done bool) {
	g, b := &w.going, w.back
	row := int(g.row[lane])
	w.stats[row].Backward += stages
	if extra {
		span := log.t1 - log.t0
		w.addExtra(lane, row, (float64(b.t[lane])-log.t0)/span, float64(b.h[lane])/span)
	}
	g.record[lane] = log.prev[g.record[lane]]
	if g.record[lane] >= 0 {
		return false
	}
	copyRow(w.cot, row, b.g, lane)
	return true
}

// longestFirst orders the rows that have steps, those with the most first, and by number where they have as many.
func (w *Worker[T]) longestFirst(log *Record[T]) {
	g, most, rows := &w.going, int32(0), int32(0)
	for row, at := range log.head {
		if at >= 0 {
			most = max(most, log.steps[row])
			rows++
		}
	}
	g.order = slices.Grow(g.order[:0], int(rows))[:rows]
	g.places = slices.Grow(g.places[:0], int(most)+1)[:most+1]
	clear(g.places)
	for row, at := range log.head {
		if at >= 0 {
			g.places[log.steps[row]]++
		}
	}
	for steps := range g.places { // those that have more come before
		rows -= g.places[steps]
		g.places[steps] = rows
	}
	for row, at := range log.head {
		if at >= 0 {
			place := &g.places[log.steps[row]]
			g.order[*place] = int32(row)
			*place++
		}
	}
}
