package graph_test

import (
	"errors"
	"fmt"
	"log"
	"os"
	"strings"

	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/graph"
)

func ExampleBuild() {
	g, err := graph.Build(tensor.Float32, graph.SymbolicRows, func(g *graph.Graph) {
		x := g.Rows("x", 2)
		w := g.Uniform("w", 2, 3)
		g.Output("y", graph.Tanh(graph.MatMul(x, w)))
	})
	if err != nil {
		log.Fatal(err)
	}
	for _, in := range g.Inputs() {
		fmt.Println(in)
	}
	fmt.Println(len(g.Expr().AllNodes()), "nodes")
	// Output:
	// x per row (rows, 2)
	// w uniform (2, 3)
	// 4 nodes
}

func ExampleBuild_mistake() {
	_, err := graph.Build(tensor.Float32, graph.SymbolicRows, func(g *graph.Graph) {
		g.Output("y", graph.MatMul(g.Rows("x", 2), g.Uniform("w", 3, 4)))
	})
	var mistake *graph.BuildError
	if errors.As(err, &mistake) {
		file, _, _ := strings.Cut(mistake.Site, ":")
		fmt.Println(file)
		fmt.Println(mistake.Op+":", mistake.Err)
	}
	// Output:
	// graph/example_test.go
	// MatMul: the inner lengths 2 and 3 differ
}

func ExampleDOT() {
	g, err := graph.Build(tensor.Float32, graph.SymbolicRows, func(g *graph.Graph) {
		leave := g.Group("layer")
		y := graph.MatMul(g.Rows("x", 2), g.Uniform("w", 2, 1))
		leave()
		g.Output("y", graph.Tanh(y))
	})
	if err != nil {
		log.Fatal(err)
	}
	file, err := os.CreateTemp("", "*.dot")
	if err != nil {
		log.Fatal(err)
	}
	defer os.Remove(file.Name())
	if err := graph.DOT(file, g, graph.DOTOptions{Title: "One layer", Collapse: []string{"layer"}}); err != nil {
		log.Fatal(err)
	}
	if err := file.Close(); err != nil {
		log.Fatal(err)
	}
	// Output:
}

// The gradient of x²·w times a seed, and its derivative along a tangent: both are nodes like any other.
func ExampleVJP() {
	p, err := graph.Compile[float64](func(g *graph.Graph) {
		x, w := g.Rows("x", 2), g.Uniform("w", 2, 1)
		y := []*graph.Node{graph.MatMul(graph.Square(x), w)}
		g.Output("vjp", graph.VJP(y, []*graph.Node{g.Rows("seed", 1)}, []*graph.Node{x})[0])
		g.Output("jvp", graph.JVP(y, []*graph.Node{x}, []*graph.Node{g.Rows("tangent", 2)})[0])
	})
	if err != nil {
		log.Fatal(err)
	}
	m, err := p.NewMachine(1)
	if err != nil {
		log.Fatal(err)
	}
	if err := m.Bind("w", []float64{1, -1}); err != nil {
		log.Fatal(err)
	}
	m.In("x")[0][0], m.In("x")[1][0] = 3, 4
	m.In("seed")[0][0] = 0.5
	m.In("tangent")[1][0] = 1
	if err := m.Run(1); err != nil {
		log.Fatal(err)
	}
	fmt.Println(m.Out("vjp")[0][0], m.Out("vjp")[1][0]) // 2·x·w·seed
	fmt.Println(m.Out("jvp")[0][0])                     // 2·x·w·tangent
	// Output:
	// 3 -4
	// -8
}
