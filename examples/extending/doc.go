// Package extending adds to the library from outside, with one file for each of: an operator, a layer, a trace, a
// method, a base and a block. docs/extending.md walks through them; the test makes a flow of all of them and takes it
// through everything that a flow can do.
package extending
