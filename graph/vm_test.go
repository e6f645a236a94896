package graph_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/graph"
)

// plainMLP is a plain Gorgonia network with a mean squared error, as its tutorials write it.
type plainMLP struct {
	g          *gorgonia.ExprGraph
	x, y       *gorgonia.Node
	learnables gorgonia.Nodes
	prediction *gorgonia.Node
	cost       *gorgonia.Node
	read       gorgonia.Value
}

func newPlainMLP(dtype tensor.Dtype, rows int) *plainMLP {
	must := gorgonia.Must
	m := &plainMLP{g: gorgonia.NewGraph()}
	input := func(name string, shape ...int) *gorgonia.Node {
		n := 1
		for _, d := range shape {
			n *= d
		}
		var backing any = numbers[float64](name, n)
		if dtype == tensor.Float32 {
			backing = numbers[float32](name, n)
		}
		return gorgonia.NewTensor(m.g, dtype, len(shape), gorgonia.WithShape(shape...), gorgonia.WithName(name),
			gorgonia.WithValue(tensor.New(tensor.WithShape(shape...), tensor.WithBacking(backing))))
	}
	m.x, m.y = input("x", rows, 3), input("y", rows, 2)
	w1, b1, w2, b2 := input("w1", 3, 8), input("b1", 8), input("w2", 8, 2), input("b2", 1, 2)
	m.learnables = gorgonia.Nodes{w1, b1, w2, b2}
	hidden := must(gorgonia.Tanh(must(gorgonia.BroadcastAdd(must(gorgonia.Mul(m.x, w1)), b1, nil, []byte{0}))))
	m.prediction = must(gorgonia.BroadcastAdd(must(gorgonia.Mul(hidden, w2)), b2, nil, []byte{0}))
	// The square root makes the cost a function of a sum over rows that is not linear.
	m.cost = must(gorgonia.Sqrt(must(gorgonia.Mean(must(gorgonia.Square(must(gorgonia.Sub(m.prediction, m.y))))))))
	gorgonia.Read(m.prediction, &m.read)
	return m
}

func TestVM(t *testing.T) {
	for _, dtype := range []tensor.Dtype{tensor.Float64, tensor.Float32} {
		for _, rows := range []int{1, 2, 8, 100, 700} { // 8 is also a width
			t.Run(fmt.Sprint(dtype, rows), func(t *testing.T) {
				native, tape := newPlainMLP(dtype, rows), newPlainMLP(dtype, rows)
				var squares gorgonia.Nodes
				for _, m := range []*plainMLP{native, tape} {
					// A cost without the square root has gradients that no sum goes back into.
					square := gorgonia.Must(gorgonia.Mean(gorgonia.Must(gorgonia.Square(gorgonia.Must(gorgonia.Sub(m.prediction, m.y))))))
					squares = append(squares, square)
					_, err := gorgonia.Grad(square, m.learnables...)
					require.NoError(t, err)
				}
				vm, err := graph.NewVM(native.g, graph.VMOptions{Rows: gorgonia.Nodes{native.x, native.y}})
				require.NoError(t, err)
				oracle := gorgonia.NewTapeMachine(tape.g)
				for range 2 {
					require.NoError(t, vm.RunAll())
					vm.Reset()
					require.NoError(t, oracle.RunAll())
					oracle.Reset()
					compareValues(t, tape.cost.Value(), native.cost.Value())
					compareValues(t, squares[1].Value(), squares[0].Value())
					compareValues(t, tape.read, native.read)
					for i, w := range native.learnables {
						got, err := w.Grad()
						require.NoError(t, err)
						want, err := tape.learnables[i].Grad()
						require.NoError(t, err)
						compareValues(t, want, got)
					}
				}
				require.NoError(t, vm.Close())
			})
		}
	}
}

func compareValues(t *testing.T, want, got gorgonia.Value) {
	t.Helper()
	require.NotNil(t, got)
	require.Equal(t, want.Shape(), got.Shape())
	switch w := want.Data().(type) {
	case []float64:
		requireClose(t, w, got.Data().([]float64), 1e-12, "value")
	case []float32:
		requireClose(t, w, got.Data().([]float32), 1e-5, "value")
	case float64:
		requireClose(t, []float64{w}, []float64{got.Data().(float64)}, 1e-12, "value")
	case float32:
		requireClose(t, []float32{w}, []float32{got.Data().(float32)}, 1e-5, "value")
	}
}

// Without inputs of rows everything is computed once; vectors of numbers per row are as good as columns.
func TestVMShapes(t *testing.T) {
	must := gorgonia.Must
	g := gorgonia.NewGraph()
	v := gorgonia.NewVector(g, tensor.Float64, gorgonia.WithShape(3), gorgonia.WithName("v"),
		gorgonia.WithValue(tensor.New(tensor.WithBacking([]float64{1, 2, 4}))))
	s := gorgonia.NewScalar(g, tensor.Float64, gorgonia.WithName("s"), gorgonia.WithValue(0.5))
	scaled := must(gorgonia.Mul(v, s))
	total := must(gorgonia.Sum(must(gorgonia.Square(scaled))))
	for _, rows := range []gorgonia.Nodes{nil, {v}} {
		vm, err := graph.NewVM(g, graph.VMOptions{Rows: rows, Outputs: gorgonia.Nodes{scaled, total}})
		require.NoError(t, err)
		require.NoError(t, vm.RunAll())
		require.Equal(t, []float64{0.5, 1, 2}, scaled.Value().Data())
		require.Equal(t, tensor.Shape{3}, scaled.Value().Shape())
		require.Equal(t, 5.25, total.Value().Data())
	}
}

func TestVMErrors(t *testing.T) {
	g := gorgonia.NewGraph()
	x := gorgonia.NewMatrix(g, tensor.Float64, gorgonia.WithShape(4, 2), gorgonia.WithName("x"))
	total := gorgonia.Must(gorgonia.Sum(x, 0))
	_, err := graph.NewVM(g, graph.VMOptions{Rows: gorgonia.Nodes{total}})
	require.ErrorContains(t, err, "is no input of rows")
	vm, err := graph.NewVM(g, graph.VMOptions{Rows: gorgonia.Nodes{x}})
	require.NoError(t, err)
	require.ErrorContains(t, vm.RunAll(), "input x (4, 2) has no value")

	// A sum over rows that goes back into the rows.
	centred := gorgonia.Must(gorgonia.BroadcastSub(x, total, nil, []byte{0}))
	_, err = graph.NewVM(g, graph.VMOptions{Rows: gorgonia.Nodes{x}, Outputs: gorgonia.Nodes{centred}})
	require.ErrorContains(t, err, "rows")
}
