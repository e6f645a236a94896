//go:build amd64 && !purego

package kernel

import "golang.org/x/sys/cpu"

//go:generate go run -C _asm ./fit -out coef.go
//go:generate go run -C _asm ./fit -tanh -pkg kernel -out ../coef.go
//go:generate go run -C _asm . -tables ../table_amd64
//go:generate go run -C _asm . -family matmul -pkg kernel -out ../matmul_amd64.s -stubs ../matmul_amd64.go
//go:generate go run -C _asm . -family rowmatmul -pkg kernel -out ../rowmatmul_amd64.s -stubs ../rowmatmul_amd64.go
//go:generate go run -C _asm . -family affine -pkg kernel -out ../affine_amd64.s -stubs ../affine_amd64.go
//go:generate go run -C _asm . -family binary -pkg kernel -out ../binary_amd64.s -stubs ../binary_amd64.go
//go:generate go run -C _asm . -family unary -pkg kernel -out ../unary_amd64.s -stubs ../unary_amd64.go
//go:generate go run -C _asm . -family sums -pkg kernel -out ../sums_amd64.s -stubs ../sums_amd64.go
//go:generate go run -C _asm . -family peak -pkg kernel -out ../peak_amd64.s -stubs ../peak_amd64.go

func supported(isa ISA) bool {
	x := &cpu.X86
	switch isa {
	case AVX2:
		return x.HasAVX2 && x.HasFMA
	case AVX512:
		return x.HasAVX512F && x.HasAVX512DQ && x.HasAVX512BW && x.HasAVX512VL
	}
	return false
}

// table is the assembly of one variant: addresses of code, zero where there is none, and what each takes. Pointers to
// descriptors and areas are those of their first byte; n is a multiple of [Lanes] where no sum is made over rows.
type table struct {
	matMul    [9]uintptr         // a, arena, uniform, j, n, groups; by number of columns
	packed    [Panel + 1]uintptr // a, arena, uniform, j, n, groups; by number of columns
	rowMatMul uintptr            // a, arena, uniform
	affine    [12]uintptr        // a, arena, uniform, n; by the index of its case
	binary    [fns]uintptr       // a, arena, uniform, n
	choose    uintptr            // a, arena, uniform, n
	copy      uintptr            // a, arena, uniform, n
	reduce    [reduceOps]uintptr // a, arena, n
	unary     [fns]uintptr       // a, arena, n
	rowSum    uintptr            // a, arena, sums, n
	outer     [5][5]uintptr      // x, y, arena, sums, step, n
	outerWide [7]uintptr         // y, arena, rows, sums, shape, n
	transpose uintptr            // dst, arena, x, last, width, n
	sin, cos  func(a, arena *byte, n int) uint32
	fold      func(dst, sums *byte, n int)
	peak      func(n int)
	peakFlops int // of one turn
}

// tableOf is the table of an element type and instruction set.
func tableOf[T Float](isa ISA) *table {
	var zero T
	_, double := any(zero).(float64)
	switch {
	case isa == AVX512 && double:
		return tableF64AVX512()
	case isa == AVX512:
		return tableF32AVX512()
	case double:
		return tableF64AVX2()
	}
	return tableF32AVX2()
}

// affineCase tells the kernels of [Affine] apart: by B a column or not, by C's kind where [Uniform] stands for every
// number, and whether the factors of columns are 1 and left out.
type affineCase struct {
	b, c Kind
	unit bool
}

func caseOf(a *Affine) affineCase {
	k := affineCase{b: Uniform, c: a.C.Kind}
	if a.B.Kind == Column {
		k.b = Column
	}
	if k.c == Const {
		k.c = Uniform
	}
	switch {
	case k.b == Column:
		k.unit = a.Alpha == 1 && (k.c != Column || a.Beta == 1)
	case k.c == Column:
		k.unit = a.Beta == 1
	}
	return k
}

// index is the place of the case's kernel in the table.
func (k affineCase) index() int {
	i := int(k.b-Column)*3 + int(k.c)
	if k.unit {
		i += 6
	}
	return i
}

// vectorize puts the assembly of isa into s.
func vectorize[T Float](s *Set[T], isa ISA) {
	p := planner[T]{tableOf[T](isa)}
	s.plan, s.run = p.plan, runAll[T]
	s.MatMul = func(a *MatMul, arena, uniform []T, n int) { p.now(a, arena, uniform, nil, nil, n) }
	s.RowMatMul = func(a *RowMatMul, arena, uniform []T) { p.now(a, arena, uniform, nil, nil, 1) }
	s.Affine = func(a *Affine, arena, uniform []T, n int) { p.now(a, arena, uniform, nil, nil, n) }
	s.Binary = func(a *Binary, arena, uniform []T, n int) {
		if !p.now(a, arena, uniform, nil, nil, n) {
			binaryGo(a, arena, uniform, n)
		}
	}
	s.Choose = func(a *Choose, arena, uniform []T, n int) { p.now(a, arena, uniform, nil, nil, n) }
	s.Copy = func(a *Copy, arena, uniform []T, n int) { p.now(a, arena, uniform, nil, nil, n) }
	s.Reduce = func(a *Reduce, arena []T, n int) { p.now(a, arena, nil, nil, nil, n) }
	s.Unary = p.apply
	s.RowSum = func(a *RowSum, arena, sums []T, rows int) { p.now(a, arena, nil, sums, nil, rows) }
	s.Outer = func(a *Outer, arena, sums, scratch []T, rows int) {
		if rows > 0 {
			p.now(a, arena, nil, sums, scratch, rows)
		}
	}
	s.Fold = func(dst, sums []T) {
		p.fold(first(dst), first(sums[:len(dst)*Lanes]), len(dst))
	}
	s.Peak = func(turns int) int {
		p.peak(max(turns, 1))
		return max(turns, 1) * p.peakFlops
	}
}
