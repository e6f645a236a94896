package main

import (
	"context"

	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/data/toy"
	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/viz"
)

// album shows one flow at several times of its training, always by the same
// points.
type album struct {
	flow *flows.Flow
	mesh viz.Mesh
	base *tensor.Dense // draws from the base
	data []float64     // draws from the true density
	rows []viz.Row
}

// newAlbum draws the points for the pictures.
func newAlbum(s settings, flow *flows.Flow, test *tensor.Dense) *album {
	const reach = 2 // 2.5 standard deviations of the base
	base := make([]float64, 2*held)
	flow.Base.Sample(nil, s.random(pictureStream), base, 2)
	return &album{
		flow: flow,
		mesh: viz.Mesh{X0: -reach, X1: reach, Y0: -reach, Y1: reach},
		base: points(base),
		data: numbers(test),
	}
}

// add keeps what the flow does to the points now.
func (a *album) add(ctx context.Context, caption string) error {
	mesh, _, err := a.flow.Forward(ctx, points(a.mesh.Points()))
	if err != nil {
		return err
	}
	samples, _, err := a.flow.Forward(ctx, a.base)
	if err != nil {
		return err
	}
	a.rows = append(a.rows, viz.Row{
		Caption: caption, Base: numbers(a.base), Samples: numbers(samples), Mesh: numbers(mesh),
	})
	return nil
}

// panel returns the demo's four pictures for every time that was added.
func (a *album) panel() viz.Panel { return viz.Panel{Mesh: a.mesh, Data: a.data, Rows: a.rows} }

// density compares the flow's density, as it is now, with the true one.
func (a *album) density(ctx context.Context, caption string, moons toy.Moons) (viz.Density, error) {
	grid, err := viz.Cover(a.data)
	if err != nil {
		return viz.Density{}, err
	}
	at := points(grid.Points())
	learnt, err := a.flow.LogProb(ctx, at)
	if err != nil {
		return viz.Density{}, err
	}
	truth, err := data.LogProbs(moons, at)
	return viz.Density{Caption: caption, Grid: grid, Learnt: learnt, True: truth, Ratio: true}, err
}

// points makes rows (x, y) a matrix (rows, 2).
func points(xy []float64) *tensor.Dense {
	return tensor.New(tensor.WithShape(len(xy)/2, 2), tensor.WithBacking(xy))
}

// numbers returns the elements of a matrix, row after row.
func numbers(x *tensor.Dense) []float64 {
	if values, ok := x.Data().([]float64); ok {
		return values
	}
	var out []float64
	for _, v := range x.Data().([]float32) {
		out = append(out, float64(v))
	}
	return out
}
