package flows

import (
	"context"
	"errors"
	"fmt"
	"math"

	"gorgonia.org/tensor"
)

// Frame is where the rows of a trajectory are at one time on the way from the base to the data.
type Frame struct {
	Block   int           // counted from the base
	T       float64       // the block's own time; 1 at the end of a block in closed form
	Z       *tensor.Dense // (rows, dim), of the type of the flow's results there
	LogProb []float64     // log density of the rows' states at that time, in nats
}

// Trajectory carries base values z (rows, dim) to the data and returns where they are on the way: at the start of the
// first block, and at frames equally spaced times in every block, its end the last of them; a block in closed form has
// one frame, its end. The states between the solver's steps are as accurate as the solve.
func (f *Flow) Trajectory(ctx context.Context, z *tensor.Dense, frames int) ([]Frame, error) {
	return f.Given(nil).Trajectory(ctx, z, frames)
}

// TrajectoryAt is Trajectory with a frame at each of the given times: for every block of the flow, chains counted block
// by block, times of its own between its ends, in the order of travel; none is fine.
func (f *Flow) TrajectoryAt(ctx context.Context, z *tensor.Dense, times ...[]float64) ([]Frame, error) {
	return f.Given(nil).TrajectoryAt(ctx, z, times...)
}

// frameTimes returns where a trajectory of so many frames a block stops: at frames times in every block, and at the
// start of the first one where that has a time of its own; start reports that it has none.
func (p *plan) frameTimes(frames int) (times [][]float64, start bool, err error) {
	if frames < 1 {
		return nil, false, inputError("frames", nil, "a trajectory of %d frames a block: want at least 1", frames)
	}
	if len(p.blocks) == 0 {
		return nil, false, errors.New("flows: a flow without blocks has no trajectory")
	}
	if err := p.afford("the times of a trajectory", frames, 8*len(p.blocks)); err != nil {
		return nil, false, err
	}
	times = make([][]float64, len(p.blocks))
	for b, block := range p.blocks {
		times[b] = block.times(frames)
	}
	first, ok := p.blocks[0].(*ffjordPlan)
	if ok {
		t0, _ := first.ends()
		times[0] = append([]float64{t0}, times[0]...)
	}
	return times, !ok, nil
}

// trajectory has a frame of the base before all others where start is true.
func (c *compiled[T]) trajectory(ctx context.Context, z, cond *tensor.Dense, times [][]float64, start bool) ([]Frame, error) {
	in, err := c.inputs(ctx, z, cond, need{with: withTrace, pausing: true})
	if err != nil {
		return nil, err
	}
	rows := in.x.rows
	if len(times) != len(c.blocks) {
		return nil, inputError("times", nil, "times of a trajectory for %d blocks, and the flow has %d", len(times), len(c.blocks))
	}
	frames := 1
	for _, at := range times {
		frames += len(at)
	}
	if err := c.plan.afford("the frames of a trajectory", frames, rows*(c.plan.rowBytes()+8)); err != nil {
		return nil, err
	}
	var film []Frame
	if start {
		film = append(film, c.frame(0, 0, rows, false))
	}
	for b, p := range c.plan.blocks {
		if err := p.checkTimes(times[b]); err != nil {
			return nil, inputError("times", nil, "block %d: %v", b, err)
		}
		for _, t := range times[b] {
			if err := ctx.Err(); err != nil {
				return nil, fmt.Errorf("flows: %w", err)
			}
			film = append(film, c.frame(b, t, rows, b >= c.plan.door))
		}
	}
	err = c.forChunks(ctx, rows, func(w *worker[T], _, from, to int) error {
		err := w.survive(in, from, to, func() error { return w.film(ctx, in, times, start, film) })
		for _, e := range w.failed {
			for _, f := range film {
				f.fail(e.Row)
			}
		}
		return err
	})
	if err != nil && !partial(err) {
		return nil, err
	}
	return film, err
}

func (c *compiled[T]) frame(block int, t float64, rows int, data bool) Frame {
	return Frame{Block: block, T: t, Z: c.output(rows, data).matrix(), LogProb: make([]float64, rows)}
}

// fail marks a row that has failed.
func (f Frame) fail(row int) {
	dim := f.Z.Shape()[1]
	switch z := f.Z.Data().(type) {
	case []float32:
		toNaN(z[row*dim : (row+1)*dim])
	case []float64:
		toNaN(z[row*dim : (row+1)*dim])
	}
	f.LogProb[row] = math.NaN()
}

// film carries the chunk from the base to the data and fills in its rows of every frame.
func (w *worker[T]) film(ctx context.Context, in *inputs[T], times [][]float64, start bool, film []Frame) error {
	failed := len(w.failed)
	if err := w.base.logProb(); err != nil || len(w.failed) > failed {
		return err
	}
	if start {
		w.expose(film[0], w.z, nil)
		film = film[1:]
	}
	for b, c := range w.carriers {
		since, err := c.film(ctx, in, times[b], func(frame int, z [][]T, logDet []T) {
			w.expose(film[frame], z, logDet)
		})
		if err != nil {
			return fmt.Errorf("block %d: %w", b, err)
		}
		if len(w.failed) > failed {
			return nil
		}
		film = film[len(times[b]):]
		for i, l := range since[:len(w.alive)] {
			w.logp[i] -= float64(l)
		}
	}
	return nil
}

// expose fills in the chunk's rows of a frame that stand at z, or behind the door at wide; logDet, where there is one,
// is since the block's start.
func (w *worker[T]) expose(f Frame, z [][]T, logDet []T) {
	if data, ok := f.Z.Data().([]T); ok {
		storeColumns(w, data, z)
	} else { // behind the door
		storeColumns(w, f.Z.Float64s(), w.wide)
	}
	for i, row := range w.alive {
		f.LogProb[w.from+row] = w.logp[i]
		if logDet != nil {
			f.LogProb[w.from+row] -= float64(logDet[i])
		}
	}
}
