package flows_test

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/nn"
)

// broken is a layer that fails in a way of its own.
type broken struct{ fail func() }

func (l broken) Apply(_ *nn.Scope, x *graph.Node) *graph.Node { l.fail(); return x }

// A layer that panics or ends its goroutine is an error of this call and the next, which names the function and its
// place.
func TestBrokenLayers(t *testing.T) {
	for name, fail := range map[string]func(){
		"panic":  func() { panic("no weights") },
		"Goexit": runtime.Goexit,
		"index":  func() { _ = []int{}[len(t.Name())] },
	} {
		t.Run(name, func(t *testing.T) {
			f := newFlow(tensor.Float32, 2, flows.FFJORD{Field: broken{fail}})
			for range 2 {
				_, err := f.LogProb(t.Context(), drawFloat32(3))
				var panicked *graph.PanicError
				require.ErrorAs(t, err, &panicked)
				assert.Regexp(t, `flows: block 0: .*flows_test.* \(at flows/exit_test.go:\d+\)$`, err.Error())
				assert.Contains(t, fmt.Sprintf("%+v", panicked), "exit_test.go")
			}
		})
	}
}
