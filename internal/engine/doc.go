// Package engine compiles programs over rows and runs them in tiles.
//
// A [Builder] takes a program one operation at a time, in terms of three kinds of values: uniform matrices (the same
// for all rows), values per row, and sums over rows. [Builder.Finish] makes a [Program] of it, and
// [Program.Layout] and [NewMachine] give that the memory it runs in.
//
// # Values
//
// A uniform value or a sum is a strided view of a matrix, so that transposes, slices and repetitions move nothing. A
// value per row is a list of references, one a column: to a column that some operation computes, to an element of a
// uniform matrix, or to a number. Joining, cutting, padding, repeating and broadcasting are therefore only lists, and
// an operation of numbers or of uniform elements alone is never done row by row.
//
// # Three parts
//
// The prologue computes uniform values, once for each change of the uniform inputs. The body runs on tiles of rows with
// the kernels of internal/kernel and adds what is summed over rows to accumulators. The epilogue makes the sums that
// were asked for of the accumulators. It is linear in them, and is run when a sum is read.
//
// # Passes
//
// While the program is built, equal operations are merged (compared by their full text, never by a hash alone) and
// operations of numbers are done at once. Finish then drops what no output needs, fuses element-wise operations with
// their producers (fuse.go), puts every sum right behind its last operand (schedule.go), and gives buffers to columns
// by liveness (alloc.go). Each pass is linear in the size of the program.
//
// No pass changes a bit of a value per row: operations are merged where the kernel rounds as they do (fuse_affine.go). The
// freedom that is left is inside one operator, docs/engine.md has the list.
//
// The package knows nothing of Gorgonia. Package graph translates its graphs into calls of the Builder.
package engine
