package ode

import (
	"context"
	"errors"
	"fmt"

	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/graph"
)

// Equation writes the right-hand side f(t, y) as nodes, for a time t (rows, 1) and states y (rows, dim). param returns one
// of the solve's Params as a node; it fails the solve for a name that is not there.
type Equation func(t, y *graph.Node, param func(name string) *graph.Node) *graph.Node

// Params are matrices that all rows of an Equation share, by name, of the element type of the states.
type Params map[string]*tensor.Dense

// Solution is what Solve returns.
type Solution struct {
	Times  []float64
	States []*tensor.Dense // at each of Times, (rows, dim); NaN for a row from where on it failed
	Stats  []Stats         // of every row

	gradient func(ctx context.Context, cotangents []*tensor.Dense) (*Gradient, error)
}

// Gradient is that of a scalar of a Solution's states.
type Gradient struct {
	Y0     *tensor.Dense // by the initial states, (rows, dim)
	Params Params        // by the parameters, each of its shape
}

// Solve integrates dy/dt = f(t, y) from the states y0 (rows, dim), of float32 or float64, at times[0], through all times to
// the last, forwards or backwards; two times are the ends of the interval. Rows are dealt out to the cores, and what a row
// gets does not depend on the others, unless the solver's steps are Shared. Steps end at each of the times. The zero Solver
// is Dormand and Prince's method with steps by tolerance.
//
// Rows that fail are a [*SolveError] beside the Solution. A problem that is solved again and again, with components of
// different tolerances, inputs per row or gradients of its end times, is a [Problem] for [NewIntegrator], which
// compiles it once.
func Solve(ctx context.Context, f Equation, y0 *tensor.Dense, times []float64, params Params, s Solver) (*Solution, error) {
	switch {
	case f == nil:
		return nil, errors.New("ode: solve: the Equation is nil: want the right-hand side")
	case y0 == nil:
		return nil, errors.New("ode: solve: the initial states are nil: want (rows, dim)")
	case len(times) < 2:
		return nil, fmt.Errorf("ode: solve: %d times: want at least the first and the last", len(times))
	}
	switch y0.Dtype() {
	case tensor.Float32:
		return solve[float32](ctx, f, y0, times, params, s)
	case tensor.Float64:
		return solve[float64](ctx, f, y0, times, params, s)
	}
	return nil, fmt.Errorf("ode: solve: initial states of type %v: want float32 or float64", y0.Dtype())
}

// Gradient returns the gradient of Σᵢ cotangents[i]·States[i], with a cotangent (rows, dim) for each of Times; nil is zero.
// It solves again from time to time, the last interval first, so that the steps of one interval alone are kept. It is exact
// for the steps that are taken; with the solver's Adjoint it is that of the continuous solution, to the tolerance.
func (s *Solution) Gradient(ctx context.Context, cotangents ...*tensor.Dense) (*Gradient, error) {
	if len(cotangents) != len(s.Times) {
		return nil, fmt.Errorf("ode: %d cotangents of states at %d times: want one for each, nil for zero", len(cotangents), len(s.Times))
	}
	return s.gradient(ctx, cotangents)
}

// elements returns the numbers of a matrix of the given shape, row-major.
func elements[T graph.Float](x *tensor.Dense, rows, cols int, what string) ([]T, error) {
	if x == nil || x.Dims() != 2 || x.Shape()[0] != rows || x.Shape()[1] != cols {
		return nil, fmt.Errorf("ode: %s %s: want (%d, %d)", what, shapeOf(x), rows, cols)
	}
	values, ok := x.Data().([]T)
	if !ok {
		return nil, fmt.Errorf("ode: %s of type %v: want %v, as the states", what, x.Dtype(), graph.DtypeOf[T]())
	}
	if st := x.Strides(); x.RequiresIterator() || len(st) != 2 || st[0] != cols || st[1] != 1 {
		return nil, fmt.Errorf("ode: %s are a view or column-major; Materialize them row-major first", what)
	}
	return values, nil
}

func shapeOf(x *tensor.Dense) string {
	if x == nil {
		return "is nil"
	}
	return fmt.Sprintf("has shape %v", x.Shape())
}

func matrix[T graph.Float](values []T, rows, cols int) *tensor.Dense {
	return tensor.New(tensor.WithShape(rows, cols), tensor.WithBacking(values))
}
