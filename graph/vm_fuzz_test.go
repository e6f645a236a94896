package graph_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/graph"
)

// FuzzVM builds plain Gorgonia graphs of inputs of 0 to 3 axes: whatever their shapes, the native engine either runs
// them or returns an error.
func FuzzVM(f *testing.F) {
	f.Add([]byte("a matrix and its sum"))
	f.Add([]byte{2, 3, 2, 2, 2, 2, 1, 3, 0, 1, 3, 1, 0, 5, 2, 8, 1, 9, 2, 4, 7, 3})
	f.Fuzz(func(t *testing.T, list []byte) {
		if len(list) == 0 {
			return
		}
		d := &choices{}
		for _, b := range list {
			d.list = append(d.list, int(b))
		}
		g := gorgonia.NewGraph()
		var nodes, rows gorgonia.Nodes
		for i := range 1 + d.below(3) {
			shape := tensor.Shape{1 + d.below(3), 1 + d.below(3), 1 + d.below(2)}[:d.below(4)]
			nodes = append(nodes, plainInput(g, fmt.Sprint("in", i), shape))
			if d.below(2) == 0 {
				rows = append(rows, nodes[i])
			}
		}
		for range min(len(list), 12) {
			if n := plainOperator(d, nodes); n != nil {
				nodes = append(nodes, n)
			}
		}
		vm, err := graph.NewVM(g, graph.VMOptions{Rows: rows, Outputs: nodes[len(nodes)-1:]})
		if err == nil {
			err = vm.RunAll()
		}
		if err != nil {
			require.NotContains(t, err.Error(), "panic")
		}
	})
}

func plainInput(g *gorgonia.ExprGraph, name string, shape tensor.Shape) *gorgonia.Node {
	if len(shape) == 0 {
		return gorgonia.NewScalar(g, tensor.Float64, gorgonia.WithName(name), gorgonia.WithValue(0.5))
	}
	value := tensor.New(tensor.WithShape(shape...), tensor.WithBacking(numbers[float64](name, shape.TotalSize())))
	return gorgonia.NewTensor(g, tensor.Float64, len(shape), gorgonia.WithShape(shape...), gorgonia.WithName(name), gorgonia.WithValue(value))
}

// plainOperator applies one of Gorgonia's operators, nil where it refuses.
func plainOperator(d *choices, nodes gorgonia.Nodes) (n *gorgonia.Node) {
	defer func() {
		if recover() != nil { // Gorgonia panics for some shapes
			n = nil
		}
	}()
	a, b, axis := nodes[d.below(len(nodes))], nodes[d.below(len(nodes))], d.below(3)
	var err error
	switch d.below(14) {
	case 0:
		n, err = gorgonia.Add(a, b)
	case 1:
		n, err = gorgonia.Mul(a, b)
	case 2:
		n, err = gorgonia.HadamardDiv(a, b)
	case 3:
		n, err = gorgonia.Sum(a, axis)
	case 4:
		n, err = gorgonia.Mean(a)
	case 5:
		n, err = gorgonia.Slice(a, gorgonia.S(d.below(2), 2))
	case 6:
		n, err = gorgonia.Slice(a, nil, gorgonia.S(d.below(2), 2))
	case 7:
		n, err = gorgonia.Transpose(a)
	case 8:
		n, err = gorgonia.Reshape(a, tensor.Shape{d.below(4), d.below(4)})
	case 9:
		n, err = gorgonia.Concat(axis, a, b)
	case 10:
		n, err = gorgonia.BroadcastAdd(a, b, nil, []byte{byte(axis)})
	case 11:
		n, err = gorgonia.Max(a, axis)
	case 12:
		n, err = gorgonia.SoftMax(a, axis)
	default:
		n, err = gorgonia.Tanh(a)
	}
	if err != nil {
		return nil
	}
	return n
}
