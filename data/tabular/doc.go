// Package tabular prepares the five tabular benchmarks of density estimation, [Power], [Gas], [Hepmass], [Miniboone]
// and [BSDS300], from their raw files: what is dropped, split, made continuous and scaled, and in which order, is as in
// Papamakarios, Pavlakou and Murray (Masked Autoregressive Flow for Density Estimation, 2017).
package tabular
