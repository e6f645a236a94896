package main

import (
	"fmt"
	"slices"

	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/viz"
)

// flow returns the flow given the condition, one for every row of a call.
func (s *scene) flow() (flows.Conditional, error) {
	if s.given == nil {
		return s.model.Flow.Given(nil), nil
	}
	c, _, err := s.model.Given.Apply(*s.given, nil)
	return s.model.Flow.Given(c), err
}

// panel draws what the flow does to the plane.
func (s *scene) panel() (viz.Picture, error) {
	if s.data == nil {
		return nil, usagef("a panel shows the density of rows: want -data FILE")
	}
	if dim := s.model.X.Dim(); dim != 2 {
		return nil, usagef("a panel shows a flow of the plane, this one is %d wide; see gallery", dim)
	}
	flow, err := s.flow()
	if err != nil {
		return nil, err
	}
	z, err := s.model.Flow.SampleBase(s.N, s.rng)
	if err != nil {
		return nil, err
	}
	base, err := data.Float64s(z)
	if err != nil {
		return nil, err
	}
	x, _, err := s.model.X.Apply(*s.data, s.rng)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.Data, err)
	}
	carry := func(points []float64) ([]float64, error) {
		carried, _, err := flow.Forward(s.app.ctx, data.Rows(2, points...))
		if err != nil {
			return nil, err
		}
		return data.Float64s(carried)
	}
	const reach = 2
	p := viz.Panel{Mesh: viz.Mesh{X0: -reach, X1: reach, Y0: -reach, Y1: reach}, Data: x.Float64s()}
	row := viz.Row{Caption: s.caption(s.File + ", in the units of the flow"), Base: base}
	if row.Samples, err = carry(base); err != nil {
		return nil, err
	}
	if row.Mesh, err = carry(p.Mesh.Points()); err != nil {
		return nil, err
	}
	p.Rows = []viz.Row{row}
	return p, nil
}

// gallery draws rows on their way from the base to the data.
func (s *scene) gallery() (viz.Picture, error) {
	pair, err := s.pair()
	if err != nil {
		return nil, err
	}
	flow, err := s.flow()
	if err != nil {
		return nil, err
	}
	z, err := s.model.Flow.SampleBase(s.N, s.rng)
	if err != nil {
		return nil, err
	}
	const pictures = 7
	blocks := flatten(s.model.Flow.Blocks)
	frames, err := flow.Trajectory(s.app.ctx, z, max(1, (pictures-1)/max(1, len(blocks))))
	if err != nil {
		return nil, err
	}
	outputs := s.model.X.Names()
	points := viz.Strip{Caption: s.caption(fmt.Sprintf("%s over %s on the way from the base to the data", outputs[pair[1]], outputs[pair[0]]))}
	for i, f := range frames {
		at, err := twoColumns(f.Z, pair)
		if err != nil {
			return nil, err
		}
		title := "base"
		if i > 0 {
			title = fmt.Sprintf("block %d", f.Block)
			if _, ok := blocks[f.Block].(flows.FFJORD); ok {
				title += fmt.Sprintf(", t = %.3g", f.T)
			}
		}
		points.Titles, points.Points = append(points.Titles, title), append(points.Points, at)
		points.From = append(points.From, points.Points[0])
	}
	var all []float64
	for _, p := range points.Points {
		all = append(all, middle(p)...)
	}
	window, err := viz.Cover(all)
	if err != nil {
		return nil, err
	}
	smooth := viz.Strip{Caption: "their density"}
	for _, p := range points.Points {
		d, err := viz.KDE{}.Density(p, window)
		if err != nil {
			return nil, err
		}
		smooth.Densities = append(smooth.Densities, d)
	}
	return viz.Gallery{Window: window, Strips: []viz.Strip{points, smooth}}, nil
}

// pair returns the places of two of the flow's columns: those of -columns, else the first ones.
func (s *scene) pair() ([2]int, error) {
	outputs := s.model.X.Names()
	if s.Columns == nil {
		if len(outputs) < 2 {
			return [2]int{}, usagef("the flow has one column, want two to show")
		}
		return [2]int{0, 1}, nil
	}
	if len(s.Columns) != 2 {
		return [2]int{}, usagef("%s to show, want 2", plural(len(s.Columns), "column"))
	}
	var pair [2]int
	for k, name := range s.Columns {
		if pair[k] = slices.Index(outputs, name); pair[k] < 0 {
			return pair, usagef("no column %q in the flow, want one of %q", name, outputs)
		}
	}
	return pair, nil
}

// twoColumns returns two columns of rows as points.
func twoColumns(z *tensor.Dense, pair [2]int) ([]float64, error) {
	chosen, err := data.SelectColumns(z, pair[0], pair[1])
	if err != nil {
		return nil, err
	}
	return data.Float64s(chosen)
}
