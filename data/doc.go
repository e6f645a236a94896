// Package data is the room for rows: densities to draw them from, files to read
// them from, and what is done to them before a model sees them.
//
// A table of rows is a *tensor.Dense of shape (rows, dim), row-major and
// contiguous. What this package draws is float64; what it only passes on
// keeps its type, float32 or float64.
//
// # Densities
//
// A [Distribution] draws rows. What else is known about it is asked for by
// type assertion: a [LogProber] knows its density, an [Entropier] its entropy;
// a [Density] knows all. Together they say how well a model could do at best:
// [NLL] of the test rows is the floor under every model's own, and their
// difference is the gap. [Toy] knows the sets of the literature by name, and a
// [Picture] is a density too.
//
// # Files
//
// [CSV], [ReadNPY] and [NPZ] read tables, and name the line and the column of
// what they cannot take. [Stream] deals the rows of files larger than memory in
// batches, as [Batches] deals those of a table; both are a [Source].
//
// # Preparation
//
// [Holdout] splits, [Standardize] scales, [SelectColumns] and [SelectRows]
// choose; [Power], [Gas], [Hepmass], [Miniboone] and [BSDS300] do all of that
// for the tabular benchmarks.
//
// Everything random takes a *rand.Rand, so that one seed gives one result.
package data
