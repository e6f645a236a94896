package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// world is memory for kernels to run in: columns at odd offsets with gaps between them, all of it filled, so that a
// stray write shows.
type world[T Float] struct {
	rng                           *rand.Rand
	n                             int
	arena, uniform, sums, scratch []T
	next                          int32
	all                           []int32 // columns
}

func newWorld[T Float](seed uint64, n int) *world[T] {
	w := &world[T]{rng: rand.New(rand.NewPCG(seed, uint64(n))), n: n}
	w.next = int32(w.rng.IntN(20))
	w.uniform = w.values(200)
	return w
}

func (w *world[T]) values(n int) []T {
	x := make([]T, n)
	for i := range x {
		x[i] = T(4*w.rng.Float64() - 2)
	}
	return x
}

// columns makes count new columns.
func (w *world[T]) columns(count int) []int32 {
	at := make([]int32, count)
	for i := range at {
		at[i] = w.next
		end := int(w.next) + Pad(w.n)
		w.arena = append(w.arena, w.values(end+3-len(w.arena))...)
		w.next = int32(end + w.rng.IntN(4))
	}
	w.all = append(w.all, at...)
	return at
}

// numbers picks count numbers of the uniform area.
func (w *world[T]) numbers(count int) []int32 {
	at := make([]int32, count)
	for i := range at {
		at[i] = int32(w.rng.IntN(len(w.uniform)))
	}
	return at
}

// operand makes an operand of the kind.
func (w *world[T]) operand(kind Kind, count int) Operand {
	switch kind {
	case Column:
		return columnsAt(w.columns(count)...)
	case Uniform:
		return uniformsAt(w.numbers(count)...)
	case Const:
		return Constant(4*w.rng.Float64() - 2)
	}
	return Operand{}
}

func (w *world[T]) clone() *world[T] {
	c := *w
	c.arena = append([]T(nil), w.arena...)
	c.sums = append([]T(nil), w.sums...)
	c.scratch = append([]T(nil), w.scratch...)
	return &c
}

func columnsAt(at ...int32) Operand { return Operand{Kind: Column, At: at} }

func uniformsAt(at ...int32) Operand { return Operand{Kind: Uniform, At: at} }

// functions lists the functions of so many numbers.
func functions(operands int) []Fn {
	var list []Fn
	for f := range fns {
		if f.Operands() == operands {
			list = append(list, f)
		}
	}
	return list
}

// operation is a descriptor ready to run, and what it writes.
type operation[T Float] struct {
	name    string
	world   *world[T]
	out     []int32 // columns
	s       [2]int  // range of the sums
	partial bool    // they are partial sums
	check   func(Room) error
	run     func(s *Set[T], w *world[T])
	tol     float64 // difference from plain Go that rounding explains, relative to values of order 1
}

// operations makes one or more of everything the package has, each in a world of n lanes of its own.
func operations[T Float](seed uint64, n int) []operation[T] {
	var ops []operation[T]
	u := unit[T]()
	w := newWorld[T](seed, n)
	add := func(o operation[T]) {
		o.world = w
		ops = append(ops, o)
		w = newWorld[T](seed+uint64(len(ops)), n)
	}

	for _, m := range []struct {
		k, j          int
		init          Kind
		e, c, e2, c2  Kind
		second, again bool // again: D is Init's column
		transposed    bool
		packed        bool
	}{
		{k: 3, j: 1}, {k: 1, j: 2, init: Uniform}, {k: 5, j: 3, init: Const, e: Column},
		{k: 8, j: 8, init: Column, again: true}, {k: 4, j: 4, init: Column, e: Column, c: Column},
		{k: 2, j: 5, c: Column, transposed: true}, {k: 0, j: 6, init: Uniform},
		{k: 9, j: 7, second: true, e2: Column}, {k: 7, j: 17, init: Uniform, e: Column, second: true, e2: Column, c2: Column},
		{k: 13, j: 10, second: true, c2: Column, transposed: true},
		{k: 5, j: 6, packed: true}, {k: 9, j: 17, init: Uniform, e: Column, second: true, c2: Column, packed: true},
		{k: 12, j: 16, init: Column, packed: true}, {k: 14, j: 9, c: Column, packed: true}, {k: 17, j: 8, packed: true},
		{k: 3, j: 13, init: Const, packed: true},
		{k: 5, j: 9, e: Uniform, c: Uniform}, {k: 8, j: 14, e: Uniform, c: Column, packed: true}, {k: 6, j: 12, c: Uniform},
		{k: 7, j: 8, init: Uniform, e: Column, second: true, e2: Uniform, c2: Uniform},
		{k: 9, j: 13, init: Uniform, second: true, e2: Uniform, packed: true},
	} {
		a := &MatMul{X: w.columns(m.k), W: 3, WK: m.j, WJ: 1, Init: w.operand(m.init, m.j), Packed: m.packed}
		if m.transposed {
			a.WK, a.WJ = 1, m.k
		}
		a.Out.D = w.columns(m.j)
		if m.again {
			a.Out.D = a.Init.At
		}
		a.Out.E, a.Out.C = w.operand(m.e, m.j), w.operand(m.c, m.j)
		if m.second {
			a.Second = Product{D: w.columns(m.j), E: w.operand(m.e2, m.j), C: w.operand(m.c2, m.j)}
		}
		add(operation[T]{
			name:  fmt.Sprintf("MatMul %+v", m),
			out:   append(append([]int32(nil), a.Out.D...), a.Second.D...),
			check: a.Check,
			run:   func(s *Set[T], w *world[T]) { s.MatMul(a, w.arena, w.uniform, w.n) },
			tol:   400 * u,
		})
	}
	for _, b := range []Kind{None, Column, Uniform, Const} {
		for _, c := range []Kind{None, Column, Uniform, Const} {
			for _, f := range [][2]float64{{1.5, -.25}, {1, 1}, {1, 3}, {-1, 1}} {
				a := &Affine{D: w.columns(3), A: w.columns(3), B: w.operand(b, 3), C: w.operand(c, 3), Alpha: f[0], Beta: f[1]}
				if b == Column {
					a.D[1] = a.B.At[1]
				}
				add(operation[T]{
					name:  fmt.Sprintf("Affine %d %d %v", b, c, f),
					out:   a.D,
					check: a.Check,
					run:   func(s *Set[T], w *world[T]) { s.Affine(a, w.arena, w.uniform, w.n) },
				})
			}
		}
	}
	kinds := []Kind{Column, Uniform, Const}
	for _, op := range functions(2) {
		for _, ka := range kinds {
			for _, kb := range kinds {
				a := &Binary{D: w.columns(2), A: w.operand(ka, 2), B: w.operand(kb, 2), Fn: op}
				add(operation[T]{
					name:  fmt.Sprintf("Binary %v %d %d", op, ka, kb),
					out:   a.D,
					check: a.Check,
					run:   func(s *Set[T], w *world[T]) { s.Binary(a, w.arena, w.uniform, w.n) },
				})
			}
		}
	}
	for _, ka := range kinds {
		for _, kb := range kinds {
			a := &Choose{D: w.columns(2), If: columnsAt(w.columns(2)...), A: w.operand(ka, 2), B: w.operand(kb, 2)}
			for _, o := range a.If.At {
				for i := range column(w.arena, o, Pad(n)) {
					w.arena[int(o)+i] = T(w.rng.IntN(2))
				}
			}
			add(operation[T]{
				name:  fmt.Sprintf("Choose %d %d", ka, kb),
				out:   a.D,
				check: a.Check,
				run:   func(s *Set[T], w *world[T]) { s.Choose(a, w.arena, w.uniform, w.n) },
			})
		}
	}
	for _, op := range functions(1) {
		a := &Unary{D: w.columns(3), X: w.columns(3), Fn: op}
		a.D[1] = a.X[1]
		out := a.D
		if op.HasSlope() {
			a.Slope = w.columns(3)
			out = append(append([]int32(nil), out...), a.Slope...)
		}
		add(operation[T]{
			name:  "Unary " + op.String(),
			out:   out,
			check: a.Check,
			run:   func(s *Set[T], w *world[T]) { s.Unary(a, w.arena, w.n) },
			tol:   16 * u,
		})
	}
	a := &Unary{D: w.columns(2), X: w.columns(2), Fn: Tanh}
	add(operation[T]{
		name:  "Unary tanh without slope",
		out:   a.D,
		check: a.Check,
		run:   func(s *Set[T], w *world[T]) { s.Unary(a, w.arena, w.n) },
		tol:   8 * u,
	})
	for op := range reduceOps {
		for _, k := range []int{1, 2, 7} {
			a := &Reduce{X: w.columns(k), D: w.columns(1)[0], Op: op}
			add(operation[T]{
				name:  fmt.Sprintf("Reduce %v %d", op, k),
				out:   []int32{a.D},
				check: a.Check,
				run:   func(s *Set[T], w *world[T]) { s.Reduce(a, w.arena, w.n) },
			})
		}
	}
	for _, k := range kinds {
		a := &Copy{D: w.columns(3), X: w.operand(k, 3)}
		add(operation[T]{
			name:  fmt.Sprintf("Copy %d", k),
			out:   a.D,
			check: a.Check,
			run:   func(s *Set[T], w *world[T]) { s.Copy(a, w.arena, w.uniform, w.n) },
		})
	}
	for _, k := range []int{1, 3} {
		a := &RowSum{X: w.columns(k), S: 5 * k}
		w.sums = w.values(a.S + a.Size() + 9)
		add(operation[T]{
			name:    fmt.Sprintf("RowSum %d", k),
			partial: true,
			s:       [2]int{a.S, a.S + a.Size()},
			check:   a.Check,
			run:     func(s *Set[T], w *world[T]) { s.RowSum(a, w.arena, w.sums, w.n) },
			tol:     100 * u,
		})
	}
	for _, d := range [][2]int{{1, 1}, {2, 3}, {5, 4}, {8, 8}, {15, 7}, {16, 2}, {3, 17}, {33, 9}, {8, 17}, {16, 8}, {20, 40}, {32, 1}} {
		a := &Outer{A: w.columns(d[0]), B: w.columns(d[1]), S: d[0]}
		w.sums, w.scratch = w.values(a.S+a.Size()+9), w.values(a.Scratch(n))
		add(operation[T]{
			name:    fmt.Sprintf("Outer %d", d),
			partial: !a.wide(),
			s:       [2]int{a.S, a.S + a.Size()},
			check:   a.Check,
			run:     func(s *Set[T], w *world[T]) { s.Outer(a, w.arena, w.sums, w.scratch, w.n) },
			tol:     600 * u,
		})
	}
	return ops
}

// unit is the unit roundoff.
func unit[T Float]() float64 {
	if _, double := any(T(0)).(float64); double {
		return 0x1p-53
	}
	return 0x1p-24
}

// bitsOf are the bits of x, all NaN being one.
func bitsOf[T Float](x T) uint64 {
	if x != x {
		return math.MaxUint64
	}
	if f, single := any(x).(float32); single {
		return uint64(math.Float32bits(f))
	}
	return math.Float64bits(float64(x))
}

// sets are all that run here.
func sets[T Float](t testing.TB) []*Set[T] {
	var all []*Set[T]
	for _, i := range []ISA{Go, AVX2, AVX512} {
		if i.Supported() {
			s, err := New[T](i)
			require.NoError(t, err)
			all = append(all, s)
		}
	}
	return all
}

func (w *world[T]) room() Room {
	return Room{Arena: len(w.arena), Uniform: len(w.uniform), Sums: len(w.sums), Scratch: len(w.scratch), Lanes: w.n}
}
