package kernel

import "fmt"

// Set is the kernels of one element type in one instruction set. The descriptors
// given to them are not checked: see the Check method of each. They hold no state
// and may be called from any number of goroutines on different arenas.
type Set[T Float] struct {
	ISA       ISA
	MatMul    func(a *MatMul, arena, uniform []T, n int)
	RowMatMul func(a *RowMatMul, arena, uniform []T)
	Affine    func(a *Affine, arena, uniform []T, n int)
	Binary    func(a *Binary, arena, uniform []T, n int)
	Choose    func(a *Choose, arena, uniform []T, n int)
	Unary     func(a *Unary, arena []T, n int)
	Reduce    func(a *Reduce, arena []T, n int)
	Copy      func(a *Copy, arena, uniform []T, n int)

	// Outer and RowSum add the first rows lanes to the sums area. Outer needs
	// scratch of its Scratch(rows) elements.
	Outer  func(a *Outer, arena, sums, scratch []T, rows int)
	RowSum func(a *RowSum, arena, sums []T, rows int)

	// Fold adds the partial sums of each of len(dst) sums in a fixed order, halves
	// upon halves: dst[j] = Σₗ sums[j·Lanes + l], l with l+8, then l+4, l+2, l+1.
	Fold func(dst, sums []T)

	// Peak does turns rounds of fused multiply-adds on registers and gives the number
	// of floating-point operations in them: timed, the most that the processor can do,
	// of which a benchmark in the same run reaches a share. Plain Go has none (nil).
	Peak func(turns int) int

	plan func(d Descriptor, tile, lanes int, each func(Call)) bool // nil in plain Go, as is run
	run  func(calls []Call, arena, uniform, sums, scratch []T, n int)
}

// New is the set for isa, which must be supported.
func New[T Float](isa ISA) (*Set[T], error) {
	if !isa.Supported() {
		return nil, fmt.Errorf("kernel: %v is not supported by this build on this processor", isa)
	}
	s := &Set[T]{
		ISA:       isa,
		MatMul:    matMulGo[T],
		RowMatMul: rowMatMulGo[T],
		Affine:    affineGo[T],
		Binary:    binaryGo[T],
		Choose:    chooseGo[T],
		Unary:     unaryGo[T],
		Reduce:    reduceGo[T],
		Copy:      copyGo[T],
		Outer:     outerGo[T],
		RowSum:    rowSumGo[T],
		Fold:      foldGo[T],
	}
	if isa != Go {
		vectorize(s, isa)
	}
	return s, nil
}
