package graph

import (
	"context"
	"fmt"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// vmRun is a VM for one element type.
type vmRun[T Float] struct {
	graph    *Graph
	typing   *typing
	wanted   wantedNodes
	machines []native[T] // by worker
	make     func() (native[T], error)
	data     [][]T // of the inputs, row-major
	values   []vmValue[T]
}

// vmValue is a result: a tensor over data, or a number.
type vmValue[T Float] struct {
	data   []T
	tensor *tensor.Dense // nil for a number
}

func newVMRun[T Float](g *Graph, w wantedNodes) (*vmRun[T], error) {
	t, err := g.typed()
	if err != nil {
		return nil, err
	}
	if w.numbers {
		g.nameNumbers(t)
	}
	p, err := lower(g, t)
	if err != nil {
		return nil, err
	}
	r := &vmRun[T]{graph: g, typing: t, wanted: w, machines: make([]native[T], Workers(g.rows)), data: make([][]T, len(g.inputs))}
	r.make = func() (native[T], error) { return newNative[T](p, min(g.rows, ChunkRows(g.rows))) }
	for _, o := range g.outputs {
		v := vmValue[T]{data: make([]T, o.Node.Shape().TotalSize())}
		if dims(o.Node) > 0 {
			v.tensor = tensor.New(tensor.WithShape(o.Node.Shape().Clone()...), tensor.WithBacking(v.data))
		}
		r.values = append(r.values, v)
	}
	return r, nil
}

// nameNumbers makes an output of every number that is computed and not one yet.
func (g *Graph) nameNumbers(t *typing) {
	have := map[*Node]bool{}
	for _, o := range g.outputs {
		have[o.Node] = true
	}
	for _, v := range t.views {
		computed := v.Kind != OpInput && v.Kind != OpConstant && v.Kind != OpSize
		if computed && dims(v.Node) == 0 && t.kind(v.Node) != PerRow && !have[v.Node] {
			g.outputs = append(g.outputs, Output{fmt.Sprint(len(g.outputs)), v.Node})
		}
	}
}

func (r *vmRun[T]) runAll() error {
	for i, in := range r.graph.inputs {
		if err := r.read(i, in); err != nil {
			return err
		}
	}
	parts := make([][]T, (r.graph.rows+ChunkRows(r.graph.rows)-1)/ChunkRows(r.graph.rows))
	bound := make([]bool, len(r.machines))
	err := ForChunks(context.Background(), r.graph.rows, func(worker, chunk, from, to int) error {
		m, err := r.machine(worker)
		if err != nil {
			return err
		}
		if !bound[worker] {
			r.bind(m)
			bound[worker] = true
		}
		r.load(m, from, to)
		if err := m.Run(to - from); err != nil {
			return err
		}
		r.store(m, from, to)
		parts[chunk] = m.Partial(nil)
		return nil
	})
	if err != nil {
		return err
	}
	m, err := r.machine(0)
	if err != nil {
		return err
	}
	if !bound[0] {
		r.bind(m)
		if err := m.Prepare(); err != nil {
			return fmt.Errorf("graph: %w", err)
		}
	}
	m.Complete(parts...)
	return r.publish(m)
}

// machine returns the machine of a worker, made when first needed.
func (r *vmRun[T]) machine(worker int) (native[T], error) {
	if r.machines[worker].Machine == nil {
		m, err := r.make()
		if err != nil {
			return m, err
		}
		r.machines[worker] = m
	}
	return r.machines[worker], nil
}

// read takes the numbers of an input.
func (r *vmRun[T]) read(i int, in *Input) error {
	v := in.Node.Value()
	if v == nil {
		return fmt.Errorf("graph: vm: input %s has no value", describe(in.Node))
	}
	if !v.Shape().Eq(in.Node.Shape()) {
		return fmt.Errorf("graph: vm: input %s holds a value of shape %v", describe(in.Node), v.Shape())
	}
	if v.Dtype() != r.graph.dtype {
		return fmt.Errorf("graph: vm: input %s holds a value of element type %v", describe(in.Node), v.Dtype())
	}
	if r.data[i] == nil {
		r.data[i] = make([]T, in.Rows*in.Cols)
		if in.PerRow {
			r.data[i] = make([]T, r.graph.rows*in.Cols)
		}
	}
	return copyElements(r.data[i], v)
}

func (r *vmRun[T]) bind(m native[T]) {
	for i, in := range r.graph.inputs {
		if !in.PerRow {
			m.Bind(in.Name, r.data[i])
		}
	}
}

// load fills the columns of the inputs with the rows from (inclusive) to to (exclusive).
func (r *vmRun[T]) load(m native[T], from, to int) {
	for i, in := range r.graph.inputs {
		if in.PerRow {
			unpack(m.Rows(in.Name), r.data[i][from*in.Cols:to*in.Cols], to-from)
		}
	}
}

// store takes the rows from (inclusive) to to (exclusive) of the results per row.
func (r *vmRun[T]) store(m native[T], from, to int) {
	for i, o := range r.graph.outputs {
		if r.typing.kind(o.Node) == PerRow {
			cols := m.Columns(o.Name)
			pack(r.values[i].data[from*len(cols):], cols, to-from)
		}
	}
}

// publish gives the nodes their values.
func (r *vmRun[T]) publish(m native[T]) error {
	for i, o := range r.graph.outputs {
		v := r.values[i]
		if r.typing.kind(o.Node) != PerRow {
			copy(v.data, m.Sum(o.Name))
		}
		var value gorgonia.Value = v.tensor
		if v.tensor == nil {
			value = numberValue(v.data[0])
		}
		if o.Node.Op() != nil {
			if err := gorgonia.UnsafeLet(o.Node, value); err != nil {
				return fmt.Errorf("graph: vm: %w", err)
			}
		}
		for _, target := range r.wanted.targets[o.Node] {
			*target = value
		}
	}
	return nil
}

func numberValue[T Float](x T) gorgonia.Value {
	if f, single := any(x).(float32); single {
		return gorgonia.NewF32(f)
	}
	return gorgonia.NewF64(float64(x))
}
