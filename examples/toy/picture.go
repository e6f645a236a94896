package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/viz"
)

// drawn is the number of points in a picture.
const drawn = 3000

// draw writes the picture of all sets in the plane, and says where it is.
func (s settings) draw(ctx context.Context, learnt []*lesson, stdout io.Writer) error {
	learnt = slices.DeleteFunc(learnt, func(l *lesson) bool { return width(l.set) != 2 })
	if len(learnt) == 0 {
		_, err := fmt.Fprintln(stdout, "no picture: the set is not in the plane")
		return err
	}
	seen := viz.Strip{Caption: "points of the set"}
	for _, l := range learnt {
		points, err := l.set.Sample(drawn, s.random(pictureStream))
		if err != nil {
			return err
		}
		seen.Titles = append(seen.Titles, l.name)
		seen.Points = append(seen.Points, points.Float64s())
	}
	window, err := viz.Cover(slices.Concat(seen.Points...))
	if err != nil {
		return err
	}

	base := make([]float64, 2*drawn)
	flows.Normal{}.Sample(nil, s.random(pictureStream), base, 2)
	density := viz.Strip{Caption: "learnt density"}
	samples := viz.Strip{Caption: "samples, coloured by their direction from the middle of the base"}
	for _, l := range learnt {
		p, err := l.density(ctx, window)
		if err != nil {
			return fmt.Errorf("%s: %w", l.name, err)
		}
		carried, _, err := l.flow.Forward(ctx, data.Rows(2, base...))
		if err != nil {
			return fmt.Errorf("%s: %w", l.name, err)
		}
		density.Titles = append(density.Titles, "gap "+nats(l.result.gap()))
		density.Densities = append(density.Densities, p)
		x, err := data.Float64s(carried)
		if err != nil {
			return fmt.Errorf("%s: %w", l.name, err)
		}
		samples.Points = append(samples.Points, x)
		samples.From = append(samples.From, base)
	}
	picture := viz.Gallery{Window: window, Strips: []viz.Strip{seen, density, samples}, Top: top(learnt)}
	if err := viz.Save(s.out, picture); err != nil {
		return err
	}
	_, err = fmt.Fprintf(stdout, "picture in %s\n", s.out)
	return err
}

// density returns the learnt density in the cells of a grid.
func (l *lesson) density(ctx context.Context, grid viz.Grid) ([]float64, error) {
	p, err := l.flow.LogProb(ctx, data.Rows(2, grid.Points()...))
	for i := range p {
		p[i] = math.Exp(p[i])
	}
	return p, err
}

// top returns the end of the colour scale, one and a half times the typical density exp(-entropy) of the densest set: a
// scale that ended at the highest density would leave the flat sets dark. It is 0 where no set has a density.
func top(learnt []*lesson) (top float64) {
	for _, l := range learnt {
		if p := 1.5 * math.Exp(-l.result.entropy); p > top {
			top = p
		}
	}
	return top
}
