package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"path/filepath"
	"slices"

	"gorgonia.org/tensor"

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

// write writes a file from what a function writes.
func (s settings) write(name string, write func(w io.Writer) error) error {
	var b bytes.Buffer
	if err := write(&b); err != nil {
		return err
	}
	return atomicfile.Write(filepath.Join(s.Out, name), b.Bytes())
}

// album shows one flow at several times of its training, always by the same draws from the base.
type album struct {
	viz.Panel
	base []float64
}

func (s settings) newAlbum(flow *flows.Flow, test *tensor.Dense) *album {
	const reach = 2 // 2.5 standard deviations of the base
	base := make([]float64, 2*8192)
	flow.Base.Sample(nil, s.random(pictureStream), base, 2)
	return &album{viz.Panel{Mesh: viz.Mesh{X0: -reach, X1: reach, Y0: -reach, Y1: reach}, Data: test.Float64s()}, base}
}

// add keeps where the flow carries the points now.
func (a *album) add(ctx context.Context, flow *flows.Flow, caption string) error {
	mesh := a.Mesh.Points()
	carried, _, err := flow.Forward(ctx, data.Rows(2, slices.Concat(mesh, a.base)...))
	if err != nil {
		return err
	}
	x, err := data.Float64s(carried)
	a.Rows = append(a.Rows, viz.Row{Caption: caption, Base: a.base, Mesh: x[:len(mesh)], Samples: x[len(mesh):]})
	return err
}

// drawFlow writes the album with the flow as it is now, and the learnt density beside the true one.
func (s settings) drawFlow(ctx context.Context, flow *flows.Flow, a *album, moons toy.Moons, caption string) error {
	if err := a.add(ctx, flow, caption); err != nil {
		return err
	}
	grid, err := viz.Cover(a.Data)
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
		viz.Save(filepath.Join(s.Out, panelFile), a.Panel),
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
	return errors.Join(s.write(dotFile, dot), s.write(svgFile, func(w io.Writer) error { return svg.Write(ctx, w, dot) }))
}
