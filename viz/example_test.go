package viz_test

import (
	"fmt"
	"image"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"

	"github.com/go-ffjord/ffjord/viz"
)

// shear stands for a flow that carries points of the plane.
func shear(points []float64) []float64 {
	out := make([]float64, len(points))
	for i := 0; i < len(points); i += 2 {
		out[i], out[i+1] = points[i]+points[i+1]/2, points[i+1]
	}
	return out
}

// normal draws n points from the standard normal density.
func normal(r *rand.Rand, n int) []float64 {
	points := make([]float64, 2*n)
	for i := range points {
		points[i] = r.NormFloat64()
	}
	return points
}

// A picture needs points, sent through the flow in one batch, and a file.
func Example() {
	grid := viz.Grid{X0: -3, X1: 3, Y0: -2, Y1: 2}
	points := grid.Points()
	learnt := make([]float64, len(points)/2)
	truth := make([]float64, len(points)/2)
	for i := range learnt {
		x, y := points[2*i], points[2*i+1]
		truth[i] = -(x*x+y*y)/2 - math.Log(2*math.Pi)
		learnt[i] = truth[i] + 0.1*x*y
	}

	dir, err := os.MkdirTemp("", "viz")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	picture := viz.Density{Caption: "a first try", Grid: grid, Learnt: learnt, True: truth, Ratio: true}
	if err := viz.Save(filepath.Join(dir, "density.png"), picture); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("saved")
	// Output: saved
}

func ExamplePanel() {
	r := rand.New(rand.NewPCG(1, 1))
	mesh := viz.Mesh{X0: -2, X1: 2, Y0: -2, Y1: 2}
	base := normal(r, 500)
	panel := viz.Panel{
		Mesh: mesh,
		Data: shear(normal(r, 500)),
		Rows: []viz.Row{
			{Caption: "before training", Base: base, Samples: base, Mesh: mesh.Points()},
			{Caption: "after training", Base: base, Samples: shear(base), Mesh: shear(mesh.Points())},
		},
	}
	img, err := panel.Image()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(img.Rect.Dx() > img.Rect.Dy(), img.Opaque())
	// Output: true true
}

func ExampleDensity() {
	grid := viz.Grid{X1: 2, Y1: 1, NX: 2, NY: 1}
	_, err := viz.Density{Grid: grid, Learnt: []float64{-1.5, math.NaN()}}.Image()
	fmt.Println(err)
	// Output: viz: density: learnt: log-density 1 is NaN
}

func ExampleGrid() {
	grid := viz.Grid{X0: 0, X1: 4, Y0: 0, Y1: 2, NX: 2, NY: 2}
	points := grid.Points()
	for i := 0; i < len(points); i += 2 {
		fmt.Println(points[i], points[i+1])
	}
	fmt.Println("area of a cell:", grid.Cell())
	// Output:
	// 1 0.5
	// 3 0.5
	// 1 1.5
	// 3 1.5
	// area of a cell: 2
}

func ExampleMesh() {
	mesh := viz.Mesh{X1: 1, Y1: 1, Lines: 2, Per: 2}
	fmt.Println(mesh.Points())
	// Output: [0 0 1 0 0 1 1 1 0 0 0 1 1 0 1 1]
}

func ExampleKDE() {
	points := normal(rand.New(rand.NewPCG(1, 1)), 10_000)
	grid := viz.Grid{X0: -6, X1: 6, Y0: -6, Y1: 6}
	p, err := viz.KDE{}.Density(points, grid)
	if err != nil {
		fmt.Println(err)
		return
	}
	mass := 0.0
	for _, v := range p {
		mass += v * grid.Cell()
	}
	fmt.Printf("%.3f\n", mass)
	// Output: 1.000
}

func ExampleCover() {
	grid, err := viz.Cover([]float64{0, 0, 12, 12})
	if err != nil {
		fmt.Println(err)
		return
	}
	nx, ny := grid.Size()
	fmt.Println(grid.X0, grid.X1, nx, ny)
	// Output: -1 13 200 200
}

// frame is a picture of one's own.
type frame struct{ side int }

func (f frame) Image() (*image.RGBA, error) {
	if f.side <= 0 {
		return nil, fmt.Errorf("frame of side %d", f.side)
	}
	return image.NewRGBA(image.Rect(0, 0, f.side, f.side)), nil
}

func ExampleSave() {
	fmt.Println(viz.Save("frame.png", frame{}))
	// Output: frame of side 0
}
