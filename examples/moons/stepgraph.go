package main

import (
	"bytes"
	"context"
	"fmt"
	"io"

	"github.com/goccy/go-graphviz"

	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/graph"
)

// drawStep writes the expression graph of one solver step of the first block, as text for Graphviz and as a picture.
// One stage of the step has every operator; the others, which repeat it, are one node each.
func (s settings) drawStep(ctx context.Context, out *folder, flow *flows.Flow) {
	o := graph.DOTOptions{Title: "One step of " + s.method + " through a block: y0 is z, y1 is log |det|", Collapse: s.repeats()}
	if s.gradient == "unrolled" {
		o.Title = fmt.Sprintf("%s of %s through a block", count(s.steps, "step"), s.method)
	}
	write := func(w io.Writer) error {
		g, err := flow.StepGraph(0, false)
		if err != nil {
			return err
		}
		return graph.DOT(w, g, o)
	}
	out.putText(dotFile, write)
	out.putText(svgFile, func(w io.Writer) error { return render(ctx, write, w) })
}

// repeats returns the groups of the step's graph that repeat another.
func (s settings) repeats() (groups []string) {
	method, in, first := s.tableau(), "", 1
	switch {
	case s.gradient == "unrolled":
		in = "step 1/"
		for step := 2; step <= s.steps; step++ {
			groups = append(groups, fmt.Sprintf("step %d", step))
		}
	case s.steps == 0: // the step before has done stage 1, and the error is estimated
		first = 2
		groups = append(groups, "error")
	}
	whole := first // the first stage that counts for the solution, and so needs the trace
	for method.B[whole-1] == 0 && whole < len(method.B) {
		whole++
	}
	for stage := first; stage <= len(method.B); stage++ {
		if stage != whole {
			groups = append(groups, fmt.Sprintf("%sstage %d", in, stage))
		}
	}
	return groups
}

// render lays out the graph that dot writes and draws it as SVG.
func render(ctx context.Context, dot func(io.Writer) error, svg io.Writer) error {
	var text bytes.Buffer
	if err := dot(&text); err != nil {
		return err
	}
	gv, err := graphviz.New(ctx)
	if err != nil {
		return err
	}
	defer gv.Close()
	parsed, err := graphviz.ParseBytes(text.Bytes())
	if err != nil {
		return err
	}
	defer parsed.Close()
	return gv.Render(ctx, parsed, graphviz.SVG, svg)
}
