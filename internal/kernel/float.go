package kernel

// Float is an element type the kernels are made for.
type Float interface{ float32 | float64 }

// Lanes is the number of rows every kernel handles together, and the number of
// partial sums a sum over rows is kept in. It is the same for both element types
// and all instruction sets, so that sums have the same order everywhere.
const Lanes = 16

// Pad rounds n up to a multiple of [Lanes]: the elements a column of n rows takes.
func Pad(n int) int { return (n + Lanes - 1) &^ (Lanes - 1) }

// column is the n lanes at off, capped so that nothing beyond is in reach.
func column[T Float](arena []T, off int32, n int) []T {
	i := int(off)
	return arena[i : i+n : i+n]
}
