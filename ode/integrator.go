package ode

import (
	"fmt"
	"slices"

	"github.com/go-ffjord/ffjord/graph"
)

// Problem describes dy/dt = f(t, y).
type Problem struct {
	// Widths of the components of the state, each at least 1.
	Widths []int
	// Field declares in g what f needs (parameters as uniform inputs, noise or conditions as inputs per row) and returns
	// f. It must build the same graph every time it is called. The names t, h, y0, y1, ... and gy0, gy1, ... are the
	// step's own.
	Field func(g *graph.Graph) Field
}

// Solver says how a problem is solved: by equal steps of a method.
type Solver struct {
	Method *Tableau // nil is RK4
	Steps  int      // zero is 8
}

// WithDefaults returns the solver with its zero fields filled in, or what is wrong with it.
func (s Solver) WithDefaults() (Solver, error) {
	if s.Method == nil {
		s.Method = RK4
	}
	if s.Steps == 0 {
		s.Steps = 8
	}
	if s.Steps < 0 {
		return s, fmt.Errorf("ode: %d steps: want at least 1", s.Steps)
	}
	return s, s.Method.check()
}

// Integrator is a compiled step of a problem and its vector-Jacobian product. It holds no numbers and may be used by
// many goroutines, each with its own Worker.
type Integrator[T graph.Float] struct {
	solver  Solver
	widths  []int
	step    *graph.Program[T]
	back    *graph.Program[T]
	params  []string        // the uniform inputs that the field declares
	own     []string        // its inputs per row
	hasGrad map[string]bool // of a parameter
}

// The inputs and outputs of the compiled step. Component c of the state is "y<c>" and of its cotangent "gy<c>".
const (
	inTime = "t"
	inStep = "h"
)

func stateName(c int) string       { return fmt.Sprintf("y%d", c) }
func cotangentName(c int) string   { return fmt.Sprintf("gy%d", c) }
func gradName(param string) string { return "grad " + param }

// NewIntegrator compiles one step of the problem and its vector-Jacobian product.
func NewIntegrator[T graph.Float](p Problem, s Solver) (*Integrator[T], error) {
	s, err := s.WithDefaults()
	if err != nil {
		return nil, err
	}
	if err := p.check(); err != nil {
		return nil, err
	}
	it := &Integrator[T]{solver: s, widths: slices.Clone(p.Widths)}
	if it.step, err = graph.Compile[T](func(g *graph.Graph) { p.writeSolution(g, s.Method) }); err != nil {
		return nil, fmt.Errorf("ode: a step of %s: %w", s.Method.Name, err)
	}
	if it.back, err = graph.Compile[T](func(g *graph.Graph) { p.writeGradient(g, s.Method) }); err != nil {
		return nil, fmt.Errorf("ode: the gradient of a step of %s: %w", s.Method.Name, err)
	}
	it.hasGrad = map[string]bool{}
	loop := map[string]bool{inTime: true, inStep: true}
	for c := range p.Widths {
		loop[stateName(c)] = true
	}
	for _, in := range it.step.Graph().Inputs() {
		if !in.PerRow {
			it.params = append(it.params, in.Name)
			_, it.hasGrad[in.Name] = it.back.OutputKind(gradName(in.Name))
		} else if !loop[in.Name] {
			it.own = append(it.own, in.Name)
		}
	}
	return it, nil
}

func (p Problem) check() error {
	if len(p.Widths) == 0 {
		return fmt.Errorf("ode: the state has no components")
	}
	for c, w := range p.Widths {
		if w < 1 {
			return fmt.Errorf("ode: component %d of the state has width %d: want at least 1", c, w)
		}
	}
	if p.Field == nil {
		return fmt.Errorf("ode: the problem has no Field")
	}
	return nil
}

// writeStep builds one step: t, h, y → y₁.
func (p Problem) writeStep(g *graph.Graph, m *Tableau) (y, y1 State) {
	f := p.Field(g)
	t, h := g.Rows(inTime, 1), g.Rows(inStep, 1)
	for c, w := range p.Widths {
		y = append(y, g.Rows(stateName(c), w))
	}
	y1, _ = m.Step(g, f, t, h, y)
	return y, y1
}

// writeSolution makes y₁ the outputs.
func (p Problem) writeSolution(g *graph.Graph, m *Tableau) {
	_, y1 := p.writeStep(g, m)
	for c := range y1 {
		g.Output(stateName(c), y1[c])
	}
}

// writeGradient builds the vector-Jacobian product of one step: from the cotangents of y₁ to those of y and, as sums
// over rows, the gradients of the parameters.
func (p Problem) writeGradient(g *graph.Graph, m *Tableau) {
	y, y1 := p.writeStep(g, m)
	wrt := slices.Clone(y)
	var params []string
	for _, in := range g.Inputs() {
		if !in.PerRow {
			wrt = append(wrt, in.Node)
			params = append(params, in.Name)
		}
	}
	defer g.Group("gradient")()
	var seeds State
	for c, w := range p.Widths {
		seeds = append(seeds, g.Rows(cotangentName(c), w))
	}
	grads := graph.VJP(y1, seeds, wrt)
	for c := range y {
		if grads[c] == nil {
			grads[c] = graph.Fill(y[c], 0)
		}
		g.Output(cotangentName(c), grads[c])
	}
	for i, name := range params {
		if grad := grads[len(y)+i]; grad != nil {
			g.Output(gradName(name), grad)
		}
	}
}

// Params returns the names of the uniform inputs that the field declares, in order.
func (it *Integrator[T]) Params() []string { return it.params }

// Steps returns the number of steps of a solve.
func (it *Integrator[T]) Steps() int { return it.solver.Steps }

// Evaluations returns the number of evaluations of f that a solve takes for each row.
func (it *Integrator[T]) Evaluations() int { return it.solver.Steps * it.solver.Method.Stages() }

// width returns the width of the whole state.
func (it *Integrator[T]) width() int {
	sum := 0
	for _, w := range it.widths {
		sum += w
	}
	return sum
}

// Graph returns the graph of the compiled step.
func (it *Integrator[T]) Graph() *graph.Graph { return it.step.Graph() }

// BackGraph returns the graph of the step's vector-Jacobian product.
func (it *Integrator[T]) BackGraph() *graph.Graph { return it.back.Graph() }
