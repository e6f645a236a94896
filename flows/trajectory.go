package flows

import (
	"context"
	"errors"
	"fmt"

	"gorgonia.org/tensor"
)

// Frame is where the rows of a trajectory are at one time on the way from the base to the data.
type Frame struct {
	Block   int           // counted from the base
	T       float64       // the block's own time; 1 at the end of a block in closed form
	Z       *tensor.Dense // (rows, dim)
	LogProb []float64     // log density of the rows' states at that time, in nats
}

// Trajectory carries base values z (rows, dim) to the data and returns where they are on the way: at the start of the
// first block, and at frames equally spaced times in every block, its end the last of them; a block in closed form has
// one frame, its end. The states between the solver's steps are as accurate as the solve.
func (f *Flow) Trajectory(ctx context.Context, z *tensor.Dense, frames int) ([]Frame, error) {
	if err := f.Compile(); err != nil {
		return nil, err
	}
	if err := checkFrames(frames); err != nil {
		return nil, err
	}
	return f.engine.trajectory(ctx, z, nil, frames)
}

func checkFrames(frames int) error {
	if frames < 1 {
		return fmt.Errorf("flows: a trajectory of %d frames a block: want at least 1", frames)
	}
	return nil
}

func (c *compiled[T]) trajectory(ctx context.Context, z, cond *tensor.Dense, frames int) ([]Frame, error) {
	data, rows, err := rowsOf[T](z, c.dim)
	if err != nil {
		return nil, err
	}
	if len(c.parts) == 0 {
		return nil, errors.New("flows: a flow without blocks has no trajectory")
	}
	in, err := c.inputs(rows, cond, withTrace)
	if err != nil {
		return nil, err
	}
	film := make([]Frame, 0, 1+frames*len(c.parts))
	add := func(block int, t float64) {
		film = append(film, Frame{Block: block, T: t, Z: c.matrix(make([]T, rows*c.dim)), LogProb: make([]float64, rows)})
	}
	add(0, c.parts[0].start())
	for b, p := range c.parts {
		for _, t := range p.times(frames) {
			add(b, t)
		}
	}
	err = c.forChunks(ctx, rows, func(w *worker[T], _, from, to int) error {
		w.load(data, from, to)
		return w.film(ctx, in, frames, film)
	})
	if err != nil {
		return nil, err
	}
	return film, nil
}

// film carries the chunk from the base to the data and fills in its rows of every frame.
func (w *worker[T]) film(ctx context.Context, in *inputs[T], frames int, film []Frame) error {
	logp := make([]float64, w.n)
	if err := w.baseLogProb(logp); err != nil {
		return err
	}
	w.expose(film[0], w.z, nil, logp)
	rest := film[1:]
	for b, c := range w.carriers {
		times := w.parts[b].times(frames)
		var last []T
		err := c.film(ctx, in, times, func(frame int, z [][]T, logDet []T) {
			w.expose(rest[frame], z, logDet, logp)
			last = logDet
		})
		if err != nil {
			return fmt.Errorf("block %d: %w", b, err)
		}
		rest = rest[len(times):]
		for i, l := range last[:w.n] {
			logp[i] -= float64(l)
		}
	}
	return nil
}

// expose fills in the chunk's rows of a frame; logDet, where there is one, is since the block's start.
func (w *worker[T]) expose(f Frame, z [][]T, logDet []T, logp []float64) {
	data := f.Z.Data().([]T)
	for i := range w.n {
		for d := range w.dim {
			data[(w.from+i)*w.dim+d] = z[d][i]
		}
		f.LogProb[w.from+i] = logp[i]
		if logDet != nil {
			f.LogProb[w.from+i] -= float64(logDet[i])
		}
	}
}
