package graph

import (
	"fmt"
	"slices"

	"gorgonia.org/gorgonia"
)

// checkAliases refuses a graph in which Gorgonia's Reshape would spoil numbers. Its result shares the operand's memory
// under another register of the TapeMachine, so that an operator that takes over the operand's register overwrites
// both, an input's own tensor included, although one of them is still needed. registerOf prints the register of a node
// that is to be read in the compiled program.
func checkAliases(expr *gorgonia.ExprGraph, reads gorgonia.Nodes, registerOf func(*Node) string) error {
	if !slices.ContainsFunc(Topo(reads...), isReshape) {
		return nil
	}
	order, err := gorgonia.Sort(expr.ExactSubgraphRoots(reads...))
	if err != nil {
		return fmt.Errorf("order of the nodes: %w", err)
	}
	slices.Reverse(order) // now as the machine runs
	sharers, lastUse := sharedMemory(order)
	for i, n := range order {
		if n.Op() == nil || isReshape(n) || !overwrites(n) {
			continue
		}
		for _, all := range sharers {
			for _, taken := range all {
				if taken == n || registerOf(taken) != registerOf(n) || lastUse[taken] > i {
					continue
				}
				for _, other := range all {
					if other != taken && (lastUse[other] > i || all[0].Op() == nil) {
						return fmt.Errorf("%s shares memory with %s, which %s would overwrite too early: "+
							"Gorgonia's Reshape does not copy; write without it", describe(other), describe(taken), describe(n))
					}
				}
			}
		}
	}
	return nil
}

// sharedMemory returns the groups of nodes that share memory, the one that owns it first, and the place in the order
// where each node is used last.
func sharedMemory(order []*Node) (sharers [][]*Node, lastUse map[*Node]int) {
	lastUse = map[*Node]int{}
	group := map[*Node]int{} // of a node that shares its memory
	for i, n := range order {
		for _, c := range inputs(n) {
			lastUse[c] = i
		}
		if !isReshape(n) {
			continue
		}
		owner := inputs(n)[0]
		if _, ok := group[owner]; !ok {
			group[owner] = len(sharers)
			sharers = append(sharers, []*Node{owner})
		}
		group[n] = group[owner]
		sharers[group[n]] = append(sharers[group[n]], n)
	}
	return sharers, lastUse
}

// isReshape reports whether n is a header over its operand's memory.
func isReshape(n *Node) bool {
	v, err := Read(n)
	_, copies := n.Op().(reshape)
	return err == nil && !copies && (v.Kind == OpReshape || v.Kind == OpConcat && len(v.Inputs) == 1)
}

// overwrites reports whether n writes into the memory that it finds in its register.
func overwrites(n *Node) bool {
	return n.Op().CallsExtern() || n.Op().OverwritesInput() >= 0
}
