package viz_test

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/go-ffjord/ffjord/viz"
)

// What a flow makes of three conditions: three normal densities of a scale of
// their own, and what they make of the same draws.
func ExampleGallery() {
	base := normal(rand.New(rand.NewPCG(1, 1)), 500)
	window := viz.Grid{X0: -3, X1: 3, Y0: -3, Y1: 3, NX: 60}
	density := viz.Strip{Caption: "p(x|c)"}
	samples := viz.Strip{Caption: "samples"}
	for _, scale := range []float64{0.3, 0.5, 0.8} {
		var p, x []float64
		for at := window.Points(); len(at) > 0; at = at[2:] {
			u, v := at[0]/scale, at[1]/scale
			p = append(p, math.Exp(-(u*u+v*v)/2)/(2*math.Pi*scale*scale))
		}
		for _, v := range base {
			x = append(x, scale*v)
		}
		density.Titles = append(density.Titles, fmt.Sprint("c = ", scale))
		density.Densities = append(density.Densities, p)
		samples.Points = append(samples.Points, x)
		samples.From = append(samples.From, base)
	}
	img, err := viz.Gallery{Window: window, Strips: []viz.Strip{density, samples}}.Image()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(img.Rect.Dx() > img.Rect.Dy(), img.Opaque())
	// Output: true true
}
