// Package data is the room for tables of rows: it reads them, splits them, scales them and deals them out in batches.
//
// A table is a *tensor.Dense of shape (rows, dim), row-major and contiguous, of float32 or float64; [Rows] makes one of
// numbers. A [Table] has names for its columns, and may hold categories and miss values.
//
// [CSV], [ReadNPY] and [NPZ] read tables, and name the file, line and column of what they cannot take. [Stream] deals
// the rows of files larger than memory in batches, as [Batches] deals those of a table; both are a [Source]. [Holdout]
// splits, [Standardize] scales, [SelectColumns] and [SelectRows] choose. [NLL] is what the true density of rows gives
// them.
//
// A [Seeker] deals any epoch again, from a seed and its number, and a [Fingerprinter] tells its rows from others: what
// a run needs that goes on from a file.
//
// Package toy has sets whose density is known, package tabular the preparation of the tabular benchmarks.
//
// What may enter this package: readers and writers of tables, what makes their columns fit for a model, and what deals
// out rows. It knows no model.
//
// Everything random takes a *rand.Rand: one seed gives one result.
package data
