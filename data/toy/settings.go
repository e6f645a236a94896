package toy

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gorgonia.org/tensor"
)

// checkPositive refuses a setting that is no finite positive number.
func checkPositive(who, what string, v float64) error {
	if !(v > 0) || math.IsInf(v, 1) {
		return fmt.Errorf("toy: %s: %s %v, want a finite number above 0", who, what, v)
	}
	return nil
}

// checkLength panics if the row x has not length dim.
func checkLength(who string, x []float64, dim int) {
	if len(x) != dim {
		panic(fmt.Sprintf("toy: %s: row of length %d, want %d", who, len(x), dim))
	}
}

// plane returns points of the plane as a table (len(points), 2), each with N(0, noise²) added to both coordinates.
func plane(points [][2]float64, noise float64, rng *rand.Rand) *tensor.Dense {
	values := make([]float64, 0, 2*len(points))
	for _, p := range points {
		values = append(values, p[0]+noise*rng.NormFloat64(), p[1]+noise*rng.NormFloat64())
	}
	return tensor.New(tensor.WithShape(len(points), 2), tensor.WithBacking(values))
}

// shuffle puts the points in random order.
func shuffle(points [][2]float64, rng *rand.Rand) {
	rng.Shuffle(len(points), func(i, j int) { points[i], points[j] = points[j], points[i] })
}
