// Package nn describes time-dependent neural networks as layers over named parameters.
//
// A Layer describes, Params hold numbers, a Scope joins the two in one graph: the same model is built into several
// graphs (a step, its derivative, a drawing) over the same numbers. A layer reads its input width from its input, so
// that a custom layer is one type with one method.
//
// The time enters a network at its linear maps, in one of the ways that are Timed; a condition, an input per row such as
// a label, comes with Scope.WithCond, enters an MLP at its first map, and is there for every layer.
//
// Params.Save and Params.Load keep the numbers in safetensors files, which other frameworks read and write. A model of
// PyTorch comes over in a file with the names of this package, weights transposed to (in, out) and vectors as single
// rows; the documentation of each layer tells what its parameters are called there:
//
//	net = model.state_dict()
//	save_file({
//	    "0.weight": net["layers.0._layer.weight"].T.contiguous(),
//	    "0.bias": net["layers.0._layer.bias"][None],
//	}, "weights.safetensors")
//
// What may enter this package: layers, activations, initial values and the reading and writing of parameters. It knows
// no differential equation and no density.
package nn
