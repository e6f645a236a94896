package graph

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// drawing is what is to be written: a tree of boxes and the edges between them.
type drawing struct {
	graph     *Graph
	options   DOTOptions
	root      *box
	boxes     map[string]*box  // by path, its parts separated by a character that no name has
	place     map[*Node]string // the id that stands for a node: its own or that of its collapsed group
	params    map[*Node]*param // the parameters
	outputs   []Output
	edges     []edge
	merged    map[edge]bool // the edges at collapsed groups
	operators int           // drawn or collapsed
	heat      heat
}

// box is a group: a cluster, or one node where it is collapsed.
type box struct {
	name      string
	id        string
	collapsed bool
	parent    *box
	boxes     []*box
	lines     []string // of nodes
	operators int
	params    map[*Node]int // elements of the parameters used inside a collapsed group
	time      time.Duration // of the operators in a collapsed group
}

// param is a parameter and the places where it is drawn.
type param struct {
	view View
	id   string
	in   []*box
}

type edge struct{ from, to, attributes string }

func newDrawing(g *Graph, o DOTOptions) (*drawing, error) {
	d := &drawing{graph: g, options: o, root: &box{}, boxes: map[string]*box{}, place: map[*Node]string{}, params: map[*Node]*param{}, merged: map[edge]bool{}}
	if err := d.chooseOutputs(); err != nil {
		return nil, err
	}
	if err := d.checkGroups(); err != nil {
		return nil, err
	}
	roots := make([]*Node, len(d.outputs))
	for i, out := range d.outputs {
		roots[i] = out.Node
	}
	if len(g.outputs) == 0 {
		roots = g.expr.AllNodes()
	}
	order := Topo(roots...)
	d.measure(order)
	next := 0
	for _, n := range order {
		v, err := Read(n)
		if err != nil {
			return nil, err
		}
		if v.Kind == OpConstant {
			continue // drawn where it is used
		}
		id := fmt.Sprintf("n%d", next)
		next++
		if d.isParameter(v) {
			d.params[n] = &param{view: v, id: id}
			continue
		}
		d.add(v, id)
	}
	for i, out := range d.outputs {
		id := fmt.Sprintf("o%d", i)
		d.root.lines = append(d.root.lines, outputLine(id, out.Name))
		d.connect(d.root, out.Node, id, 0, "")
	}
	if len(g.outputs) == 0 {
		for _, in := range g.inputs {
			if p := d.params[in.Node]; p != nil && len(p.in) == 0 {
				d.beside(p, d.root)
			}
		}
	}
	return d, nil
}

func (d *drawing) isParameter(v View) bool {
	in := d.graph.byNode[v.Node]
	return in != nil && !in.PerRow
}

// chooseOutputs finds the outputs that the options name.
func (d *drawing) chooseOutputs() error {
	if d.options.Outputs == nil {
		d.outputs = d.graph.outputs
		return nil
	}
	for _, name := range d.options.Outputs {
		i := slices.IndexFunc(d.graph.outputs, func(o Output) bool { return o.Name == name })
		if i < 0 {
			return fmt.Errorf("the graph has no output %q", name)
		}
		d.outputs = append(d.outputs, d.graph.outputs[i])
	}
	return nil
}

// checkGroups fails where a group to collapse is none of the graph's.
func (d *drawing) checkGroups() error {
	for _, want := range d.options.Collapse {
		found := false
		for _, group := range d.graph.groups {
			path := strings.Join(group.path, "/")
			found = found || path == want || strings.HasPrefix(path, want+"/")
		}
		if !found {
			return fmt.Errorf("the graph has no group %q to collapse", want)
		}
	}
	return nil
}

// add places a node and draws the edges of its operands.
func (d *drawing) add(v View, id string) {
	b := d.boxOf(d.graph.groupsOf(v.Node))
	if v.Kind != OpInput {
		b.operators++
		d.operators++
	}
	if b.collapsed {
		d.place[v.Node] = b.id
		b.time += d.options.Times[v.Node]
	} else {
		d.place[v.Node] = id
		b.lines = append(b.lines, d.nodeLine(v, id))
	}
	for i, c := range v.Inputs {
		d.connect(b, c, d.place[v.Node], i, edgeStyle(v, i))
	}
}

// boxOf returns the box of a group, the collapsed one around it where there is one.
func (d *drawing) boxOf(group []string) *box {
	b := d.root
	for i := range group {
		key := strings.Join(group[:i+1], "\x00")
		child := d.boxes[key]
		if child == nil {
			child = &box{name: group[i], id: fmt.Sprintf("g%d", len(d.boxes)), parent: b, params: map[*Node]int{}}
			child.collapsed = d.collapses(group[:i+1])
			d.boxes[key] = child
			b.boxes = append(b.boxes, child)
		}
		b = child
		if b.collapsed {
			break
		}
	}
	return b
}
