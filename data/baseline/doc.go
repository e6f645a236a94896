// Package baseline fits simple densities to rows, to compare a flow with: one normal density ([Gaussian]), a mixture of
// them ([EM]) and a kernel density ([Kernel]). A flow that has learnt something has more nats on held-out rows than
// they.
//
// Each has a method Fit for the rows of a table (rows, dim). What comes out is a [data.LogProber] in the units of the
// rows, for [data.LogProbs] and [data.NLL], and safe for concurrent calls. Fits are made on standardised columns, in
// float64, so that floors and bandwidths are in deviations of a column; a column that is constant is a
// [*data.ConstantError].
//
// What may enter this package: densities that are fitted in seconds, without a graph.
package baseline
