package graph

import (
	"errors"
	"fmt"

	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/internal/engine"
	"github.com/go-ffjord/ffjord/internal/guard"
)

// ErrNotNative is what Compile's error wraps where the native engine does not know an operator: CompileFor(Tape, ...)
// runs it.
var ErrNotNative = errors.New("the native engine does not know this operator; the TapeMachine does")

// lower translates a graph for the native engine.
func lower(g *Graph, t *typing) (*engine.Program, error) {
	l := lowering{Builder: builderFor(g.dtype), typing: t, graph: g, values: make([]engine.Value, len(t.nodes))}
	l.Expect(len(t.nodes))
	for _, in := range g.inputs {
		var v engine.Value
		switch {
		case in.Common:
			v = l.Common(in.Name, in.Cols)
		case in.PerRow:
			v = l.Rows(in.Name, in.Cols)
		default:
			v = l.Uniform(in.Name, in.Rows, in.Cols)
		}
		if i := t.place(in.Node); i >= 0 {
			l.values[i] = v
		}
	}
	for i, v := range t.views {
		if v.Kind == OpInput {
			continue
		}
		l.Source(i)
		if err := guard.Call("the native compiler", func() error { return l.lower(i) }); err != nil {
			return nil, fmt.Errorf("graph: compile: %s of %s: %w", v.Name, operandKinds(v, t), err)
		}
	}
	for _, o := range g.outputs {
		l.Output(o.Name, l.values[t.place(o.Node)])
	}
	p, err := l.Finish()
	if err != nil {
		return nil, fmt.Errorf("graph: compile: %w", err)
	}
	return p, nil
}

func builderFor(t tensor.Dtype) *engine.Builder {
	if t == tensor.Float32 {
		return engine.NewBuilder[float32]()
	}
	return engine.NewBuilder[float64]()
}

type lowering struct {
	*engine.Builder
	*typing
	graph  *Graph
	values []engine.Value // of the nodes, by their places
	in     []engine.Value // room for the operands of one
}

// lower translates the node at a place, whose operands are done.
func (l *lowering) lower(place int) error {
	v := l.views[place]
	if t := v.Node.Dtype(); t != l.graph.dtype {
		return fmt.Errorf("the result has element type %v: %w", t, ErrNotNative)
	}
	l.in = l.in[:0]
	for _, c := range v.Inputs {
		l.in = append(l.in, l.values[l.place(c)])
	}
	out, err := l.translate(v, l.in)
	if err != nil {
		return err
	}
	l.values[place], err = l.shaped(out, v.Node)
	return err
}

// shaped gives a value the shape of its node in two axes: numbers per row are a column, other vectors are rows.
func (l *lowering) shaped(v engine.Value, n *Node) (engine.Value, error) {
	s := extents(n)
	r, c := l.Shape(v)
	if len(s) > 2 {
		return v, fmt.Errorf("the result has %d axes: %w", len(s), ErrNotNative)
	}
	if v.PerRow() {
		want := 1
		if len(s) == 2 {
			want = s[1]
		}
		if c != want {
			return v, fmt.Errorf("%d columns where the result has %d: %w", c, want, ErrNotNative)
		}
		return v, nil
	}
	if r*c != s.TotalSize() {
		return v, fmt.Errorf("shape (%d, %d) where the result has %s: %w", r, c, shapeString(s), ErrNotNative)
	}
	switch dims(n) {
	case 0:
		return l.Reshape(v, 1, 1), nil
	case 1:
		return l.Reshape(v, 1, s[0]), nil
	}
	return l.Reshape(v, s[0], s[1]), nil
}
