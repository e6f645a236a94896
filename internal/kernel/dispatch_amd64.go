//go:build amd64 && !purego

package kernel

import (
	"math"
	"unsafe"
)

// head is where a descriptor begins, as the assembly takes it.
func head[D any](a *D) *byte { return (*byte)(unsafe.Pointer(a)) }

// first is where an area begins.
func first[T Float](s []T) *byte { return (*byte)(unsafe.Pointer(unsafe.SliceData(s))) }

// share divides count into the fewest parts of at most most, as equal as can be,
// and gives the first.
func share(count, most int) int {
	if count <= most {
		return count
	}
	parts := (count + most - 1) / most
	return (count + parts - 1) / parts
}

// matMulAsm does the columns of the result in groups, as many at a time as the
// registers hold sums for.
func matMulAsm[T Float](t *table) func(a *MatMul, arena, uniform []T, n int) {
	most := len(t.matMul) - 1
	for t.matMul[most] == nil {
		most--
	}
	return func(a *MatMul, arena, uniform []T, n int) {
		n = Pad(n)
		if a.Packed {
			for j, count := 0, len(a.Out.D); j < count; j += Panel {
				t.packed[min(Panel, count-j)](head(a), first(arena), first(uniform), j, n)
			}
			return
		}
		for j, count := 0, len(a.Out.D); j < count; {
			m := share(count-j, most)
			t.matMul[m](head(a), first(arena), first(uniform), j, n)
			j += m
		}
	}
}

// unaryAsm leaves to plain Go what has no assembly, and the sines and cosines of large
// numbers.
func unaryAsm[T Float](t *table) func(a *Unary, arena []T, n int) {
	return func(a *Unary, arena []T, n int) {
		switch f := t.unary[a.Fn]; {
		case f != nil:
			f(head(a), first(arena), Pad(n))
		case a.Fn == Sin:
			if t.sin(head(a), first(arena), Pad(n)) != 0 {
				finish(a, arena, n, math.Sin)
			}
		case a.Fn == Cos:
			if t.cos(head(a), first(arena), Pad(n)) != 0 {
				finish(a, arena, n, math.Cos)
			}
		default:
			unaryGo(a, arena, n)
		}
	}
}

// finish computes f where the kernel left x itself, too large for its reduction:
// these are the results that no sine or cosine can be.
func finish[T Float](a *Unary, arena []T, n int, f func(float64) float64) {
	for _, o := range a.D {
		d := column(arena, o, Pad(n))
		for i, x := range d {
			if x > 1 || x < -1 {
				d[i] = T(f(float64(x)))
			}
		}
	}
}

// outerNarrowAsm does blocks of a few columns by a few.
func outerNarrowAsm[T Float](t *table, a *Outer, arena, sums []T, rows int) {
	side := len(t.outer) - 1
	for t.outer[side][side] == nil {
		side--
	}
	I, J := len(a.A), len(a.B)
	step := J * Lanes * int(unsafe.Sizeof(T(0)))
	for i := 0; i < I; {
		m := share(I-i, side)
		for j := 0; j < J; {
			k := share(J-j, side)
			t.outer[m][k](&a.A[i], &a.B[j], first(arena), first(sums[(i*J+j)*Lanes:]), step, rows)
			j += k
		}
		i += m
	}
}

// outerWideAsm transposes one side, so that its columns become lanes, and adds
// multiples of its rows for a few columns of the other side at a time.
func outerWideAsm[T Float](t *table, a *Outer, arena, sums, scratch []T, rows int) {
	side, others := a.sides()
	width := Pad(len(side))
	for c := 0; c < width; c += Lanes {
		t.transpose(first(scratch[c:]), first(arena), &side[c], len(side)-1-c, width, Pad(rows))
	}
	most := len(t.outerWide) - 1
	for j := 0; j < len(others); {
		m := share(len(others)-j, most)
		t.outerWide[m](&others[j], first(arena), first(scratch), first(sums[j*width:]), width, rows)
		j += m
	}
}
