package nn_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/nn"
)

// fragile is a layer of one's own that panics.
type fragile struct{}

func (fragile) Apply(*nn.Scope, *graph.Node) *graph.Node { panic("layer broke") }

func brokenInit(*rand.Rand, []float64, int, int) { panic("init broke") }

// What a user's layer, function or initial value panics with is an error that names it and keeps the stack.
func TestPanicsOfUsersFunctions(t *testing.T) {
	for _, c := range []struct {
		name  string
		layer nn.Layer
		named string
	}{
		{"layer", nn.Seq{nn.Tanh, fragile{}}, "fragile"},
		{"function", nn.Residual{Body: nn.Func(func(*graph.Node) *graph.Node { panic("function broke") })}, "TestPanicsOfUsersFunctions"},
		{"activation", nn.MLP{Hidden: []int{2}, Act: fragile{}}, "fragile"},
		{"initial value", nn.MLP{Hidden: []int{2}, Init: brokenInit}, `the Init of parameter "0.weight"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := graph.Build(tensor.Float64, graph.SymbolicRows, apply(c.layer, newParams(), "", 2))
			var panicked *graph.PanicError
			require.ErrorAs(t, err, &panicked)
			assert.Contains(t, panicked.Callback, c.named)
			assert.Contains(t, err.Error(), "broke")
			assert.Contains(t, fmt.Sprintf("%+v", panicked), "panic_test.go", "the stack")
		})
	}
	_, err := newParams().Declare("w", brokenInit, 1, 1)
	var panicked *nn.PanicError
	require.ErrorAs(t, err, &panicked)
	assert.Contains(t, err.Error(), `the Init of parameter "w" panicked: init broke`)
}
