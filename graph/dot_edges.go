package graph

import (
	"fmt"
	"slices"
	"strings"
)

// connect draws the edge from an operand to the node or box with the id to, which lies in b. Of equal edges at a
// collapsed group one is drawn.
func (d *drawing) connect(b *box, from *Node, to string, operand int, attributes string) {
	source, ok := d.place[from]
	p := d.params[from]
	switch {
	case ok:
	case b.collapsed:
		if p != nil {
			b.params[from] = from.Shape().TotalSize()
		}
		return
	case p != nil:
		source = d.beside(p, b)
	default:
		source = fmt.Sprintf("%sc%d", to, operand)
		b.lines = append(b.lines, constantLine(source, mustRead(from)))
	}
	e := edge{source, to, attributes}
	if strings.HasPrefix(source, "g") || strings.HasPrefix(to, "g") {
		e.attributes = ""
		if source == to || d.merged[e] {
			return
		}
		d.merged[e] = true
	}
	d.edges = append(d.edges, e)
}

// beside returns the id of a parameter for a user in b, drawing it there unless it is near.
func (d *drawing) beside(p *param, b *box) string {
	i := slices.IndexFunc(p.in, func(home *box) bool { return home == b || near(home, b) })
	if i < 0 {
		i = len(p.in)
		p.in = append(p.in, b)
		b.lines = append(b.lines, d.nodeLine(p.view, p.copyID(i)))
	}
	return p.copyID(i)
}

// copyID returns the id of the i-th place where p is drawn.
func (p *param) copyID(i int) string {
	if i == 0 {
		return p.id
	}
	return fmt.Sprintf("%s_%d", p.id, i+1)
}

// near reports whether home lies inside the user's group or the group around that, the whole drawing not being one.
func near(home, user *box) bool {
	for h := home; h != nil && h.parent != nil; h = h.parent {
		if h == user || h == user.parent {
			return true
		}
	}
	return false
}
