package main

import (
	"context"

	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/data/toy"
	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/viz"
)

// album shows one flow at several times of its training, always by the same points.
type album struct {
	flow *flows.Flow
	mesh viz.Mesh
	base []float64     // draws from the base
	data *tensor.Dense // draws from the true density
	rows []viz.Row
}

// newAlbum draws the points for the pictures.
func newAlbum(s settings, flow *flows.Flow, test *tensor.Dense) *album {
	const reach = 2 // 2.5 standard deviations of the base
	base := make([]float64, 2*held)
	flow.Base.Sample(nil, s.random(pictureStream), base, 2)
	return &album{flow: flow, mesh: viz.Mesh{X0: -reach, X1: reach, Y0: -reach, Y1: reach}, base: base, data: test}
}

// add keeps what the flow does to the points now.
func (a *album) add(ctx context.Context, caption string) error {
	mesh, err := a.carry(ctx, a.mesh.Points())
	if err != nil {
		return err
	}
	samples, err := a.carry(ctx, a.base)
	if err != nil {
		return err
	}
	a.rows = append(a.rows, viz.Row{Caption: caption, Base: a.base, Samples: samples, Mesh: mesh})
	return nil
}

// carry sends rows (x, y) from the base to the data.
func (a *album) carry(ctx context.Context, rows []float64) ([]float64, error) {
	carried, _, err := a.flow.Forward(ctx, data.Rows(2, rows...))
	if err != nil {
		return nil, err
	}
	return data.Float64s(carried)
}

// draw writes the demo's four pictures for every time that was added, the last one now, and the densities.
func (a *album) draw(ctx context.Context, out *folder, moons toy.Moons, caption string) error {
	if err := a.add(ctx, caption); err != nil {
		return err
	}
	density, err := a.density(ctx, caption, moons)
	if err != nil {
		return err
	}
	out.putPicture(panelFile, viz.Panel{Mesh: a.mesh, Data: a.data.Float64s(), Rows: a.rows})
	out.putPicture(densityFile, density)
	return nil
}

// density compares the flow's density, as it is now, with the true one.
func (a *album) density(ctx context.Context, caption string, moons toy.Moons) (viz.Density, error) {
	grid, err := viz.Cover(a.data.Float64s())
	if err != nil {
		return viz.Density{}, err
	}
	at := data.Rows(2, grid.Points()...)
	learnt, err := a.flow.LogProb(ctx, at)
	if err != nil {
		return viz.Density{}, err
	}
	truth, err := data.LogProbs(moons, at)
	return viz.Density{Caption: caption, Grid: grid, Learnt: learnt, True: truth, Ratio: true}, err
}
