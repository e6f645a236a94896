package graph

import (
	"fmt"

	"gorgonia.org/gorgonia"
)

// wantedNodes are the nodes that a VM computes and where else their values go.
type wantedNodes struct {
	nodes   gorgonia.Nodes
	targets map[*Node][]*gorgonia.Value // of gorgonia.Read
	numbers bool                        // every number on the way is wanted too
}

// wanted returns the given nodes of a graph or, where there are none, all that a program may look at: roots, nodes that
// are read, gradients of inputs, and numbers such as the cost. Targets of reads are served either way.
func wanted(g *gorgonia.ExprGraph, nodes gorgonia.Nodes) (wantedNodes, error) {
	w := wantedNodes{targets: map[*Node][]*gorgonia.Value{}, numbers: nodes == nil}
	seen := map[*Node]bool{}
	add := func(n *Node) {
		if !seen[n] {
			seen[n] = true
			w.nodes = append(w.nodes, n)
		}
	}
	for _, n := range nodes {
		if n == nil || n.Graph() != g {
			return w, fmt.Errorf("graph: vm: a wanted output is not a node of the graph")
		}
		add(n)
	}
	used := map[*Node]bool{}
	for _, n := range g.AllNodes() {
		target := readTarget(n)
		for _, c := range inputs(n) {
			used[c] = true
			if target != nil {
				w.targets[c] = append(w.targets[c], target)
				add(c)
			}
		}
	}
	for _, n := range g.AllNodes() {
		if nodes != nil || readTarget(n) != nil {
			continue
		}
		if n.Op() != nil && !used[n] && len(inputs(n)) > 0 {
			add(n)
		}
		if d := derivative(n); n.Op() == nil && d != nil {
			add(d)
		}
	}
	if len(w.nodes) == 0 {
		return w, fmt.Errorf("graph: vm: nothing to compute")
	}
	return w, nil
}
