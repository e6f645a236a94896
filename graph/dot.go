package graph

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"time"
)

// DOTOptions choose what DOT draws. The zero value draws all outputs and everything that they depend on.
type DOTOptions struct {
	Title    string   // heads the drawing; "" for none
	Outputs  []string // the outputs to draw, with what they depend on; nil for all. Without the gradients: the forward pass
	Collapse []string // groups to draw as one node each, by path, such as "block 1/stage 2"
	Depth    int      // groups at this depth of nesting are drawn as one node each, the outermost being at 1; 0 for none
	Across   bool     // from left to right; otherwise from top to bottom

	// Times of nodes in a run, such as Machine.NodeTimes gives: operators and collapsed groups tell theirs, and are the
	// redder the more they take. Nil draws no times.
	Times map[*Node]time.Duration
}

// DOT writes the graph in the language of Graphviz, for example to be drawn with
//
//	dot -Tsvg graph.dot > graph.svg
//
// Groups are clusters. Inputs per row, parameters (uniform inputs) and outputs differ in shape and colour, constants
// are small, and a dashed edge passes a shape only. Parameters and constants are drawn beside their users, once more
// for users far away. Operands are numbered where their order matters. A graph without outputs is drawn whole. The text
// depends only on how the graph was built: nodes are n0, n1, ... in topological order, and n3_2 is n3 drawn a second
// time.
//
// It fails where the options name an output or a group that the graph doesn't have, and with the error of w.
func DOT(w io.Writer, g *Graph, o DOTOptions) error {
	d, err := newDrawing(g, o)
	if err != nil {
		return fmt.Errorf("graph: dot: %w", err)
	}
	var b bytes.Buffer
	d.write(&b)
	if _, err := w.Write(b.Bytes()); err != nil {
		return fmt.Errorf("graph: dot: %w", err)
	}
	return nil
}

func (d *drawing) write(b *bytes.Buffer) {
	fmt.Fprintf(b, "digraph {\n%s", d.head())
	d.root.write(b, 1, d.heat)
	for _, e := range d.edges {
		fmt.Fprintf(b, "\t%s -> %s%s\n", e.from, e.to, e.attributes)
	}
	b.WriteString("}\n")
}

func (x *box) write(b *bytes.Buffer, depth int, h heat) {
	indent := strings.Repeat("\t", depth)
	for _, child := range x.boxes {
		if child.collapsed {
			fmt.Fprintf(b, "%s%s\n", indent, child.line(h))
			continue
		}
		fmt.Fprintf(b, "%ssubgraph cluster_%s {\n%s\t%s\n", indent, child.id, indent, child.frame(depth))
		child.write(b, depth+1, h)
		fmt.Fprintf(b, "%s}\n", indent)
	}
	for _, line := range x.lines {
		fmt.Fprintf(b, "%s%s\n", indent, line)
	}
}
