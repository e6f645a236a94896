package main

import (
	"bytes"
	"context"
	"fmt"

	"github.com/goccy/go-graphviz"
	"github.com/google/renameio/v2/maybe"

	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/ode"
)

// drawStep writes the expression graph of one solver step of the first block,
// as text for Graphviz and as a picture. The first stage of the step has every
// operator; the others, which repeat it, are one node each.
func (s settings) drawStep(ctx context.Context, flow *flows.Flow) error {
	g, err := flow.StepGraph(0, false)
	if err != nil {
		return err
	}
	method := ode.Method(s.method)
	o := graph.DOTOptions{Title: "One step of " + method.Name + " through a block"}
	for stage := 3; stage <= len(method.B); stage++ { // stage 1 is the end of the step before
		o.Collapse = append(o.Collapse, fmt.Sprintf("stage %d", stage))
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
