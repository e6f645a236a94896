// Package ode integrates ordinary differential equations dy/dt = f(t, y) over rows, where f is written as nodes of an
// expression graph.
//
// Solve is the whole of it in one call: an equation as a function of nodes, initial states, times and a [Solver] in, states
// at the times, their cost and their gradients out.
//
// A Tableau holds an explicit Runge-Kutta method as data. Its Step writes one step as graph nodes, Unroll chains steps
// into the graph of a whole integration, for looking at and for differentiating as a whole.
//
// An Integrator is a Problem and a Solver, compiled: one step, which a Worker loops, so that the graph stays small
// however many steps there are. A Solver takes equal steps, or steps by tolerance. By tolerance every row chooses its
// own: t and h are columns (rows, 1), an easy row never pays for a hard one beside it, and what a row gets is the same
// to the last bit in any company. A row that fails says where and why, and leaves the others alone.
//
// Gradients go back through the steps that were taken, which a Record keeps, and are exact for the discrete solution; the
// adjoint equation of Chen et al. (2018) is there for comparison and for solves too long to record.
//
// What may enter this package: methods, steps, loops over steps, their control and gradients through them. It knows no
// density.
package ode
