// Package toy has the sets of the literature on density estimation: distributions that can be drawn and whose density
// and entropy are known, so that it can be told how far a model is from the truth.
//
// A [Distribution] draws rows in float64. What else is known about it is asked for by type assertion: a
// [data.LogProber] knows its density, an [Entropier] its entropy; a [Density] knows all. [data.NLL] of the test rows is
// the floor under every model's own mean negative log-likelihood, and their difference is the gap. [Named] knows the
// sets by name, and a [Picture] is a density too.
//
// Everything random takes a *rand.Rand: one seed gives one result.
package toy
