package graph

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

// heat colours what is drawn by the time that it takes.
type heat struct {
	total time.Duration
	most  time.Duration // of a node or collapsed group; zero draws no times
}

// measure finds the scale of the colours.
func (d *drawing) measure(nodes []*Node) {
	places := map[string]time.Duration{} // of collapsed groups
	for _, n := range nodes {
		t := d.options.Times[n]
		d.heat.total += t
		group := d.graph.groupsOf(n)
		for i := range group {
			if d.collapses(group[:i+1]) {
				key := strings.Join(group[:i+1], "\x00")
				places[key] += t
				t = places[key]
				break
			}
		}
		d.heat.most = max(d.heat.most, t)
	}
}

// collapses reports whether the options draw a group as one node.
func (d *drawing) collapses(group []string) bool {
	return len(group) == d.options.Depth || slices.Contains(d.options.Collapse, strings.Join(group, "/"))
}

// text says a time and its share, after what else stands in the line; nothing where there is no time.
func (h heat) text(t time.Duration) string {
	if t <= 0 {
		return ""
	}
	return fmt.Sprintf(" · %v, %.1f %%", short(t), 100*float64(t)/float64(h.total))
}

// fill returns the colour of a node or group that takes t: from white to red by the root of its part of the longest
// time, which keeps short times apart.
func (h heat) fill(t time.Duration, cold string) string {
	if t <= 0 {
		return cold
	}
	red := math.Sqrt(float64(t) / float64(h.most))
	mix := func(hot int) int { return int(math.Round(255 + red*float64(hot-255))) }
	return fmt.Sprintf("#%02x%02x%02x", mix(0xe8), mix(0x6a), mix(0x52))
}

// legend explains the colours.
func (h heat) legend() string {
	if h.most == 0 {
		return ""
	}
	return fmt.Sprintf("<br/>the redder, the more of %v a run; without a time: done within other operations", short(h.total))
}

// short rounds a time to three digits.
func short(t time.Duration) time.Duration {
	unit := time.Duration(1)
	for t/unit >= 1000 {
		unit *= 10
	}
	return t.Round(unit)
}
