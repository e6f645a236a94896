// Package ode integrates ordinary differential equations dy/dt = f(t, y) over rows, where f is written as nodes of an
// expression graph.
//
// A Tableau holds an explicit Runge-Kutta method as data. Its Step writes one step as graph nodes, Unroll chains steps
// into the graph of a whole integration, for looking at and for differentiating as a whole. An Integrator compiles one
// step and its vector-Jacobian product and loops them, which needs a graph of one step only, for any number of them.
//
// Every row carries its own time: t and h are columns (rows, 1).
//
// What may enter this package: methods, steps, loops over steps and gradients through them. It knows no density.
package ode
