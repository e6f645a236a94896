package ode

import (
	"fmt"
	"slices"
	"sync"

	"github.com/go-ffjord/ffjord/graph"
)

// Problem describes dy/dt = f(t, y).
type Problem struct {
	// Widths of the components of the state, each at least 1.
	Widths []int
	// Field declares in g what f needs (parameters as uniform inputs, noise or conditions as inputs per row) and returns
	// f. It must build the same graph every time it is called. The names t, h, t+h, y0, y1, ..., k0, k1, ... and gy0,
	// gy1, ... are the step's own.
	Field func(g *graph.Graph) Field
	// Inputs lists those of the field's own inputs per row that Back gives gradients of.
	Inputs []string
	// Times makes Back give the gradients of the two end times.
	Times bool
	// Engine runs the compiled graphs; zero is the native one.
	Engine graph.Engine
}

func (p Problem) check() error {
	if len(p.Widths) == 0 {
		return fmt.Errorf("ode: Widths is empty: want a width for each component of the state")
	}
	for c, w := range p.Widths {
		if w < 1 {
			return fmt.Errorf("ode: component %d of the state has width %d: want at least 1", c, w)
		}
	}
	if p.Field == nil {
		return fmt.Errorf("ode: Field is nil: want the right-hand side")
	}
	return nil
}

// Integrator is a problem and a solver, compiled. It holds no numbers and may be used by many goroutines, each with its
// own Worker.
type Integrator[T graph.Float] struct {
	problem Problem
	solver  Solver
	width   int      // of the whole state
	cost    int      // evaluations of the field of an attempt at a step
	params  []string // the uniform inputs that the field declares
	own     []string // its inputs per row

	step  *graph.Program[T] // one step of a fixed grid
	field *graph.Program[T] // steps by tolerance: the derivative,
	trial *graph.Program[T] // and an attempt at a step

	mu      sync.Mutex // guards what is compiled when first needed
	lazy    map[string]*graph.Program[T]
	adjoint *Integrator[T]
}

// NewIntegrator compiles a problem for a solver. What gradients and dense output need is compiled when first asked for.
func NewIntegrator[T graph.Float](p Problem, s Solver) (*Integrator[T], error) {
	s, err := s.WithDefaults()
	if err != nil {
		return nil, err
	}
	if err := p.check(); err != nil {
		return nil, err
	}
	if len(s.Components) > len(p.Widths) {
		return nil, fmt.Errorf("ode: tolerances of %d components: want at most %d, as the state has", len(s.Components), len(p.Widths))
	}
	p.Widths = slices.Clone(p.Widths)
	it := &Integrator[T]{problem: p, solver: s, cost: s.Method.attemptCost(), lazy: map[string]*graph.Program[T]{}}
	for _, w := range p.Widths {
		it.width += w
	}
	if s.Adaptive() {
		if err := reachable[T](it.tolerances()); err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(it.tolerances(), func(t Tolerance) bool { return !t.Free }) {
			return nil, fmt.Errorf("ode: all %d components of the state are Free, want at least one in the error norm", len(p.Widths))
		}
		if it.field, err = graph.CompileFor[T](p.Engine, p.writeField); err == nil {
			it.trial, err = graph.CompileFor[T](p.Engine, func(g *graph.Graph) { p.writeTrial(g, s.Method) })
		}
	} else {
		it.step, err = graph.CompileFor[T](p.Engine, func(g *graph.Graph) { p.writeSolution(g, s, s.times(g)) })
	}
	if err != nil {
		return nil, fmt.Errorf("ode: a step of %s: %w", s.Method.Name, err)
	}
	it.readInputs()
	for _, name := range p.Inputs {
		if !slices.Contains(it.own, name) {
			return nil, fmt.Errorf("ode: the field declares no input per row %q to give a gradient of", name)
		}
	}
	return it, nil
}

// reachable fails for a tolerance of no more than a few roundings of T, by which no state of order one can be measured.
func reachable[T graph.Float](tolerances []Tolerance) error {
	for c, tol := range tolerances {
		if least := 2 * epsilon[T](); !tol.Free && tol.RTol+tol.ATol < least {
			return fmt.Errorf("ode: component %d of the state: RTol %v and ATol %v are less than %v can tell apart at 1: want their sum at least %.2g, or float64",
				c, tol.RTol, tol.ATol, graph.DtypeOf[T](), least)
		}
	}
	return nil
}

// readInputs tells the field's own inputs from those of the step.
func (it *Integrator[T]) readInputs() {
	loop := map[string]bool{inTime: true, inStep: true, inEnd: true}
	for c := range it.problem.Widths {
		loop[stateName(c)], loop[slopeName(c)] = true, true
	}
	for _, in := range it.Graph().Inputs() {
		if !in.PerRow {
			it.params = append(it.params, in.Name)
		} else if !loop[in.Name] {
			it.own = append(it.own, in.Name)
		}
	}
}

// tolerances returns that of every component.
func (it *Integrator[T]) tolerances() []Tolerance {
	out := make([]Tolerance, len(it.problem.Widths))
	for c := range out {
		out[c] = it.solver.component(c)
	}
	return out
}

// compiled returns the program name, compiled by write when first asked for.
func (it *Integrator[T]) compiled(name string, write func(g *graph.Graph)) (*graph.Program[T], error) {
	it.mu.Lock()
	defer it.mu.Unlock()
	if p := it.lazy[name]; p != nil {
		return p, nil
	}
	p, err := graph.CompileFor[T](it.problem.Engine, write)
	if err != nil {
		return nil, fmt.Errorf("ode: the %s of a step of %s: %w", name, it.solver.Method.Name, err)
	}
	it.lazy[name] = p
	return p, nil
}

// gradient returns the program of the vector-Jacobian product of a step.
func (it *Integrator[T]) gradient() (*graph.Program[T], error) {
	extra := slices.Clone(it.problem.Inputs)
	if it.problem.Times {
		extra = append(extra, inTime, inStep, inEnd)
	}
	return it.compiled("gradient", func(g *graph.Graph) { it.problem.writeGradient(g, it.solver, extra) })
}

// Params returns the names of the uniform inputs that the field declares, in order.
func (it *Integrator[T]) Params() []string { return it.params }

// Solver returns the solver with its defaults filled in.
func (it *Integrator[T]) Solver() Solver { return it.solver }

// Graph returns the graph of the compiled step: of a fixed grid's, or of an attempt at one.
func (it *Integrator[T]) Graph() *graph.Graph {
	if it.step != nil {
		return it.step.Graph()
	}
	return it.trial.Graph()
}

// Program returns the program of [Integrator.Graph], or with gradients that of [Integrator.BackGraph].
func (it *Integrator[T]) Program(gradients bool) (*graph.Program[T], error) {
	switch {
	case gradients:
		return it.gradient()
	case it.step != nil:
		return it.step, nil
	}
	return it.trial, nil
}

// BackGraph returns the graph of the step's vector-Jacobian product.
func (it *Integrator[T]) BackGraph() (*graph.Graph, error) {
	p, err := it.gradient()
	if err != nil {
		return nil, err
	}
	return p.Graph(), nil
}
