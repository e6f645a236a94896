package main

import (
	"context"
	"fmt"
	"io"
	"math"

	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/viz"
)

// drawn is the number of points in a picture.
const drawn = 3000

// draw writes the picture of all sets in the plane, and says where it is.
func (s settings) draw(ctx context.Context, learnt []*lesson, stdout io.Writer) error {
	seen := viz.Strip{Caption: "points of the set"}
	density := viz.Strip{Caption: "learnt density"}
	samples := viz.Strip{Caption: "samples, coloured by their direction from the middle of the base"}
	// All sets lie in the window, and the typical density of them is 0.03 to 0.1.
	g := viz.Gallery{Window: viz.Grid{X0: -4.4, X1: 4.4, Y0: -4.4, Y1: 4.4}}
	base := make([]float64, 2*drawn)
	flows.Normal{}.Sample(nil, s.random(pictureStream), base, 2)
	for _, l := range learnt {
		if width(l.set) != 2 {
			continue
		}
		points, err := l.set.Sample(drawn, s.random(pictureStream))
		if err != nil {
			return err
		}
		p, err := l.flow.LogProb(ctx, matrix(g.Window.Points()))
		if err != nil {
			return err
		}
		for i := range p {
			p[i] = math.Exp(p[i])
		}
		carried, _, err := l.flow.Forward(ctx, matrix(base))
		if err != nil {
			return err
		}
		seen.Titles = append(seen.Titles, l.name)
		seen.Points = append(seen.Points, points.Float64s())
		density.Titles = append(density.Titles, "gap "+nats(l.result.gap()))
		density.Densities = append(density.Densities, p)
		samples.Points = append(samples.Points, numbers(carried))
		samples.From = append(samples.From, base)
	}
	if seen.Points == nil {
		return nil
	}
	g.Strips = []viz.Strip{seen, density, samples}
	if err := viz.Save(s.out, g); err != nil {
		return err
	}
	_, err := fmt.Fprintf(stdout, "picture in %s\n", s.out)
	return err
}

// matrix makes rows (x, y) a matrix (rows, 2).
func matrix(xy []float64) *tensor.Dense {
	return tensor.New(tensor.WithShape(len(xy)/2, 2), tensor.WithBacking(xy))
}

// numbers returns the elements of a matrix of float32, row after row.
func numbers(x *tensor.Dense) []float64 {
	var out []float64
	for _, v := range x.Float32s() {
		out = append(out, float64(v))
	}
	return out
}
