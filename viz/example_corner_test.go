package viz_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"

	"github.com/go-ffjord/ffjord/viz"
)

// Rows of a table and draws from a model of it, by all their columns.
func ExampleCorner() {
	dir, err := os.MkdirTemp("", "viz")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	r := rand.New(rand.NewPCG(1, 1))
	rows, draws := normal(r, 300), normal(r, 300) // two columns wide
	corner := viz.Corner{Names: []string{"height", "weight"}, Data: rows, Samples: draws}
	fmt.Println(viz.Save(filepath.Join(dir, "corner.svg"), corner))
	// Output: <nil>
}

// The losses of a training beside what they are compared with.
func ExampleLosses() {
	dir, err := os.MkdirTemp("", "viz")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	losses := viz.Losses{
		Caption: "ten epochs",
		Curves: []viz.Curve{
			{Name: "training rows", X: []float64{1, 2, 5, 10}, Y: []float64{3, 2.2, 1.7, 1.6}},
			{Name: "held-out rows", X: []float64{5, 10}, Y: []float64{1.8, 1.7}},
		},
		Levels: []viz.Level{{Name: "entropy", At: 1.5}},
	}
	fmt.Println(viz.Save(filepath.Join(dir, "losses.png"), viz.Resized{Picture: losses, Width: 800}))
	// Output: <nil>
}
