package graph_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/graph"
)

// madeUpTimes gives products and hyperbolic tangents times that do not change from run to run.
func madeUpTimes(t *testing.T, g *graph.Graph) map[*graph.Node]time.Duration {
	t.Helper()
	times := map[*graph.Node]time.Duration{}
	for _, o := range g.Outputs() {
		for i, n := range graph.Topo(o.Node) {
			v, err := graph.Read(n)
			require.NoError(t, err)
			switch v.Kind {
			case graph.OpMatMul:
				times[n] = time.Duration(100*(i+1)) * time.Nanosecond
			case graph.OpTanh:
				times[n] = 2345 * time.Nanosecond
			}
		}
	}
	return times
}

func TestDOTTimesGolden(t *testing.T) {
	for name, o := range map[string]graph.DOTOptions{
		"times":           {Title: "Where the time goes", Outputs: []string{"y", "trace"}},
		"times_collapsed": {Collapse: []string{"gradient"}},
	} {
		t.Run(name, func(t *testing.T) {
			g := buildDrawn(t)
			o.Times = madeUpTimes(t, g)
			var b bytes.Buffer
			require.NoError(t, graph.DOT(&b, g, o))
			file := filepath.Join("testdata", name+".dot")
			if *update {
				require.NoError(t, os.WriteFile(file, b.Bytes(), 0o644))
			}
			want, err := os.ReadFile(file)
			require.NoError(t, err)
			assert.Equal(t, string(want), b.String(), "go test -update ./graph writes the golden files anew")
			assert.Contains(t, b.String(), "the redder")
			svg := render(t, b.Bytes())
			if dir := os.Getenv("DOT_SVG"); dir != "" {
				require.NoError(t, os.WriteFile(filepath.Join(dir, name+".svg"), svg, 0o644))
			}
		})
	}
}

// A machine tells the times of nodes of its program's graph, which is the one to draw.
func TestNodeTimes(t *testing.T) {
	p, err := graph.Compile[float32](drawnNet)
	require.NoError(t, err)
	m := bound(t, p, 64)
	assert.Nil(t, m.NodeTimes(), "nothing is measured")
	m.Profile(true)
	assert.Nil(t, m.NodeTimes(), "nothing has run")
	require.NoError(t, m.Run(64))
	times := m.NodeTimes()
	kinds := map[graph.Kind]bool{}
	for n, d := range times {
		assert.Positive(t, d)
		v, err := graph.Read(n)
		require.NoError(t, err)
		kinds[v.Kind] = true
	}
	assert.True(t, kinds[graph.OpTanh] && kinds[graph.OpMatMul], "%v", kinds)
	var b bytes.Buffer
	require.NoError(t, graph.DOT(&b, p.Graph(), graph.DOTOptions{Times: times}))
	assert.Contains(t, b.String(), " %")
	m.Profile(false)
	assert.Nil(t, m.NodeTimes())
	tape, err := graph.CompileFor[float32](graph.Tape, drawnNet)
	require.NoError(t, err)
	on := bound(t, tape, 64)
	on.Profile(true)
	require.NoError(t, on.Run(64))
	assert.Nil(t, on.NodeTimes(), "the TapeMachine measures nothing")
}

// bound returns a machine with numbers for all uniform inputs.
func bound(t *testing.T, p *graph.Program[float32], rows int) *graph.Machine[float32] {
	t.Helper()
	m, err := p.NewMachine(rows)
	require.NoError(t, err)
	for _, in := range p.Graph().Inputs() {
		if !in.PerRow {
			require.NoError(t, m.Bind(in.Name, make([]float32, in.Rows*in.Cols)))
		}
	}
	return m
}
