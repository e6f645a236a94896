package graph_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/goccy/go-graphviz"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/graph"
	_ "github.com/go-ffjord/ffjord/internal/svg" // which keeps Graphviz from what others have compiled
)

var update = flag.Bool("update", false, "write the golden files anew")

// drawnNet is a net of two layers with the trace of its Jacobian and its gradients, in groups.
func drawnNet(g *graph.Graph) {
	x, seed := g.Rows("x", 2), g.Rows("seed", 2)
	leaveBlock := g.Group("block")
	layer := func(name string, x *graph.Node, out int) *graph.Node {
		defer g.Group(name)()
		w := g.Uniform(name+".w", x.Shape()[1], out)
		return graph.Add(graph.MatMul(x, w), g.Uniform(name+".b", 1, out))
	}
	y := layer("layer 2", graph.Tanh(layer("layer 1", x, 8)), 2)
	leave := g.Group("divergence")
	jvp := graph.JVP([]*graph.Node{y}, []*graph.Node{x}, []*graph.Node{graph.PadCols(graph.FillCols(x, 1, 1), 1, 2)})[0]
	trace := graph.SliceCols(jvp, 1, 2)
	leave()
	leaveBlock()
	g.Output("y", graph.Scale(y, 0.5))
	g.Output("trace", trace)
	defer g.Group("gradient")()
	params := []*graph.Node{}
	for _, in := range g.Inputs() {
		if !in.PerRow {
			params = append(params, in.Node)
		}
	}
	for i, d := range graph.VJP([]*graph.Node{y}, []*graph.Node{seed}, params) {
		g.Output(fmt.Sprint("d", i), d)
	}
}

func buildDrawn(t testing.TB) *graph.Graph {
	g, err := graph.Build(tensor.Float32, graph.SymbolicRows, drawnNet)
	require.NoError(t, err)
	return g
}

func TestDOTGolden(t *testing.T) {
	forward := []string{"y", "trace"}
	for name, o := range map[string]graph.DOTOptions{
		"forward":   {Title: "A net & the trace <of its Jacobian>", Outputs: forward},
		"gradient":  {Title: "With gradients"},
		"collapsed": {Title: "Collapsed", Collapse: []string{"block/layer 1", "gradient"}, Across: true},
		"depth":     {Depth: 1},
	} {
		t.Run(name, func(t *testing.T) {
			var b, again bytes.Buffer
			require.NoError(t, graph.DOT(&b, buildDrawn(t), o))
			require.NoError(t, graph.DOT(&again, buildDrawn(t), o))
			assert.Equal(t, b.String(), again.String(), "two graphs of the same build")
			file := filepath.Join("testdata", name+".dot")
			if *update {
				require.NoError(t, os.WriteFile(file, b.Bytes(), 0o644))
			}
			want, err := os.ReadFile(file)
			require.NoError(t, err)
			assert.Equal(t, string(want), b.String(), "go test -update ./graph writes the golden files anew")
			svg := render(t, b.Bytes())
			assert.Contains(t, string(svg), "<svg")
			if dir := os.Getenv("DOT_SVG"); dir != "" {
				require.NoError(t, os.WriteFile(filepath.Join(dir, name+".svg"), svg, 0o644))
			}
		})
	}
}

// render draws the text with Graphviz itself.
func render(t *testing.T, text []byte) []byte {
	t.Helper()
	ctx := context.Background()
	gv, err := graphviz.New(ctx)
	require.NoError(t, err)
	defer gv.Close()
	parsed, err := graphviz.ParseBytes(text)
	require.NoError(t, err, "%s", text)
	defer parsed.Close()
	var svg bytes.Buffer
	require.NoError(t, gv.Render(ctx, parsed, graphviz.SVG, &svg))
	return svg.Bytes()
}

func TestDOTKeepsDoubleEdges(t *testing.T) {
	text := dotOf(t, func(g *graph.Graph) {
		x := g.Rows("x", 2)
		g.Output("squared", graph.Mul(x, x))
		g.Output("nothing", graph.Sub(x, x))
	}, graph.DOTOptions{})
	assert.Equal(t, 2, strings.Count(text, "n0 -> n1\n"), text)
	assert.Contains(t, text, `n0 -> n2 [headlabel="1"]`)
	assert.Contains(t, text, `n0 -> n2 [headlabel="2"]`)
}

func TestDOTParametersBesideTheirUsers(t *testing.T) {
	f := func(g *graph.Graph) {
		x, w := g.Rows("x", 2), g.Uniform("w", 2, 2)
		for _, stage := range []string{"stage 1", "stage 2"} {
			leave := g.Group(stage)
			for _, layer := range []string{"a", "b"} {
				done := g.Group(layer)
				x = graph.MatMul(x, w)
				done()
			}
			leave()
		}
		g.Output("x", x)
		g.Output("w", w)
	}
	text := dotOf(t, f, graph.DOTOptions{})
	assert.Equal(t, 3, strings.Count(text, `label="w\n(2, 2)"`), "one in each stage and one for the output")
	text = dotOf(t, f, graph.DOTOptions{Collapse: []string{"stage 2"}})
	assert.Contains(t, text, `stage 2\n2 operators, 4 parameters`)
	assert.Equal(t, 2, strings.Count(text, `label="w\n(2, 2)"`))
	text = dotOf(t, func(g *graph.Graph) { g.Uniform("alone", 1, 1) }, graph.DOTOptions{})
	assert.Contains(t, text, "alone", "a graph without outputs is drawn whole")
}

func dotOf(t *testing.T, f func(*graph.Graph), o graph.DOTOptions) string {
	t.Helper()
	g, err := graph.Build(tensor.Float64, graph.SymbolicRows, f)
	require.NoError(t, err)
	var b bytes.Buffer
	require.NoError(t, graph.DOT(&b, g, o))
	render(t, b.Bytes())
	return b.String()
}

func TestDOTNames(t *testing.T) {
	text := dotOf(t, func(g *graph.Graph) {
		defer g.Group(`<b> "group" & \N`)()
		x := g.Rows("x<y>\n\"&\\\xff", 2)
		g.Output(`"out" -> {}; //`, graph.Scale(x, -1.5e-7))
	}, graph.DOTOptions{Title: `</font> & "title"`})
	assert.Contains(t, text, `label="<b> \"group\" & \\N"`)
	assert.Contains(t, text, `label="x<y> \"&\\�\n`)
	assert.Contains(t, text, `label="-1.5e-07"`)
	assert.NotContains(t, text, fmt.Sprint(graph.SymbolicRows))
}

func TestDOTEmpty(t *testing.T) {
	assert.Regexp(t, regexp.MustCompile(`(?s)^digraph \{.*0 operators.*\}\n$`), dotOf(t, func(*graph.Graph) {}, graph.DOTOptions{}))
	assert.Contains(t, dotOf(t, func(g *graph.Graph) { graph.Tanh(g.Rows("x", 1)) }, graph.DOTOptions{}), "tanh", "no outputs: all nodes")
	assert.NotContains(t, dotOf(t, func(g *graph.Graph) { graph.Tanh(g.Rows("x", 1)); g.Output("x", g.Rows("x", 1)) }, graph.DOTOptions{}),
		"tanh", "what no output needs")
}

type brokenWriter struct{}

var errBroken = errors.New("disk full")

func (brokenWriter) Write([]byte) (int, error) { return 0, errBroken }

func TestDOTErrors(t *testing.T) {
	g := buildDrawn(t)
	var b bytes.Buffer
	assert.EqualError(t, graph.DOT(&b, g, graph.DOTOptions{Collapse: []string{"block/layer"}}), `graph: dot: the graph has no group "block/layer" to collapse`)
	assert.EqualError(t, graph.DOT(&b, g, graph.DOTOptions{Outputs: []string{"z"}}), `graph: dot: the graph has no output "z"`)
	assert.Zero(t, b.Len(), "nothing is written of a drawing that fails")
	assert.ErrorIs(t, graph.DOT(brokenWriter{}, g, graph.DOTOptions{}), errBroken)
}
