// Package kernel holds the innermost loops of the engine: products, element-wise
// arithmetic, elementary functions and sums over tiles of rows, for float32 and
// float64, in AVX-512, AVX2 and plain Go.
//
// # Tiles
//
// A tile holds n rows, one per lane, feature-major: a per-row value of width C is
// C columns, and a column is Pad(n) consecutive elements of one slice, the arena.
// Kernels name a column by the offset of its first element, and a value by a list
// of such offsets, so concatenation, slicing, selection and repetition of columns
// are lists and never copies. Values that are the same for all rows (weights,
// biases) lie in a second slice, the uniform area, in any layout that a pair of
// strides describes.
//
// A descriptor ([MatMul], [Affine], [Binary], ...) says what to do in terms of
// offsets; arena, uniform area and the number of lanes are given with each call.
// One laid-out program therefore serves any number of workers and any set of
// weights. All offsets and strides count elements, not bytes.
//
// # What every kernel promises
//
//   - Lanes never meet: the bits of a lane's result depend on that lane's operands
//     alone, not on n, the lane's position or its neighbours.
//   - Exactly Pad(n) lanes of each named column are read or written, nothing else.
//     What lies in lanes n and above is computed but never enters a sum.
//   - Sums over lanes run in a fixed order of [Lanes] partial sums.
//   - A NaN in is a NaN out (comparisons give 0 or 1 as Go's operators do), nothing
//     is flushed to zero, and ±0, ±Inf and denormals come out as IEEE 754 has them.
//   - No kernel allocates.
//
// AVX2 and AVX-512 kernels give the same bits. Affine, Binary (but Pow), Choose, Copy and Reduce give them in plain
// Go too, for they round each step. Plain Go takes most elementary functions from package math, rounds the products
// that a sum is made of, and adds rows in another order; the sets agree within the bounds stated at each operation.
//
// # Functions
//
// The element-wise functions are one list, [Fn], with one table of how to compute them number by number. The engine
// uses it for what is not per row, [Unary] and [Binary] for what has no assembly.
//
// # Choosing a set
//
// [New] makes a [Set], the kernels of one element type for one instruction set.
// [Best] names the widest instruction set the processor runs, [FromEnv] lets the
// environment variable FFJORD_KERNELS override it (go, avx2 or avx512). With the
// build tag purego, and on processors other than amd64, plain Go is all there is.
//
// # Regenerating the assembly
//
// The *_amd64.s files and their stubs are written by the programs in _asm, a module
// of its own, so that users of this package depend on nothing it needs. After a
// change there run go generate in this folder. _asm/fit computes the coefficients
// of the approximations; its output is checked in as _asm/coef.go and coef.go.
package kernel
