package graph_test

import (
	"errors"
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/graph"
)

// A slice of a row out of a column is a vector for the graph and a number when it is run: Gorgonia's operator panics,
// in its TapeMachine's goroutine.
func TestPanicOnTheTapeMachine(t *testing.T) {
	p, err := graph.CompileFor[float64](graph.Tape, func(g *graph.Graph) {
		part := gorgonia.Must(gorgonia.Slice(g.Uniform("p", 3, 1), gorgonia.S(0), gorgonia.S(0, 1)))
		g.Output("y", gorgonia.Must(gorgonia.Add(part, part)))
	})
	require.NoError(t, err)
	m, err := p.NewMachine(1)
	require.NoError(t, err)
	require.NoError(t, m.Bind("p", []float64{1, 2, 3}))
	before := runtime.NumGoroutine()
	for range 2 {
		err = m.Run(1)
		var panicked *graph.PanicError
		require.ErrorAs(t, err, &panicked)
		assert.Contains(t, fmt.Sprintf("%+v", panicked), "gorgonia.org/", "the stack tells where")
	}
	for range 1000 { // one that has given its result may not have ended yet
		if runtime.NumGoroutine() <= before {
			break
		}
		time.Sleep(time.Millisecond)
	}
	assert.LessOrEqual(t, runtime.NumGoroutine(), before)
}

// What computes on goroutines of Gorgonia's is refused: a panic there can't be caught.
func TestTapeRefusesGoroutines(t *testing.T) {
	_, err := graph.CompileFor[float64](graph.Tape, func(g *graph.Graph) {
		im := gorgonia.Must(gorgonia.Reshape(g.Uniform("x", 4, 4), tensor.Shape{1, 1, 4, 4}))
		col := gorgonia.Must(gorgonia.Im2Col(im, shape{2, 2}, shape{0, 0}, shape{1, 1}, shape{1, 1}))
		g.Output("y", col)
	})
	require.ErrorContains(t, err, "im2col")
	assert.ErrorContains(t, err, "goroutines of Gorgonia's")
}

func TestPanicInBuild(t *testing.T) {
	_, err := graph.Build(tensor.Float64, 2, func(*graph.Graph) { panicking() })
	var panicked *graph.PanicError
	require.ErrorAs(t, err, &panicked)
	assert.Equal(t, "graph_test.panicking", panicked.Callback)
	assert.Equal(t, errBoom, panicked.Value)
	assert.ErrorIs(t, err, errBoom)
	assert.Regexp(t, `^graph: graph_test.panicking panicked: boom \(at graph/tape_panic_test.go:\d+\)$`, err.Error())
	assert.Contains(t, fmt.Sprintf("%+v", err), "tape_panic_test.go", "the stack")
	assert.NotContains(t, fmt.Sprintf("%v", err), "goroutine")
}

var errBoom = errors.New("boom")

func panicking() { panic(errBoom) }

// runtime.Goexit while a graph is built ends neither the caller's goroutine nor the use of the package.
func TestGoexitInBuild(t *testing.T) {
	build := func(exit bool) (*graph.Graph, error) {
		return graph.Build(tensor.Float64, 2, func(g *graph.Graph) {
			x := g.Rows("x", 2)
			if exit {
				runtime.Goexit()
			}
			g.Output("y", x)
		})
	}
	g, err := build(true)
	var exited *graph.PanicError
	require.ErrorAs(t, err, &exited)
	assert.Nil(t, g)
	assert.Regexp(t, `Goexit \(at graph/tape_panic_test.go:\d+\)$`, err.Error())
	_, err = build(false)
	require.NoError(t, err)
}

// A mistake that lies in the library's own calls is told at the line that called the library.
func TestSiteOfCaller(t *testing.T) {
	_, err := graph.Compile[float64](tooWide)
	assert.Regexp(t, `\(at graph/tape_panic_test.go:\d+\)$`, err.Error())
}

func tooWide(g *graph.Graph) { g.Rows("x", 0) }
