package main

import (
	"context"
	"fmt"
	"math"
	"slices"

	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/viz"
)

// shown is the number of points in a picture.
const shown = 3000

// gallery shows data, density and samples of each label, one below the other, and the density of a condition that is no
// label.
func (s settings) gallery(ctx context.Context, flow *flows.Flow, labels []label, r report) (viz.Gallery, error) {
	rng := s.random(pictureStream)
	base := make([]float64, 2*shown)
	flows.Normal{}.Sample(nil, rng, base, 2)

	seen := viz.Strip{Caption: "data: pictures of letters, read as densities"}
	for _, l := range labels {
		x, err := l.density.Sample(shown, rng)
		if err != nil {
			return viz.Gallery{}, err
		}
		seen.Titles = append(seen.Titles, fmt.Sprintf("c = %c", l.letter))
		seen.Points = append(seen.Points, x.Float64s())
	}
	window, err := viz.Cover(slices.Concat(seen.Points...))
	if err != nil {
		return viz.Gallery{}, err
	}
	window.NY = 120

	learnt := viz.Strip{Caption: fmt.Sprintf("p(x|c) of one flow, mean gap %.3f nats", r.mean().gap())}
	drawn := viz.Strip{Caption: "samples, all from the same draws of the base, coloured by their direction there"}
	between := viz.Strip{Caption: "p(x|c) of conditions half way to the next label, which training has not met"}
	for i, l := range labels {
		own, err := density(ctx, flow, l.given, window)
		if err != nil {
			return viz.Gallery{}, err
		}
		half, err := density(ctx, flow, halfway(l, labels[(i+1)%len(labels)]), window)
		if err != nil {
			return viz.Gallery{}, err
		}
		samples, _, err := flow.Given(l.given).Forward(ctx, data.Rows(2, base...))
		if err != nil {
			return viz.Gallery{}, err
		}
		x, err := data.Float64s(samples)
		if err != nil {
			return viz.Gallery{}, err
		}
		learnt.Titles = append(learnt.Titles, fmt.Sprintf("gap %.3f", r[i].gap()))
		learnt.Densities = append(learnt.Densities, own)
		between.Densities = append(between.Densities, half)
		drawn.Points = append(drawn.Points, x)
		drawn.From = append(drawn.From, base)
	}
	return viz.Gallery{Window: window, Strips: []viz.Strip{seen, learnt, drawn, between}, Top: highest(labels, window)}, nil
}

// density returns p(x|c) at the points of a grid.
func density(ctx context.Context, flow *flows.Flow, c *tensor.Dense, grid viz.Grid) ([]float64, error) {
	p, err := flow.Given(c).LogProb(ctx, data.Rows(2, grid.Points()...))
	for i := range p {
		p[i] = math.Exp(p[i])
	}
	return p, err
}

// highest returns the greatest of the true densities on a grid.
func highest(labels []label, grid viz.Grid) float64 {
	top := math.Inf(-1)
	for at := grid.Points(); len(at) > 0; at = at[2:] {
		for _, l := range labels {
			top = max(top, l.density.LogProb(at[:2]))
		}
	}
	return math.Exp(top)
}

// halfway returns the mean of the conditions of two labels.
func halfway(a, b label) *tensor.Dense {
	c := slices.Clone(a.given.Float64s())
	for i, v := range b.given.Float64s() {
		c[i] = (c[i] + v) / 2
	}
	return data.Rows(len(c), c...)
}
