//go:build amd64 && !purego

package kernel

import (
	"math"
	"runtime"
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

// argument is one of a [Call].
type argument struct {
	area area
	add  uintptr
}

var (
	arenaStart   = argument{area: inArena}
	uniformStart = argument{area: inUniform}
	tileLanes    = argument{area: allLanes}
	tileRows     = argument{area: allRows}
)

func number(i int) argument { return argument{add: uintptr(i)} }

// address is where a descriptor begins, or an element of its lists.
func address[D any](a *D) argument { return argument{add: uintptr(unsafe.Pointer(a))} }

// at is an element of an area.
func at[T Float](a area, element int) argument {
	return argument{a, uintptr(element) * unsafe.Sizeof(T(0))}
}

func call(code uintptr, args ...argument) Call {
	c := Call{code: code, long: len(args) > 4}
	for i, a := range args {
		c.area[i], c.add[i] = a.area, a.add
	}
	return c
}

// planner plans the calls of one variant's assembly.
type planner[T Float] struct{ *table }

// plan is [Set.Plan].
func (p planner[T]) plan(d Descriptor, tile, lanes int, each func(Call)) bool {
	n := tileLanes
	if lanes > 0 {
		n = number(Pad(lanes))
	}
	code := uintptr(0)
	var head argument
	switch d := d.(type) {
	case *MatMul:
		p.product(d, tile, n, each)
		return true
	case *RowMatMul:
		each(call(p.rowMatMul, address(d), arenaStart, uniformStart))
		return true
	case *Outer:
		if d.wide() {
			p.outerProductWide(d, each)
		} else {
			p.outerProduct(d, each)
		}
		return true
	case *RowSum:
		each(call(p.rowSum, address(d), arenaStart, at[T](inSums, d.S), tileRows))
		return true
	case *Reduce:
		each(call(p.reduce[d.Op], address(d), arenaStart, n))
		return true
	case *Unary:
		if p.unary[d.Fn] == 0 {
			return false
		}
		each(call(p.unary[d.Fn], address(d), arenaStart, n))
		return true
	case *Affine:
		code, head = p.affine[caseOf(d).index()], address(d)
	case *Binary:
		code, head = p.binary[d.Fn], address(d)
	case *Choose:
		code, head = p.choose, address(d)
	case *Copy:
		code, head = p.copy, address(d)
	}
	if code == 0 {
		return false
	}
	each(call(code, head, arenaStart, uniformStart, n))
	return true
}

// now makes the calls of a descriptor at once and reports whether there are such.
func (p planner[T]) now(d Descriptor, arena, uniform, sums, scratch []T, n int) bool {
	ok := p.plan(d, n, 0, func(c Call) { runAll([]Call{c}, arena, uniform, sums, scratch, n) })
	runtime.KeepAlive(d)
	return ok
}

// longestCall is the work, in multiply-adds, that a call does about at most: a tenth of a millisecond.
const longestCall = 1 << 22

// product does the columns of the result in groups, and groups of the same number in one call. A group is a panel at
// most, which leaves registers for several vectors of rows, but in a tile of few rows, which has but one.
func (p planner[T]) product(a *MatMul, tile int, n argument, each func(Call)) {
	of, count, most := p.matMul[:], len(a.Out.D), Panel
	some := max(1, longestCall/max(1, Panel*len(a.X)*tile))
	take := func(left int) int { return share(left, most) }
	if last := len(p.matMul) - 1; a.Packed {
		of, take = p.packed[:], func(left int) int { return min(Panel, left) }
	} else if tile <= Lanes && p.matMul[last] != 0 {
		most = last
	}
	for j := 0; j < count; {
		m, groups := take(count-j), 1
		for next := j + m; next < count && groups < some && take(count-next) == m; next += m {
			groups++
		}
		each(call(of[m], address(a), arenaStart, uniformStart, number(j), n, number(groups)))
		j += groups * m
	}
}

// outerProduct does blocks of a few columns by a few.
func (p planner[T]) outerProduct(a *Outer, each func(Call)) {
	side := len(p.outer) - 1
	for p.outer[side][side] == 0 {
		side--
	}
	I, J := len(a.A), len(a.B)
	step := J * Lanes * int(unsafe.Sizeof(T(0)))
	for i := 0; i < I; {
		m := share(I-i, side)
		for j := 0; j < J; {
			k := share(J-j, side)
			s := at[T](inSums, a.S+(i*J+j)*Lanes)
			each(call(p.outer[m][k], address(&a.A[i]), address(&a.B[j]), arenaStart, s, number(step), tileRows))
			j += k
		}
		i += m
	}
}

// outerProductWide transposes one side, so that its columns become lanes, and adds multiples of its rows for a few
// columns of the other side at a time: strip by strip, which stays in the first-level cache meanwhile.
func (p planner[T]) outerProductWide(a *Outer, each func(Call)) {
	side, others := a.sides()
	for c := 0; c < Pad(len(side)); c += strip {
		width := stripWidth(c, len(side))
		for l := 0; l < width; l += Lanes {
			rows, last := at[T](inScratch, l), number(len(side)-1-c-l)
			each(call(p.transpose, rows, arenaStart, address(&side[c+l]), last, number(width), tileLanes))
		}
		for j := 0; j < len(others); {
			m := share(len(others)-j, len(p.outerWide)-1)
			groups := (len(others) - j) / m
			rows, s := at[T](inScratch, 0), at[T](inSums, a.S+c*len(others)+j*width)
			shape := number(groups<<8 | width)
			each(call(p.outerWide[m], address(&others[j]), arenaStart, rows, s, shape, tileRows))
			j += groups * m
		}
	}
}

// apply leaves to plain Go what has no assembly, and the sines and cosines of large numbers.
func (p planner[T]) apply(a *Unary, arena []T, n int) {
	switch {
	case p.now(a, arena, nil, nil, nil, n):
	case a.Fn == Sin:
		if p.sin(head(a), first(arena), Pad(n)) != 0 {
			finish(a, arena, n, math.Sin)
		}
	case a.Fn == Cos:
		if p.cos(head(a), first(arena), Pad(n)) != 0 {
			finish(a, arena, n, math.Cos)
		}
	default:
		unaryGo(a, arena, n)
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
