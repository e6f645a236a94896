package graph

import (
	"fmt"
	"sort"
	"strings"

	"github.com/chewxy/hm"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/internal/guard"
)

// Node is a node of a Gorgonia expression graph; operators of this package and Gorgonia's own functions mix freely.
type Node = gorgonia.Node

// SymbolicRows is the row count to build with when the true one is not known yet: a prime that no width equals, so
// that an axis of this length can only be the axis of rows. Nothing of that size is ever allocated.
const SymbolicRows = 999983

// Graph is an expression graph under construction: Gorgonia's graph and what that does not keep, which is the order
// and kind of the inputs, the names of the outputs and the groups that a drawing shows.
type Graph struct {
	expr    *gorgonia.ExprGraph
	dtype   tensor.Dtype
	matrix  hm.Type // of matrices of that type
	rows    int
	whole   bool // all rows are run before anything is computed from sums over them
	again   bool // it is built once more, for another number of rows
	budget  *Budget
	shares  bool   // the budget and the programs of equal graphs
	instead string // of a larger budget, where something is known to take a good part of it
	inputs  []*Input
	byName  map[string]*Input
	byNode  map[*Node]*Input
	outputs []Output
	group   []string  // the open groups, outermost first
	groups  []grouped // of the nodes that existed when a group was last opened or closed
}

// Input is a declared input of a graph.
type Input struct {
	Name       string
	Node       *Node
	PerRow     bool // one row of values for each sample; otherwise uniform
	Common     bool // the row of an input per row is one that all samples of a run share
	Rows, Cols int  // of a uniform input; Rows is the graph's row count for an input per row
}

// Output is a named result of a graph.
type Output struct {
	Name string
	Node *Node
}

// Build runs f on an empty graph of the given element type (tensor.Float32 or tensor.Float64) and row count and
// returns the finished graph. It is the one door of the package: whatever fails inside f, in one of our operators or
// in one of Gorgonia's, becomes a [*BuildError] that names the operator, the shapes and the caller's file and line.
//
// No two nodes of a finished graph share a hash code, by which Gorgonia knows them. The graph may grow to the size of
// the zero [Budget], unless f sets another one: beyond that is a [*LimitError], wrapped.
//
// It runs f on a goroutine of its own, so that runtime.Goexit in f is an error too.
func Build(dtype tensor.Dtype, rows int, f func(g *Graph)) (*Graph, error) {
	if dtype != tensor.Float32 && dtype != tensor.Float64 {
		return nil, fmt.Errorf("graph: build with element type %v: want float32 or float64", dtype)
	}
	if rows < 1 {
		return nil, fmt.Errorf("graph: build with %d rows: want at least 1", rows)
	}
	g := &Graph{dtype: dtype, rows: rows, budget: &Budget{}}
	if err := g.build(f); err != nil {
		return nil, err
	}
	return g, nil
}

// build writes f into an empty graph.
func (g *Graph) build(f func(g *Graph)) error {
	g.expr, g.matrix = &newLedger().expr, gorgonia.TensorType{Dims: 2, Of: g.dtype}
	g.byName, g.byNode = map[string]*Input{}, map[*Node]*Input{}
	g.limit()
	var failed *BuildError
	done := false
	_ = guard.Go("Build", func() error { // what fails is in failed
		defer func() {
			r := recover()
			if r == nil && !done {
				r = guard.ErrExit
			}
			if r != nil {
				failed = failure(r)
			}
		}()
		f(g)
		g.finish()
		done = true
		return nil
	})
	if failed == nil {
		return nil
	}
	if failed.Site == "" { // all frames that failed are of the library: who called it
		failed.Site, _ = callSite()
	}
	if e, ok := failed.Err.(*LimitError); ok && e.Raise == "" {
		e.Raise = g.budget.raise(g.instead)
	}
	return failed
}

// finish checks and completes a graph that is written.
func (g *Graph) finish() {
	if len(g.group) > 0 {
		fail("Group", nil, "group %q is still open", strings.Join(g.group, "/"))
	}
	g.markGroups()
	separate(g.expr)
	size := g.Size()
	if !g.again {
		g.budget.used.Add(int64(size))
	}
}

// Expr returns Gorgonia's graph.
func (g *Graph) Expr() *gorgonia.ExprGraph { return g.expr }

// Dtype returns the element type of every value of the graph.
func (g *Graph) Dtype() tensor.Dtype { return g.dtype }

// RowCount returns the number of rows that the graph was built with.
func (g *Graph) RowCount() int { return g.rows }

// Inputs returns the declared inputs in order of declaration.
func (g *Graph) Inputs() []*Input { return g.inputs }

// Outputs returns the named results in order of naming.
func (g *Graph) Outputs() []Output { return g.outputs }

// Rows declares the input name with one row of cols values for each sample, shape (rows, cols). Declaring the same
// input again returns the same node.
func (g *Graph) Rows(name string, cols int) *Node {
	return g.input(Input{Name: name, PerRow: true, Rows: g.rows, Cols: cols})
}

// Common declares the input name with a row of cols values that all samples of a run share, shape (rows, cols): the
// time of a step that all rows take together. It is Rows with one row repeated, but what depends on nothing else is
// computed once a run, and [Machine.In] has columns of one element. Declaring the same input again returns the same
// node.
func (g *Graph) Common(name string, cols int) *Node {
	return g.input(Input{Name: name, PerRow: true, Common: true, Rows: g.rows, Cols: cols})
}

// Uniform declares the input name that all samples share, a matrix of shape (rows, cols): a parameter, a constant.
// Declaring the same input again returns the same node.
func (g *Graph) Uniform(name string, rows, cols int) *Node {
	return g.input(Input{Name: name, Rows: rows, Cols: cols})
}

func (g *Graph) input(in Input) *Node {
	if in.Name == "" {
		fail("Input", nil, "an input has no name, want one")
	}
	if in.Rows < 1 || in.Cols < 1 {
		fail("Input", nil, "%q has shape (%d, %d), want at least (1, 1)", in.Name, in.Rows, in.Cols)
	}
	if old := g.byName[in.Name]; old != nil {
		if old.PerRow != in.PerRow || old.Common != in.Common || old.Rows != in.Rows || old.Cols != in.Cols {
			fail("Input", nil, "%q is declared twice, as %v and as %v", in.Name, old, &in)
		}
		return old.Node
	}
	in.Node = newInput(g.expr, in.Name, g.matrix, tensor.Shape{in.Rows, in.Cols})
	g.declare(&in)
	return in.Node
}

func (g *Graph) declare(in *Input) {
	g.inputs = append(g.inputs, in)
	g.byName[in.Name], g.byNode[in.Node] = in, in
}

// String describes the input, such as "z per row (rows, 2)".
func (in *Input) String() string {
	switch {
	case in.Common:
		return fmt.Sprintf("%s common to all rows (rows, %d)", in.Name, in.Cols)
	case in.PerRow:
		return fmt.Sprintf("%s per row (rows, %d)", in.Name, in.Cols)
	}
	return fmt.Sprintf("%s uniform (%d, %d)", in.Name, in.Rows, in.Cols)
}

// Output names n as a result of the graph. One node may carry several names.
func (g *Graph) Output(name string, n *Node) {
	if name == "" {
		fail("Output", nil, "an output has no name, want one")
	}
	if n == nil || n.Graph() != g.expr {
		fail("Output", nil, "%q is not a node of this graph", name)
	}
	for _, o := range g.outputs {
		if o.Name == name {
			fail("Output", nil, "%q is named twice", name)
		}
	}
	g.outputs = append(g.outputs, Output{name, n})
}

// Group opens a group that the nodes made until the returned function is called belong to. Groups nest and are drawn
// as clusters: block, stage, layer.
//
//	defer g.Group("stage 1")()
func (g *Graph) Group(name string) (leave func()) {
	g.markGroups()
	g.group = append(g.group[:len(g.group):len(g.group)], name)
	depth := len(g.group)
	return func() {
		g.markGroups()
		g.group = g.group[:depth-1]
	}
}

// markGroups notes the open groups for all nodes made since the last note.
func (g *Graph) markGroups() {
	end := int64(len(g.expr.AllNodes()))
	if n := len(g.groups); end > 0 && (n == 0 || end > g.groups[n-1].end) {
		g.groups = append(g.groups, grouped{end, g.group})
	}
}

// grouped is the groups that nodes with numbers below end are in, outermost first, from those of the one before on.
type grouped struct {
	end  int64
	path []string
}

// groupsOf returns the groups of a node, outermost first.
func (g *Graph) groupsOf(n *Node) []string {
	i := sort.Search(len(g.groups), func(i int) bool { return n.ID() < g.groups[i].end })
	if i == len(g.groups) {
		return nil
	}
	return g.groups[i].path
}

// roots returns the nodes of all outputs.
func (g *Graph) roots() []*Node {
	ns := make([]*Node, len(g.outputs))
	for i, o := range g.outputs {
		ns[i] = o.Node
	}
	return ns
}
