package ode

import (
	"fmt"
	"slices"

	"github.com/go-ffjord/ffjord/graph"
)

// The inputs and outputs of the compiled graphs. Component c of the state is "y<c>", of its derivative "k<c>", of the
// error estimate "e<c>", of a cotangent "gy<c>".
const (
	inTime = "t"
	inStep = "h"
	inEnd  = "t+h" // the step's end
)

func stateName(c int) string       { return fmt.Sprintf("y%d", c) }
func slopeName(c int) string       { return fmt.Sprintf("k%d", c) }
func errorName(c int) string       { return fmt.Sprintf("e%d", c) }
func cotangentName(c int) string   { return fmt.Sprintf("gy%d", c) }
func gradName(param string) string { return "grad " + param }

// declaration is Rows of a graph where every row has steps of its own, and Common where all rows take the same: what
// depends on the time alone is then computed once a step.
type declaration func(name string, cols int) *graph.Node

// times returns how steps declare their times.
func (s Solver) times(g *graph.Graph) declaration {
	if s.Adaptive() {
		return g.Rows
	}
	return g.Common
}

// inputs declares t and the state, and returns the field first so that its own inputs come first.
func (p Problem) inputs(g *graph.Graph, time declaration) (f Field, t *graph.Node, y State) {
	f = p.Field(g)
	t = time(inTime, 1)
	for c, w := range p.Widths {
		y = append(y, g.Rows(stateName(c), w))
	}
	return f, t, y
}

// stepInputs is inputs with the interval of a step.
func (p Problem) stepInputs(g *graph.Graph, time declaration) (f Field, in interval, y State) {
	f, t, y := p.inputs(g, time)
	return f, interval{t, time(inStep, 1), time(inEnd, 1)}, y
}

// writeStep builds one step, or all of them where they are unrolled: t, h, y → y₁.
func (p Problem) writeStep(g *graph.Graph, s Solver, time declaration) (y, y1 State) {
	f, in, y := p.stepInputs(g, time)
	if s.Unrolled {
		return y, s.Method.Unroll(g, f, in.t, in.end, y, s.Steps)
	}
	y1, _ = s.Method.step(g, f, in, y)
	return y, y1
}

// writeSolution makes y₁ the outputs.
func (p Problem) writeSolution(g *graph.Graph, s Solver, time declaration) {
	_, y1 := p.writeStep(g, s, time)
	output(g, stateName, y1)
}

// writeField builds the derivative: t, y → k.
func (p Problem) writeField(g *graph.Graph) {
	f, t, y := p.inputs(g, g.Rows)
	output(g, slopeName, f(t, y))
}

// writeTrial builds an attempt at a step: t, h, y and the derivative k there → y₁, the error estimate and the
// derivative at y₁.
func (p Problem) writeTrial(g *graph.Graph, m *Tableau) {
	f, in, y := p.stepInputs(g, g.Rows)
	var k1 State
	for c, w := range p.Widths {
		k1 = append(k1, g.Rows(slopeName(c), w))
	}
	k := m.stages(g, f, in, y, k1)
	y1 := advance(y, in.h, m.B, k)
	output(g, stateName, y1)
	output(g, errorName, m.errors(g, in.h, k))
	if m.firstSameAsLast() {
		output(g, slopeName, k[len(k)-1])
		return
	}
	defer g.Group("next stage 1")()
	output(g, slopeName, f(in.end, y1))
}

// writeDense builds the coefficients of the interpolant: t, h, y, k → q₁ ... with y(t + θh) = y + h Σ θᵖ qₚ.
func (p Problem) writeDense(g *graph.Graph, m *Tableau) {
	f, in, y := p.stepInputs(g, g.Rows)
	k := m.stages(g, f, in, y, nil)
	for power := range len(m.Dense[0]) {
		weights := make([]float64, len(m.Dense))
		for i, row := range m.Dense {
			if power < len(row) {
				weights[i] = row[power]
			}
		}
		for c := range y {
			g.Output(denseName(power, c), combination(weights, k, c))
		}
	}
}

func denseName(power, c int) string { return fmt.Sprintf("q%d,%d", power+1, c) }

// writeGradient builds the vector-Jacobian product of one step: from the cotangents of y₁ to those of y, t, h and the
// field's own inputs per row and, as sums over rows, the gradients of the parameters.
func (p Problem) writeGradient(g *graph.Graph, s Solver, extra []string) {
	y, y1 := p.writeStep(g, s, s.times(g))
	wrt := slices.Clone(y)
	names := make([]string, len(y))
	for c := range y {
		names[c] = cotangentName(c)
	}
	for _, in := range g.Inputs() {
		switch {
		case !in.PerRow:
			wrt, names = append(wrt, in.Node), append(names, gradName(in.Name))
		case slices.Contains(extra, in.Name):
			wrt, names = append(wrt, in.Node), append(names, gradName(in.Name))
		}
	}
	defer g.Group("gradient")()
	var seeds State
	for c, w := range p.Widths {
		seeds = append(seeds, g.Rows(cotangentName(c), w))
	}
	for i, grad := range graph.VJP(y1, seeds, wrt) {
		perRow := i < len(y) || slices.Contains(extra, wrt[i].Name())
		if grad == nil && perRow {
			grad = graph.Fill(wrt[i], 0)
		}
		if grad != nil {
			g.Output(names[i], grad)
		}
	}
}

func output(g *graph.Graph, name func(int) string, s State) {
	for c := range s {
		g.Output(name(c), s[c])
	}
}

// StepInputs returns the names of the inputs per row that are a step's own, for a state of so many components. A field
// can't use them for its own.
func StepInputs(components int) []string {
	names := []string{inTime, inStep, inEnd}
	for c := range components {
		names = append(names, stateName(c), slopeName(c), cotangentName(c))
	}
	return names
}
