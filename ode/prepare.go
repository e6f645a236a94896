package ode

import "github.com/go-ffjord/ffjord/graph"

// Prepare compiles what gradients and dense output need, which the first worker that asks for it has to wait for
// otherwise.
func (it *Integrator[T]) Prepare(gradients, dense bool) error {
	if gradients {
		w, err := it.NewWorker(1)
		if err != nil {
			return err
		}
		if err := w.needBack(); err != nil {
			return err
		}
	}
	if !dense || it.solver.Unrolled {
		return nil
	}
	var err error
	switch method := it.solver.Method; {
	case method.beyondHermite():
		_, err = it.solution()
	case method.Dense != nil:
		_, err = it.interpolant()
	case it.step != nil:
		_, err = it.derivative()
	}
	return err
}

// interpolant returns the program of the coefficients of the method's interpolant.
func (it *Integrator[T]) interpolant() (*graph.Program[T], error) {
	return it.compiled("interpolant", func(g *graph.Graph) { it.problem.writeDense(g, it.solver.Method) })
}

// solution returns the program of a step without an error estimate.
func (it *Integrator[T]) solution() (*graph.Program[T], error) {
	return it.compiled("solution", func(g *graph.Graph) { it.problem.writeSolution(g, it.solver, g.Rows) })
}

// derivative returns the program of the field alone.
func (it *Integrator[T]) derivative() (*graph.Program[T], error) {
	return it.compiled("derivative", it.problem.writeField)
}
