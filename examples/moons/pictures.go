package main

import (
	"context"
	"errors"
	"io"
	"path/filepath"
	"slices"

	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/data/toy"
	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/internal/atomicfile"
	"github.com/go-ffjord/ffjord/internal/svg"
	"github.com/go-ffjord/ffjord/viz"
)

// Files that a run leaves behind. Each appears whole or not at all, whatever becomes of the others.
const (
	panelFile   = "panel.png"
	densityFile = "density.png"
	flowFile    = "flow.safetensors"
	historyFile = "history.csv"
	dotFile     = "graph.dot"
	svgFile     = "graph.svg"
)

func files() []string {
	return []string{panelFile, densityFile, flowFile, historyFile, dotFile, svgFile}
}

// addRow adds to the panel where the flow carries the mesh and draws from the base now. The draws are always the same.
func (s settings) addRow(ctx context.Context, panel *viz.Panel, flow *flows.Flow, caption string) error {
	base, mesh := make([]float64, 2*8192), panel.Mesh.Points()
	flow.Base.Sample(nil, s.random(pictureStream), base, 2)
	carried, _, err := flow.Forward(ctx, data.Rows(2, slices.Concat(mesh, base)...))
	if err != nil {
		return err
	}
	x, err := data.Float64s(carried)
	panel.Rows = append(panel.Rows, viz.Row{Caption: caption, Base: base, Mesh: x[:len(mesh)], Samples: x[len(mesh):]})
	return err
}

// drawFlow writes the panel with the flow as it is now, and the learnt density beside the true one.
func (s settings) drawFlow(ctx context.Context, panel *viz.Panel, flow *flows.Flow, moons toy.Moons, caption string) error {
	if err := s.addRow(ctx, panel, flow, caption); err != nil {
		return err
	}
	grid, err := viz.Cover(panel.Data)
	if err != nil {
		return err
	}
	at := data.Rows(2, grid.Points()...)
	learnt, err := flow.LogProb(ctx, at)
	if err != nil {
		return err
	}
	truth, err := data.LogProbs(moons, at)
	if err != nil {
		return err
	}
	return errors.Join(
		viz.Save(filepath.Join(s.Out, panelFile), panel),
		viz.Save(filepath.Join(s.Out, densityFile), viz.Density{Caption: caption, Grid: grid, Learnt: learnt, True: truth, Ratio: true}),
	)
}

// drawStep writes the expression graph of one solver step of the first block, as text for Graphviz and as a picture.
// One stage of the step has every operator; the others, which repeat it, are one node each.
func (s settings) drawStep(ctx context.Context, flow *flows.Flow) error {
	g, err := flow.StepGraph(0, false)
	if err != nil {
		return err
	}
	dot := func(w io.Writer) error {
		title := "A step of " + s.Method + " through a block: y0 is z, y1 is log |det|"
		return graph.DOT(w, g, graph.DOTOptions{Title: title, Collapse: graph.Repeats(g)})
	}
	return errors.Join(
		atomicfile.WriteFrom(filepath.Join(s.Out, dotFile), dot),
		atomicfile.WriteFrom(filepath.Join(s.Out, svgFile), func(w io.Writer) error { return svg.Write(ctx, w, dot) }),
	)
}
