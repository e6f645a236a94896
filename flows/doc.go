// Package flows makes continuous normalizing flows: densities that a neural ordinary differential equation carries
// from a simple base to the data (FFJORD, Grathwohl et al. 2019).
//
//	dz/dt = f(z, t, θ)               z(t0) from the base, z(t1) = x the data
//	log p(x) = log p_base(z(t0)) - ∫ tr(∂f/∂z) dt from t0 to t1
//
// Forward goes from the base to the data, Inverse from the data to the base. A Flow is a base density, a chain of
// blocks and the parameters; it has LogProb, Sample, Forward, Inverse and Score, NLL for training by data, and Pathwise
// and ReverseKL for training by draws. Save and Load keep all of it in one file.
//
// Every part of a flow exists three times: as it is described, which is all that a user and a file see; compiled, for
// one element type; and as what one worker carries a chunk of rows with, in memory of its own. The files are named so.
//
//	described      compiled          a worker's
//	Flow           compiled          worker
//	Base           compiledBase      baseCarrier
//	FFJORD         compiledFFJORD    ffjordCarrier
//	other Block    compiledClosed    closedCarrier
//	of the door    compiledDoor      doorCarrier
//
// What may enter this package: trace estimators, penalties, blocks, base densities, the flow they make and its file. It
// knows no data set and no solver of optimisation problems.
package flows
