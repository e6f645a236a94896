// Package nn describes time-dependent neural networks as layers over named parameters.
//
// A [Layer] describes, [Params] hold numbers, a [Scope] joins the two in one graph: the same model is built into
// several graphs (a step, its derivative, a drawing) over the same numbers. A layer reads its input width from its
// input, so that a custom layer is one type with one method.
//
// The time enters a network at its linear maps, in one of the ways that are [Timed]: [TimeColumns] has a table of the
// columns. A condition, an input per row such as a label, comes with [Scope.WithCond], enters an [MLP] at its first
// map, and is there for every layer. A layer that is [Traced] also writes the trace of its Jacobian, where it has a
// closed form.
//
// [Params.Save] and [Params.Load] keep the numbers in safetensors files, which other frameworks read and write;
// [LoadParams] makes the numbers first and lets a model be built over them. [Params.Import] takes the numbers of a
// model of another framework, such as what save_file(model.state_dict(), path) of PyTorch writes, by a rule that gives
// each parameter its [Source]; the documentation of each layer tells what its parameters are called in the paper's
// code. What is wrong with a file is a [*TensorError], a [*DamagedError] or a [*LimitError].
//
// What may enter this package: layers, activations, initial values and the reading and writing of parameters. It knows
// no differential equation and no density.
package nn
