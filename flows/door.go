package flows

import (
	"math"

	"github.com/go-ffjord/ffjord/graph"
)

// The door of a flow of float32 is the run of blocks next to the data that only stretch, shift and reorder columns.
// They are computed in float64: in float32 a column of 1e8 ± 1 has no digits left, while its standardised values have
// all of theirs. What is on the data's side of the door is float64.

// doorMap is a block of the door: x[j] = loc[j] + scale[j]·z[order[j]].
type doorMap struct {
	loc, scale []float64 // nil is zeros, ones
	order      []int     // nil is 0, 1, ...
}

// doorReader returns a block's map for its parameters as they are.
type doorReader func(number func(name string) []float64, dim int) doorMap

// doorOf returns the reader of a block, nil for a block that can't be in the door. It goes by the type: one of a user's
// own that embeds an Affine is another map.
func doorOf(b Block) doorReader {
	switch b := b.(type) {
	case Standardize:
		return func(number func(string) []float64, _ int) doorMap {
			return doorMap{loc: asDescribed(b.Mean, number("mean")), scale: asDescribed(b.Std, number("std"))}
		}
	case *Standardize:
		return doorOf(*b)
	case Affine:
		return func(number func(string) []float64, _ int) doorMap {
			if b.Learn {
				return doorMap{loc: number("loc"), scale: exps(number("log_scale"))}
			}
			return doorMap{loc: asDescribed(b.Loc, number("loc")), scale: asDescribed(b.Scale, number("scale"))}
		}
	case *Affine:
		return doorOf(*b)
	case Permute:
		return func(_ func(string) []float64, dim int) doorMap { return doorMap{order: b.withDefaults(dim)} }
	case *Permute:
		return doorOf(*b)
	}
	return nil
}

// asDescribed returns the values that a block was described with where its state is still those values rounded, and
// otherwise the state, which may have come from a file.
func asDescribed(values, state []float64) []float64 {
	for i, v := range state {
		if float64(float32(values[i])) != v {
			return state
		}
	}
	return values
}

// forward carries rows to the data in place, columns by dimension, with scratch as large as they are.
func (m doorMap) forward(x, scratch [][]float64, n int) {
	if m.order != nil {
		for j, d := range m.order {
			copy(scratch[j][:n], x[d])
		}
		copyColumns(x, scratch, n)
	}
	for d, col := range x {
		if m.scale != nil {
			for i := range col[:n] {
				col[i] *= m.scale[d]
			}
		}
		if m.loc != nil {
			for i := range col[:n] {
				col[i] += m.loc[d]
			}
		}
	}
}

// inverse undoes forward.
func (m doorMap) inverse(x, scratch [][]float64, n int) {
	for d, col := range x {
		if m.loc != nil {
			for i := range col[:n] {
				col[i] -= m.loc[d]
			}
		}
		if m.scale != nil {
			for i := range col[:n] {
				col[i] /= m.scale[d]
			}
		}
	}
	if m.order != nil {
		for j, d := range m.order {
			copy(scratch[d][:n], x[j])
		}
		copyColumns(x, scratch, n)
	}
}

// from returns the dimension of the base's side that dimension j of the data's side comes from.
func (m doorMap) from(j int) int {
	if m.order == nil {
		return j
	}
	return m.order[j]
}

// stretch returns the scale of dimension j of the data's side.
func (m doorMap) stretch(j int) float64 {
	if m.scale == nil {
		return 1
	}
	return m.scale[j]
}

// logDet returns log |det| of forward.
func (m doorMap) logDet() (sum float64) {
	for _, s := range m.scale {
		sum += math.Log(s)
	}
	return sum
}

// doorFrom returns the number of the first block of the door, that of all blocks where there is no door.
func doorFrom[T graph.Float](blocks []Block) int {
	first := len(blocks)
	if _, narrow := any(T(0)).(float32); !narrow {
		return first
	}
	for first > 0 && doorOf(blocks[first-1]) != nil {
		first--
	}
	return first
}
