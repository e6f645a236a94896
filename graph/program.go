package graph

import (
	"fmt"
	"reflect"
	"slices"

	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/internal/engine"
)

// Program is a compiled graph. It holds no numbers, is not changed by running and may be used by many goroutines,
// each with its own Machine.
type Program[T Float] struct {
	build   func(*Graph)
	graph   *Graph // with the symbolic row count
	outputs []programOutput
	native  *engine.Program // nil where the TapeMachine runs it
	nodes   []*Node         // that the outputs depend on, by their number in native
}

type programOutput struct {
	name string
	kind RowKind
	cols int
	size int // of a uniform output or a sum: all its elements
}

// Compile builds a graph with f and makes it a program for any number of rows: every output must be per row, uniform,
// or a sum over rows. f must build the same graph every time it is called.
//
// The program runs on the native engine; an operator that this does not know is an error that names it. CompileFor
// chooses the engine.
func Compile[T Float](f func(*Graph)) (*Program[T], error) { return CompileFor[T](Native, f) }

// CompileFor is Compile for the given engine.
func CompileFor[T Float](e Engine, f func(*Graph)) (*Program[T], error) {
	g, err := Build(DtypeOf[T](), SymbolicRows, f)
	if err != nil {
		return nil, err
	}
	if len(g.outputs) == 0 {
		return nil, fmt.Errorf("graph: compile: the graph names no outputs")
	}
	t, err := g.typed()
	if err != nil {
		return nil, err
	}
	p := &Program[T]{build: f, graph: g}
	for _, o := range g.outputs {
		s := extents(o.Node)
		out := programOutput{name: o.Name, kind: t.kind(o.Node)}
		switch {
		case out.kind != PerRow:
			out.size = s.TotalSize()
		case len(s) == 2:
			out.cols = s[1]
		default:
			return nil, fmt.Errorf("graph: compile: output %q has shape %s, want a matrix", o.Name, shapeString(s))
		}
		p.outputs = append(p.outputs, out)
	}
	if !t.computable() {
		return nil, fmt.Errorf("graph: compile: the outputs depend on no input; make their constants inputs")
	}
	switch e {
	case Tape:
		for _, v := range t.views {
			if startsGoroutines(v.Node) {
				return nil, fmt.Errorf("graph: compile: %s computes on goroutines of Gorgonia's, where a panic would end the process", v.Name)
			}
		}
	case Native:
		if p.native, err = g.lowered(t); err != nil {
			return nil, err
		}
		p.nodes = t.nodes
	default:
		return nil, fmt.Errorf("graph: compile: unknown engine %v", e)
	}
	return p, nil
}

// computable reports whether the outputs that are no inputs themselves depend on one, without which Gorgonia's compiler
// does nothing.
func (t *typing) computable() bool {
	isInput := func(n *Node) bool { return n.Op() == nil }
	return !slices.ContainsFunc(t.nodes, func(n *Node) bool { return !isInput(n) }) ||
		slices.ContainsFunc(t.nodes, func(n *Node) bool { return slices.ContainsFunc(inputs(n), isInput) })
}

// String describes the program for a person to read: its sizes and, on the native engine, every operation.
func (p *Program[T]) String() string {
	if p.native == nil {
		return fmt.Sprintf("program of %d nodes on Gorgonia's TapeMachine\n", len(Topo(p.graph.roots()...)))
	}
	return p.native.String()
}

// Graph returns the program's graph, built with SymbolicRows.
func (p *Program[T]) Graph() *Graph { return p.graph }

// OutputKind returns the kind of the output name, and false where there is none of that name.
func (p *Program[T]) OutputKind(name string) (RowKind, bool) {
	for _, o := range p.outputs {
		if o.name == name {
			return o.kind, true
		}
	}
	return 0, false
}

// DtypeOf returns Gorgonia's name for the element type T.
func DtypeOf[T Float]() tensor.Dtype { return tensor.Dtype{Type: reflect.TypeFor[T]()} }
