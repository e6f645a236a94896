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
// What may enter this package: trace estimators, penalties, blocks, base densities, the flow they make and its file. It
// knows no data set and no solver of optimisation problems.
package flows
