package graph

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// Repeats returns the groups of a graph that repeat one beside them, for [DOTOptions].Collapse. Groups are alike where
// their paths differ only in the number at the end, as those of "stage 1" and "stage 2" do. Of groups that are alike
// one stands for all and the others repeat it: the one with the most nodes in the groups inside it, the first of
// several. Nodes that all rows share are not counted, since the first group that uses one has it for all. Groups inside
// one that repeats another are left out, and so is what no output depends on.
func Repeats(g *Graph) []string {
	parts := map[string]int{} // nodes in the groups inside a group, by its path
	for _, n := range Topo(g.roots()...) {
		perRow := n.Dims() == 2 && n.Shape()[0] == g.rows
		group := g.groupsOf(n)
		for i := range group {
			path := strings.Join(group[:i+1], "/")
			inside := 0
			if perRow && i < len(group)-1 {
				inside = 1
			}
			parts[path] += inside
		}
	}
	paths := slices.SortedFunc(maps.Keys(parts), func(a, b string) int { // "stage 2" before "stage 10"
		return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
	})
	shown := map[string]string{} // the group that stands for those alike, by their path without the number
	for _, path := range paths {
		kind := unnumbered(path)
		if first, found := shown[kind]; !found || parts[path] > parts[first] {
			shown[kind] = path
		}
	}
	var repeats []string
	for _, path := range paths {
		inside := slices.ContainsFunc(repeats, func(r string) bool { return strings.HasPrefix(path, r+"/") })
		if shown[unnumbered(path)] != path && !inside {
			repeats = append(repeats, path)
		}
	}
	return repeats
}

// unnumbered returns the path without the number that its last word is, if it is one.
func unnumbered(path string) string {
	short := strings.TrimRight(path, "0123456789")
	if strings.HasSuffix(short, " ") {
		return short
	}
	return path
}
