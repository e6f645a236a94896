package engine

import (
	"math"
	"slices"
)

// ref is what a column of a per-row value refers to. area says where it is found: at least 0 a buffer of columns, in
// which at counts columns; numberArea a number, at its index among the builder's numbers; below that an element of
// the uniform matrix matrixOf(area), row-major.
type ref struct{ area, at int32 }

const numberArea = -1

func (r ref) isColumn() bool { return r.area >= 0 }
func (r ref) isNumber() bool { return r.area == numberArea }

// areaOf is the area of the elements of uniform matrix m; matrixOf is its inverse.
func areaOf(m int32) int32    { return -2 - m }
func matrixOf(a int32) int32  { return -2 - a }
func (r ref) isUniform() bool { return r.area < numberArea }

// list is an interned list of references: equal lists have equal numbers. 0 is the empty list.
type list int32

// lists interns lists of references and numbers.
type lists struct {
	refs    [][]ref
	wholes  []list // of each buffer: all its columns
	byHash  map[uint64]list
	numbers []float64
	byBits  map[uint64]int32
	room    []ref // for lists to come
}

func newLists() lists {
	return lists{refs: [][]ref{nil}, byHash: map[uint64]list{}, byBits: map[uint64]int32{}}
}

// intern returns the list of these references, which it keeps.
func (l *lists) intern(refs []ref) list {
	if len(refs) == 0 {
		return 0
	}
	h := uint64(len(refs))
	for _, r := range refs {
		h = mix(h, uint64(uint32(r.area))<<32|uint64(uint32(r.at)))
	}
	for ; ; h++ {
		id, ok := l.byHash[h]
		if !ok {
			id = list(len(l.refs))
			l.refs = append(l.refs, refs)
			l.byHash[h] = id
			return id
		}
		if slices.Equal(l.refs[id], refs) {
			return id
		}
	}
}

// make returns a list of n references to be filled in and interned.
func (l *lists) make(n int) []ref {
	if len(l.room) < n {
		l.room = make([]ref, max(n, 512))
	}
	out := l.room[:n:n]
	l.room = l.room[n:]
	return out
}

// number returns the reference to a number, told apart by its bits.
func (l *lists) number(v float64) ref {
	bits := math.Float64bits(v)
	i, ok := l.byBits[bits]
	if !ok {
		i = int32(len(l.numbers))
		l.numbers = append(l.numbers, v)
		l.byBits[bits] = i
	}
	return ref{numberArea, i}
}

// value returns the number that r refers to.
func (l *lists) value(r ref) float64 { return l.numbers[r.at] }

// repeated returns a list of n times r.
func (l *lists) repeated(r ref, n int) list {
	refs := l.make(n)
	for i := range refs {
		refs[i] = r
	}
	return l.intern(refs)
}

// allOf returns the list of all columns of a buffer.
func (l *lists) allOf(buffer int32, cols int) list {
	refs := l.make(cols)
	for i := range refs {
		refs[i] = ref{buffer, int32(i)}
	}
	return l.intern(refs)
}
