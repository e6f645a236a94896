package graph

import (
	"fmt"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/internal/guard"
)

// tape is a program on Gorgonia's TapeMachine for one row count.
type tape[T Float] struct {
	rows    int
	inputs  []tapeInput[T]
	outputs []tapeOutput[T]
	vm      gorgonia.VM  // nil where every output is an input
	runAll  func() error // all of vm's program
}

type tapeInput[T Float] struct {
	*Input
	data []T // of an input per row, row-major; of a uniform input what is bound
}

type tapeOutput[T Float] struct {
	programOutput
	value *gorgonia.Value // where the machine leaves it
	input int             // the input that the output is, or -1
}

func newTape[T Float](p *Program[T], rows int) (*tape[T], error) {
	g := &Graph{dtype: DtypeOf[T](), rows: rows, budget: &Budget{}, again: true}
	if err := g.build(p.build); err != nil {
		return nil, err
	}
	t := &tape[T]{rows: rows}
	needed := map[*Node]bool{}
	for _, n := range Topo(g.roots()...) {
		needed[n] = true
	}
	var used, reads gorgonia.Nodes
	index := map[*Node]int{}
	for _, in := range g.inputs {
		if needed[in.Node] {
			index[in.Node] = len(t.inputs)
			t.inputs = append(t.inputs, tapeInput[T]{Input: in})
		}
	}
	inOps := map[*Node]bool{}
	for i, o := range g.outputs {
		out := tapeOutput[T]{programOutput: p.outputs[i], input: -1}
		if j, ok := index[o.Node]; ok {
			out.input = j
		} else {
			out.value = new(gorgonia.Value)
			reads = append(reads, gorgonia.Read(o.Node, out.value))
			for _, n := range Topo(o.Node) {
				inOps[n] = true
			}
		}
		t.outputs = append(t.outputs, out)
	}
	for _, in := range t.inputs {
		if inOps[in.Node] {
			used = append(used, in.Node)
		}
	}
	for i, in := range t.inputs {
		if in.PerRow {
			t.inputs[i].data = make([]T, rows*in.Cols)
			if err := let(in.Node, t.inputs[i].data); err != nil {
				return nil, err
			}
		}
	}
	if len(reads) > 0 {
		err := guard.Call("Gorgonia's compiler", func() error { return t.compile(g.expr, used, reads) })
		if err != nil {
			return nil, fmt.Errorf("graph: compile for the TapeMachine: %w", err)
		}
	}
	return t, nil
}

func (t *tape[T]) compile(expr *gorgonia.ExprGraph, used, reads gorgonia.Nodes) error {
	prog, where, err := gorgonia.CompileFunction(expr, used, reads)
	if err != nil {
		return err
	}
	if err := checkAliases(expr, reads, func(n *Node) string { return fmt.Sprint(where[n]) }); err != nil {
		return err
	}
	vm := gorgonia.NewTapeMachine(expr, gorgonia.WithPrecompiled(prog, where))
	t.vm, t.runAll = vm, runner(vm.Run, prog)
	return nil
}

// let gives an input a tensor header of its own over data: Gorgonia transposes headers in place while it multiplies,
// so that machines may share numbers but never headers.
func let[T Float](n *Node, data []T) error {
	return gorgonia.Let(n, tensor.New(tensor.WithShape(n.Shape()...), tensor.WithBacking(data)))
}

func (t *tape[T]) run(m *tapes[T]) error {
	for i := range t.inputs {
		in := &t.inputs[i]
		if in.PerRow {
			pack(in.data, m.rows[in.Name], t.rows)
			continue
		}
		bound, ok := m.uniform[in.Name]
		if !ok {
			return fmt.Errorf("graph: uniform input %q has no value", in.Name)
		}
		if in.data == nil || &in.data[0] != &bound[0] {
			if err := let(in.Node, bound); err != nil {
				return err
			}
			in.data = bound
		}
	}
	if t.vm != nil {
		defer t.vm.Reset()
		if err := guard.Call("an operator on the TapeMachine", t.runAll); err != nil {
			return fmt.Errorf("graph: run: %w", err)
		}
	}
	for _, o := range t.outputs {
		data, err := t.data(o)
		if err != nil {
			return err
		}
		switch o.kind {
		case PerRow:
			unpack(m.rows[outputKey(o.name)], data, t.rows)
		case Uniform:
			copy(m.sums[o.name], data)
		case RowSum:
			for i, s := range m.sums[o.name] {
				m.sums[o.name][i] = s + data[i]
			}
		}
	}
	return nil
}

// data returns the elements of an output, row-major.
func (t *tape[T]) data(o tapeOutput[T]) ([]T, error) {
	if o.input >= 0 {
		return t.inputs[o.input].data, nil
	}
	if d, ok := (*o.value).(*tensor.Dense); ok && d.DataOrder().IsTransposed() {
		d = d.Clone().(*tensor.Dense)
		if err := d.Transpose(); err != nil {
			return nil, fmt.Errorf("graph: output %q: %w", o.name, err)
		}
		return d.Data().([]T), nil
	}
	switch d := (*o.value).Data().(type) {
	case []T:
		return d, nil
	case T:
		return []T{d}, nil
	default:
		return nil, fmt.Errorf("graph: output %q has elements %T", o.name, d)
	}
}

func (t *tape[T]) close() {
	if t.vm != nil {
		t.vm.Close()
	}
}

// pack writes columns of n rows, or of one that all have in common, row-major.
func pack[T Float](dst []T, cols [][]T, n int) {
	for j, c := range cols {
		for i := range n {
			dst[i*len(cols)+j] = c[min(i, len(c)-1)]
		}
	}
}

// unpack reads n rows row-major into columns.
func unpack[T Float](cols [][]T, src []T, n int) {
	for j, c := range cols {
		for i := range n {
			c[i] = src[i*len(cols)+j]
		}
	}
}
