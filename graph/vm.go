package graph

import (
	"fmt"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// VM runs a plain Gorgonia graph on the native engine. It stands where a gorgonia.TapeMachine stood:
//
//	vm, err := graph.NewVM(g, graph.VMOptions{Rows: gorgonia.Nodes{x, y}})
//
// After RunAll the results are where the TapeMachine leaves them: n.Value() of the nodes computed, w.Grad() of inputs
// that gorgonia.Grad was called for, and the targets of gorgonia.Read. What differs:
//
//   - Inputs with a row per sample are named in VMOptions; rows may meet only in sums over them.
//   - Values of other nodes on the way are not kept, numbers such as the cost excepted: ask for them with
//     gorgonia.Read or VMOptions.Outputs.
//   - BindDualValues is neither needed nor heeded; gradients are those of the latest RunAll.
//   - The tensors that hold results are the VM's own and are written anew by the next RunAll; Reset does nothing.
//
// A VM belongs to one goroutine at a time; it runs the rows of a call on all cores.
type VM struct{ run interface{ runAll() error } }

var _ gorgonia.VM = (*VM)(nil)

// VMOptions tell NewVM what a graph does not say.
type VMOptions struct {
	Rows    gorgonia.Nodes // inputs whose first axis counts samples; others are the same for all
	Outputs gorgonia.Nodes // nodes wanted; nil means roots, what is read, gradients of inputs and numbers
}

// NewVM compiles a graph. The graph is for one row count, that of its inputs' shapes.
func NewVM(g *gorgonia.ExprGraph, o VMOptions) (*VM, error) {
	w, err := wanted(g, o.Outputs)
	if err != nil {
		return nil, err
	}
	typed, err := plainGraph(g, o.Rows, w.nodes)
	if err != nil {
		return nil, err
	}
	vm := &VM{}
	if typed.dtype == tensor.Float32 {
		vm.run, err = newVMRun[float32](typed, w)
	} else {
		vm.run, err = newVMRun[float64](typed, w)
	}
	if err != nil {
		return nil, err
	}
	return vm, nil
}

// RunAll computes all results from the values bound to the inputs.
func (vm *VM) RunAll() error { return vm.run.runAll() }

// Reset does nothing: RunAll needs no preparation.
func (vm *VM) Reset() {}

// Close does nothing: a VM holds memory alone.
func (vm *VM) Close() error { return nil }

// plainGraph is a graph of Gorgonia's with its inputs declared.
func plainGraph(expr *gorgonia.ExprGraph, rows, outputs gorgonia.Nodes) (*Graph, error) {
	g := &Graph{expr: expr, rows: 1, whole: true, byName: map[string]*Input{}, byNode: map[*Node]*Input{}}
	perRow := map[*Node]bool{}
	for i, n := range rows {
		if n.Op() != nil || dims(n) == 0 || dims(n) > 2 {
			return nil, fmt.Errorf("graph: vm: %s is no input of rows: want a matrix or vector without operator", describe(n))
		}
		if i > 0 && n.Shape()[0] != g.rows {
			return nil, fmt.Errorf("graph: vm: inputs of %d and %d rows", g.rows, n.Shape()[0])
		}
		perRow[n], g.rows = true, n.Shape()[0]
	}
	for _, n := range Topo(outputs...) {
		if n.Op() != nil {
			continue
		}
		in := &Input{Name: n.Name(), Node: n, PerRow: perRow[n], Rows: 1, Cols: 1}
		switch s := n.Shape(); {
		case dims(n) > 2:
			return nil, fmt.Errorf("graph: vm: input %s has %d axes, want at most 2", describe(n), dims(n))
		case dims(n) == 2:
			in.Rows, in.Cols = s[0], s[1]
		case dims(n) == 1 && !in.PerRow:
			in.Cols = s[0]
		}
		for g.byName[in.Name] != nil { // names of Gorgonia's inputs may be missing or equal
			in.Name += "'"
		}
		g.declare(in)
		if g.dtype.Type != nil && n.Dtype() != g.dtype {
			return nil, fmt.Errorf("graph: vm: inputs of element types %v and %v", g.dtype, n.Dtype())
		}
		g.dtype = n.Dtype()
	}
	if g.dtype != tensor.Float32 && g.dtype != tensor.Float64 {
		return nil, fmt.Errorf("graph: vm: element type %v: want float32 or float64", g.dtype)
	}
	for i, n := range outputs {
		g.outputs = append(g.outputs, Output{fmt.Sprint(i), n})
	}
	return g, nil
}
