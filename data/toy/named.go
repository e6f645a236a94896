package toy

import "math"

// Named returns a set by its name in the literature, of the names that [Names] lists, and false for any other.
func Named(name string) (Distribution, bool) {
	for _, t := range sets() {
		if t.name == name {
			return t.set, true
		}
	}
	return nil, false
}

// Names returns the names of all sets that [Named] knows:
//
//   - the ten of Grathwohl et al. (2019) and their code: swissroll, circles,
//     rings, moons, 8gaussians, pinwheel, 2spirals, checkerboard, line and cos,
//   - their mixture of three Gaussians on the line, 3gaussians1d,
//   - circles1 and moons1, unscaled: circles of radii 1 and ½, and
//     scikit-learn's moons, both with noise 0.06.
func Names() []string {
	var names []string
	for _, t := range sets() {
		names = append(names, t.name)
	}
	return names
}

type named struct {
	name string
	set  Distribution
}

func sets() []named {
	return []named{
		{"swissroll", SwissRoll{}},
		{"circles", Circles{}},
		{"rings", Circles{Radii: []float64{3, 2.25, 1.5, 0.75}, Noise: 0.08}},
		{"moons", Affine{Of: Moons{Noise: 0.1}, Scale: 2, Shift: []float64{-1, -0.2}}},
		{"8gaussians", Gaussians{}},
		{"pinwheel", Pinwheel{}},
		{"2spirals", Spirals{}},
		{"checkerboard", Checkerboard{}},
		{"line", Curve{}},
		{"cos", Curve{Y: func(x float64) float64 { return 2.5 * math.Sin(x) }}},
		{"3gaussians1d", Gaussians{Means: [][]float64{{-2.8}, {-0.9}, {2}}, Std: math.Sqrt(0.4)}},
		{"circles1", Circles{Radii: []float64{1, 0.5}, Noise: 0.06}},
		{"moons1", Moons{Noise: 0.06}},
	}
}
