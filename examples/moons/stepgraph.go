package main

import (
	"bytes"
	"context"
	"fmt"

	"github.com/goccy/go-graphviz"
	"github.com/google/renameio/v2/maybe"

	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/graph"
)

// drawStep writes the expression graph of one solver step of the first block,
// as text for Graphviz and as a picture. One stage of the step has every
// operator; the others, which repeat it, are one node each.
func (s settings) drawStep(ctx context.Context, flow *flows.Flow) error {
	g, err := flow.StepGraph(0, false)
	if err != nil {
		return err
	}
	o := graph.DOTOptions{Title: "One step of " + s.method + " through a block: y0 is z, y1 is log |det|", Collapse: s.repeats()}
	if s.gradient == "unrolled" {
		o.Title = fmt.Sprintf("%s of %s through a block", count(s.steps, "step"), s.method)
	}
	var dot, svg bytes.Buffer
	if err := graph.DOT(&dot, g, o); err != nil {
		return err
	}
	if err := render(ctx, dot.Bytes(), &svg); err != nil {
		return fmt.Errorf("%s: %w", svgFile, err)
	}
	if err := maybe.WriteFile(s.path(dotFile), dot.Bytes(), 0o666); err != nil {
		return err
	}
	return maybe.WriteFile(s.path(svgFile), svg.Bytes(), 0o666)
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

// render lays out a graph and draws it as SVG.
func render(ctx context.Context, dot []byte, svg *bytes.Buffer) error {
	gv, err := graphviz.New(ctx)
	if err != nil {
		return err
	}
	defer gv.Close()
	parsed, err := graphviz.ParseBytes(dot)
	if err != nil {
		return err
	}
	defer parsed.Close()
	return gv.Render(ctx, parsed, graphviz.SVG, svg)
}
