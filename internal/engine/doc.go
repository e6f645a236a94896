// Package engine compiles programs over rows and runs them in tiles.
//
// A [Builder] takes a program one operation at a time, in terms of three kinds of values: uniform matrices (the same
// for all rows), values per row, and sums over rows. [Builder.Finish] makes a [Program] of it, and
// [NewMachine] gives that the memory it runs in. docs/engine.md takes a small net the whole way.
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
// The prologue computes uniform values, once for each change of the uniform inputs. The body runs on tiles of rows, and
// what all rows of a run have in common once a run, with the kernels of internal/kernel and adds what is summed over rows to accumulators. The epilogue makes the sums that
// were asked for of the accumulators. It is linear in them, and is run when a sum is read.
//
// # Passes
//
// While the program is built, equal operations are merged (compared by their full text, never by a hash alone) and
// operations of numbers are done at once. Finish runs the table of passes in compile.go, each in a file of its own
// name and linear, or nearly, in the size of the program:
//
//	own outputs     give outputs columns that no input has
//	sweep           drop what no output needs
//	trim            drop columns of results that nobody reads
//	split common    set apart what is the same for all rows of a run (common)
//	fuse            merge operations with those that make their operands (fuse_affine, fuse_product, fuse_slope)
//	pair products   let a matrix product give two results (fuse_pair)
//	join sums       let sums that are only added share an accumulator
//	compact         leave out the operations that are gone (schedule)
//	hoist sums      put sums right behind their last operands (schedule)
//	place matrices  place uniform values, sort prologue and epilogue (place)
//	assign slots    give columns memory by liveness (alloc, slots)
//
// What an operation of the body is to them stands in one table, op_table.go. The optional passes change no bit of a
// value per row: operations are merged where the kernel rounds as they do. Tests check the program after every pass,
// and compare programs with and without each optional one.
//
// The package knows nothing of Gorgonia. Package graph translates its graphs into calls of the Builder.
package engine
