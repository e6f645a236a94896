// Package score measures how good densities and draws are, by numbers alone: it knows no model and no table.
//
//   - Outliers told by a score, such as -log p: [AUROC] and [AveragePrecision].
//   - A score among others, such as those of the training rows: [ECDF] and [Quantiles].
//   - Draws of a conditional density against the truth that belongs to each condition: [Ranks] (simulation-based
//     calibration, Talts et al. 2018), [Coverage] and [PIT]; [ChiSquare] and [KolmogorovSmirnov] test whether ranks and
//     PIT values are uniform, as those of a calibrated density are.
//   - One sample against another: [EnergyDistance], and tests whether both are of one distribution, [Smirnov] of numbers
//     and [EnergyTest] of rows.
//
// What may enter this package: functions of plain slices that return numbers.
package score
