// Package optim trains models: optimizers, schedules, and the loop that minimises an objective over epochs.
//
// An [Objective] is all that a [Trainer] knows of a model: a mean loss over a batch of rows, and the parameters with
// their gradients. Any Gorgonia solver can take the steps, and so can [Adam], [Adamax], [RAdam] and [SGD], which do not
// allocate and whose memory can be saved. A [Schedule] gives the learning rate of every step. An [Observer] is told of
// every step and every epoch: a Display of package progress shows them, [History] keeps them, and one's own may
// evaluate, save or stop.
//
// What a Trainer does beyond steps is a field whose zero means off: a [Validation] on held-out rows that keeps the
// best, an average of the parameters, a [Plateau] that lowers the rate, a [Decay] of weights in groups, a [Budget] of
// evaluations, and a [Checkpoint], from which a run goes on after whatever ended it, to the same bits. A loss that
// explodes ends any run, by a [DivergedError].
//
// [Defaults] has settings for a table that nobody has looked at, and a [Search] finds some of one's own.
//
// Several processes train one model together through a [Reducer], with the bits of one alone where the objective is
// [Divisible].
//
// What may enter this package: what minimises an objective, and what watches it. It knows no model and no terminal.
//
// A training run is a function of its inputs: the order of rows comes from the Trainer's Seed or Rand, or from the
// source that deals them, nothing else is random, and sums are in float64.
package optim
