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
	T       float64       // the block's own time
	Z       *tensor.Dense // (rows, dim)
	LogProb []float64     // log density of the rows' states at that time, in nats
}

// Trajectory carries base values z (rows, dim) to the data and returns where they are on the way: at the start of the
// first block, and at frames equally spaced times in every block, its end the last of them. The states between the
// solver's steps are as accurate as the solve.
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
	if len(c.blocks) == 0 {
		return nil, errors.New("flows: a flow without blocks has no trajectory")
	}
	in, err := c.inputs(rows, cond, false)
	if err != nil {
		return nil, err
	}
	film := make([]Frame, 0, 1+frames*len(c.blocks))
	add := func(block int, t float64) {
		film = append(film, Frame{Block: block, T: t, Z: c.matrix(make([]T, rows*c.dim)), LogProb: make([]float64, rows)})
	}
	add(0, c.blocks[0].T0)
	for b := range c.blocks {
		for _, t := range c.frameTimes(b, frames) {
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

// frameTimes returns the times of block b's frames.
func (c *compiled[T]) frameTimes(b, frames int) []float64 {
	block := &c.blocks[b]
	out := make([]float64, frames)
	for i := range out {
		out[i] = block.T0 + (block.T1-block.T0)*float64(i+1)/float64(frames)
	}
	out[frames-1] = block.T1
	return out
}

// film carries the chunk from the base to the data and fills in its rows of every frame.
func (w *worker[T]) film(ctx context.Context, in *inputs[T], frames int, film []Frame) error {
	logp := make([]float64, w.n)
	if err := w.baseLogProb(logp); err != nil {
		return err
	}
	w.expose(film[0], w.z, nil, logp)
	for b := range w.blocks {
		block := &w.blocks[b]
		s, err := w.solver(b, block.traced)
		if err != nil {
			return err
		}
		copyColumns(s.State(0), w.z, w.n)
		clear(s.State(1)[0][:w.n])
		w.setNoise(s, b, in)
		w.setCondition(s, in)
		states, err := s.SolveAt(ctx, w.n, block.T0, block.T1, w.frameTimes(b, frames))
		if err != nil {
			return fmt.Errorf("block %d: %w", b, err)
		}
		for i, columns := range states {
			w.expose(film[1+b*frames+i], columns[:w.dim], columns[w.dim], logp)
		}
		end := states[len(states)-1]
		copyColumns(w.z, end, w.n)
		for i, l := range end[w.dim][:w.n] {
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
