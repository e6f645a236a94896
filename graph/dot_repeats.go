package graph

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// Repeats returns the groups of a graph that repeat one beside them, for [DOTOptions].Collapse. Groups are alike where
// their paths differ in the number at their end alone, as "stage 1" and "stage 2" do; of such the first of those with the
// most groups inside stands for all, and the others repeat it. Groups inside one that repeats another are left out.
func Repeats(g *Graph) []string {
	parts := map[string]int{} // groups inside a group, by its path
	for _, group := range g.groups {
		for i := range group.path {
			path := strings.Join(group.path[:i+1], "/")
			if _, known := parts[path]; known {
				continue
			}
			parts[path] = 0
			for j := range i {
				parts[strings.Join(group.path[:j+1], "/")]++
			}
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
