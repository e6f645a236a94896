// Package data is the room for rows: densities to draw them from, and batches
// to train on.
//
// A table of rows is a *tensor.Dense of shape (rows, dim), row-major and
// contiguous. What this package draws is float64; what it only passes on
// keeps its type, float32 or float64.
//
// A [Distribution] draws rows. What else is known about it is asked for by
// type assertion: a [LogProber] knows its density, an [Entropier] its entropy.
// Together they say how well a model could do at best: [NLL] of the test rows
// is the floor under every model's own, and their difference is the gap.
//
// Everything random takes a *rand.Rand, so that one seed gives one result.
package data
