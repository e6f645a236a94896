package graph

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The palette: one hue for each role, pale inside and dark at the border; everything else is grey.
const (
	inkColour    = "#2b2f36"
	quietColour  = "#7a828e"
	lineColour   = "#a9b0ba"
	rowFill      = "#dcebf9"
	rowBorder    = "#3d7ab8"
	paramFill    = "#fdf0d2"
	paramBorder  = "#c08a1e"
	outputFill   = "#ddf1de"
	outputBorder = "#3f9447"
	groupFill    = "#eceff5"

	fontNames = "Helvetica,Arial,sans-serif"
)

// head returns the attributes of the whole drawing, its title and its legend.
func (d *drawing) head() string {
	direction := "TB"
	if d.options.Across {
		direction = "LR"
	}
	title := ""
	if d.options.Title != "" {
		title = fmt.Sprintf(`<font point-size="18" color="%s">%s</font><br/>`, inkColour, markup(d.options.Title))
	}
	legend := fmt.Sprintf("%v, %s · blue: input per row · amber: parameter · green: output · dashed: passes its shape only%s",
		d.graph.dtype, count(d.operators, "operator"), d.heat.legend())
	return fmt.Sprintf(`	graph [rankdir=%s, fontname="%s", fontsize=11, fontcolor="%s", labelloc=t, nodesep=0.3, ranksep=0.4, label=<%s%s<br/> >]
	node [shape=box, style="rounded,filled", fontname="%[2]s", fontsize=11, fontcolor="%[6]s", color="%[7]s", fillcolor=white, height=0.3, margin="0.16,0.05"]
	edge [color="%[3]s", arrowsize=0.6, fontname="%[2]s", fontsize=9, fontcolor="%[3]s", labeldistance=1.4, labelangle=35]
`, direction, fontNames, quietColour, title, legend, inkColour, lineColour)
}

// nodeLine draws an input or an operator.
func (d *drawing) nodeLine(v View, id string) string {
	label, style := string(v.Kind), ""
	switch {
	case v.Kind == OpInput:
		label = v.Name
		style = fmt.Sprintf(`, shape=note, style=filled, fillcolor="%s", color="%s"`, paramFill, paramBorder)
		if in := d.graph.byNode[v.Node]; in != nil && in.PerRow {
			style = fmt.Sprintf(`, shape=ellipse, style=filled, fillcolor="%s", color="%s"`, rowFill, rowBorder)
		}
	case v.Kind == OpFill:
		style = `, style="rounded,filled", height=0.2, margin="0.06,0.03", fontsize=10`
	}
	if a := attributes(v); a != "" {
		label += " " + a
	}
	t := d.options.Times[v.Node]
	if t > 0 {
		style += fmt.Sprintf(`, fillcolor="%s"`, d.heat.fill(t, ""))
	}
	return box2(id, label, d.shapeOf(v.Node)+d.heat.text(t)) + style + "]"
}

// box2 opens a node of two lines and makes room for fonts wider than those that Graphviz reckons with. The label is
// plain text: Graphviz centres that whatever the width of the font that draws it turns out to be.
func box2(id, first, second string) string {
	width := 0.25 + 0.09*float64(max(utf8.RuneCountInString(first), utf8.RuneCountInString(second)))
	return fmt.Sprintf(`%s [label="%s\n%s", width=%.2f`, id, quoted(first), quoted(second), width)
}

// shapeOf returns the shape of a node's value, with the element type where it is not the graph's.
func (d *drawing) shapeOf(n *Node) string {
	s := shapeString(n.Shape())
	if len(n.Shape()) == 0 {
		s = "scalar"
	}
	if n.Dtype() != d.graph.dtype {
		s += " " + n.Dtype().String()
	}
	return s
}

// attributes says what the operator's kind leaves open.
func attributes(v View) string {
	axis := fmt.Sprintf("axis %d", v.Axis)
	if len(v.Inputs) > 0 && dims(v.Inputs[0]) == 2 && (v.Axis == 0 || v.Axis == 1) {
		axis = axisWord(v.Axis)
	}
	switch v.Kind {
	case OpMatMul, OpMatVec, OpBatchedMatMul:
		if !v.TransA && !v.TransB {
			return ""
		}
		return map[bool]string{false: "a", true: "aᵀ"}[v.TransA] + "·" + map[bool]string{false: "b", true: "bᵀ"}[v.TransB]
	case OpSlice, OpSliceIncr:
		return fmt.Sprintf("%s %d:%d", axis, v.From, v.To)
	case OpPad:
		return fmt.Sprintf("%s to %d, at %d", axis, v.Total, v.From)
	case OpFill:
		return number(v.Value)
	case OpRepeatCols:
		return fmt.Sprintf("×%d", v.Total)
	case OpSum, OpMaxAlong, OpPermute:
		return strings.ReplaceAll(fmt.Sprintf("axes %d", v.Axes), " ", ", ")
	case OpConcat:
		if v.Axis != 1 {
			return axis
		}
	case OpSoftmax, OpLogSoftmax, OpSoftmaxGrad, OpLogSoftmaxGrad, OpRepeat, OpSize:
		return fmt.Sprintf("axis %d", v.Axis)
	case OpOther:
		return v.Name
	}
	return ""
}

// constantLine draws a constant.
func constantLine(id string, v View) string {
	text := shapeString(v.Node.Shape())
	if v.Scalar {
		text = number(v.Value)
	}
	return fmt.Sprintf(`%s [label="%s", shape=plaintext, style="", fontsize=10, height=0.15, width=0.15, margin=0.02]`, id, text)
}

func number(x float64) string { return strconv.FormatFloat(x, 'g', 5, 64) }

// outputLine draws the name of an output.
func outputLine(id, name string) string {
	return fmt.Sprintf(`%s [label="%s", shape=ellipse, peripheries=2, style=filled, fillcolor="%s", color="%s"]`, id, quoted(name), outputFill, outputBorder)
}

// commutative operators have operands that need no number.
var commutative = []Kind{OpAdd, OpMul, OpMin, OpMax, OpEq, OpNe, OpDot}

// edgeStyle returns the attributes of the edge to operand i.
func edgeStyle(v View, i int) string {
	switch {
	case v.Kind == OpFill || v.Kind == OpSize || (v.Kind == OpRepeatRowsLike || v.Kind == OpRepeat) && i > 0 || v.Kind == OpSliceIncr && i == 0:
		return fmt.Sprintf(` [style=dashed, color="%s", constraint=false]`, lineColour)
	case len(v.Inputs) < 2 || v.Kind == OpRepeatRowsLike || v.Kind == OpRepeat || v.Kind == OpSliceIncr || slices.Contains(commutative, v.Kind):
		return ""
	case v.Kind == OpMatMul || v.Kind == OpMatVec || v.Kind == OpBatchedMatMul:
		return fmt.Sprintf(` [headlabel="%c"]`, 'a'+i)
	}
	return fmt.Sprintf(` [headlabel="%d"]`, i+1)
}

// line draws a collapsed group.
func (x *box) line(h heat) string {
	inside := count(x.operators, "operator")
	numbers := 0
	for _, n := range x.params {
		numbers += n
	}
	if numbers > 0 {
		inside += ", " + count(numbers, "parameter")
	}
	return box2(x.id, x.name, inside+h.text(x.time)) +
		fmt.Sprintf(`, shape=box3d, style=filled, fillcolor="%s", margin="0.2,0.1"]`, h.fill(x.time, groupFill))
}

// frame draws a group as a cluster, a shade darker than the one around it.
func (x *box) frame(depth int) string {
	shade := max(0xdd, 0xfb-6*(depth-1))
	return fmt.Sprintf(`graph [label="%s", labeljust=l, style="rounded,filled", color="%s", fillcolor="#%02x%02x%02x", fontsize=11, fontcolor="%s"]`,
		quoted(x.name), lineColour, shade, shade, min(0xff, shade+3), quietColour)
}

func count(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}

// quoted makes text safe inside a quoted label.
func quoted(s string) string {
	return strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(printable(s))
}

// markup makes text safe inside an HTML-like label.
func markup(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;").Replace(printable(s))
}

// printable puts a space for every control character and a mark for bytes that are no text.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "�"))
}
