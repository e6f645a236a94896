// Package graph writes, reads, differentiates, draws and runs Gorgonia expression graphs of matrices of rows.
//
// A graph is a program for rows: every value is a matrix, its rows are independent samples, and rows meet only where a
// sum over rows makes a loss or a parameter's gradient. Inputs are declared as per row ([Graph.Rows], or [Graph.Common]
// where all rows of a run have the same one) or uniform ([Graph.Uniform], the same matrix for every row); what every
// other node is follows from that.
//
// The operators (MatMul, Add, Tanh, ...) take and return plain Gorgonia nodes, broadcast as NumPy does in two
// dimensions, and mix freely with Gorgonia's own functions. They return no error: Build is the one door where a
// mistake becomes an error that names the operator, the shapes and the caller's file and line.
//
// VJP, Grad and JVP differentiate inside the same graph, to any order. Compile turns a building function into a
// Program, which a Machine runs for any number of rows: on the native engine, which compiles it to vector kernels over
// tiles of rows, or on Gorgonia's TapeMachine (CompileFor). NewVM runs graphs that know nothing of this package on the
// native engine. DOT draws a graph for Graphviz, Work counts its arithmetic, and a Budget bounds its size.
//
// What may enter this package: whatever any expression graph needs. It knows no network, no differential equation and
// no density.
package graph
