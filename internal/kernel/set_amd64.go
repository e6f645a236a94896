//go:build amd64 && !purego

package kernel

import "golang.org/x/sys/cpu"

//go:generate go run -C _asm ./fit -out coef.go
//go:generate go run -C _asm ./fit -tanh -pkg kernel -out ../coef.go
//go:generate go run -C _asm . -tables ../table_amd64.go
//go:generate go run -C _asm . -family matmul -pkg kernel -out ../matmul_amd64.s -stubs ../matmul_amd64.go
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

// table is the assembly of one variant. Pointers to descriptors and areas are those
// of their first byte; n is a multiple of [Lanes] where no sum is made over rows.
type table struct {
	matMul    [9]func(a, arena, uniform *byte, j, n int) // by number of columns
	packed    [Panel + 1]func(a, arena, uniform *byte, j, n int)
	affine    [12]func(a, arena, uniform *byte, n int) // by the index of its case
	binary    [fns]func(a, arena, uniform *byte, n int)
	choose    func(a, arena, uniform *byte, n int)
	reduce    [reduceOps]func(a, arena *byte, n int)
	unary     [fns]func(a, arena *byte, n int)
	sin, cos  func(a, arena *byte, n int) uint32
	rowSum    func(a, arena, sums *byte, n int)
	fold      func(dst, sums *byte, n int)
	outer     [5][5]func(x, y *int32, arena, sums *byte, step, n int)
	outerWide [7]func(y *int32, arena, rows, sums *byte, width, n int)
	transpose func(dst, arena *byte, x *int32, last, width, n int)
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
	t := tableOf[T](isa)
	s.MatMul = matMulAsm[T](t)
	s.Affine = func(a *Affine, arena, uniform []T, n int) {
		t.affine[caseOf(a).index()](head(a), first(arena), first(uniform), Pad(n))
	}
	s.Binary = func(a *Binary, arena, uniform []T, n int) {
		f := t.binary[a.Fn]
		if f == nil {
			binaryGo(a, arena, uniform, n)
			return
		}
		f(head(a), first(arena), first(uniform), Pad(n))
	}
	s.Choose = func(a *Choose, arena, uniform []T, n int) {
		t.choose(head(a), first(arena), first(uniform), Pad(n))
	}
	s.Reduce = func(a *Reduce, arena []T, n int) {
		t.reduce[a.Op](head(a), first(arena), Pad(n))
	}
	s.Unary = unaryAsm[T](t)
	s.RowSum = func(a *RowSum, arena, sums []T, rows int) {
		t.rowSum(head(a), first(arena), first(sums[a.S:]), rows)
	}
	s.Fold = func(dst, sums []T) {
		t.fold(first(dst), first(sums[:len(dst)*Lanes]), len(dst))
	}
	s.Peak = func(turns int) int {
		t.peak(max(turns, 1))
		return max(turns, 1) * t.peakFlops
	}
	s.Outer = func(a *Outer, arena, sums, scratch []T, rows int) {
		switch {
		case rows == 0:
		case a.wide():
			outerWideAsm(t, a, arena, sums[a.S:], scratch, rows)
		default:
			outerNarrowAsm(t, a, arena, sums[a.S:], rows)
		}
	}
}
