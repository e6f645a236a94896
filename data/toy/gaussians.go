package toy

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/floats"
	"gorgonia.org/tensor"
)

var _ Density = Gaussians{}

// Gaussians are a mixture of equally likely, equally wide round Gaussians:
//
//	p(x) = 1/k Σ N(x; Means[i], Std² I)
//
// The zero value is the "8gaussians" of Grathwohl et al. (2019): eight on a circle of radius 4/1.414, with deviation
// 0.5/1.414.
type Gaussians struct {
	// Means are the centres, all of one length, which is the width of a row. Nil means the eight.
	Means [][]float64
	// Std is the standard deviation of each. Zero means 0.5/1.414.
	Std float64
}

func (g Gaussians) withDefaults() Gaussians {
	const shrink = 1.414
	if g.Means == nil {
		for k := range 8 {
			sin, cos := math.Sincos(float64(k) * math.Pi / 4)
			g.Means = append(g.Means, []float64{4 / shrink * cos, 4 / shrink * sin})
		}
	}
	g.Std = cmp.Or(g.Std, 0.5/shrink)
	return g
}

func (g Gaussians) check() error {
	if len(g.Means) == 0 || len(g.Means[0]) == 0 {
		return errors.New("toy: gaussians: no means, want at least 1")
	}
	for i, m := range g.Means {
		if len(m) != len(g.Means[0]) {
			return fmt.Errorf("toy: gaussians: mean %d has length %d, want %d as the first", i, len(m), len(g.Means[0]))
		}
		for _, v := range m {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return fmt.Errorf("toy: gaussians: mean %d is %v, want finite numbers", i, m)
			}
		}
	}
	return checkPositive("gaussians", "deviation", g.Std)
}

// Dim returns the width of a row, the length of the means.
func (g Gaussians) Dim() int {
	if g = g.withDefaults(); len(g.Means) == 0 {
		return 0
	}
	return len(g.Means[0])
}

// Sample returns n independent rows (n, dim).
func (g Gaussians) Sample(n int, rng *rand.Rand) (*tensor.Dense, error) {
	g = g.withDefaults()
	if err := checkDraw(n, max(1, g.Dim()), rng); err != nil {
		return nil, err
	}
	if err := g.check(); err != nil {
		return nil, err
	}
	dim := len(g.Means[0])
	values := make([]float64, 0, n*dim)
	for range n {
		for _, m := range g.Means[rng.IntN(len(g.Means))] {
			values = append(values, m+g.Std*rng.NormFloat64())
		}
	}
	return tensor.New(tensor.WithShape(n, dim), tensor.WithBacking(values)), nil
}

// LogProb returns log p(x) in nats of one row x, finite however far it lies. With settings that Sample refuses it is
// NaN. It panics if x has not the length of the means.
func (g Gaussians) LogProb(x []float64) float64 {
	g = g.withDefaults()
	if g.check() != nil {
		return math.NaN()
	}
	checkLength("gaussians", x, len(g.Means[0]))
	return g.logAt(x)
}

func (g Gaussians) logAt(x []float64) float64 {
	terms := make([]float64, len(g.Means))
	for i, m := range g.Means {
		for j, v := range x {
			d := (v - m[j]) / g.Std
			terms[i] -= d * d / 2
		}
	}
	norm := math.Log(g.Std) + math.Log(2*math.Pi)/2
	return floats.LogSumExp(terms) - math.Log(float64(len(terms))) - float64(len(x))*norm
}

// Entropy returns H = -∫ p(x) log p(x) dx in nats, with an error below 1e-6, by the trapezoid rule, for rows of one or
// two numbers; one Gaussian has it in closed form, ½ log 2πe Std² a number, in any width. For a mixture in three or
// more dimensions no such rule is quick and it is NaN, as it is for means more than millions of deviations away, and
// for settings that Sample refuses. Its time grows with the ratio of the spread of the means to Std: linearly on the
// line, squared in the plane.
func (g Gaussians) Entropy() float64 {
	g = g.withDefaults()
	if g.check() != nil {
		return math.NaN()
	}
	const reach = 9 // deviations; what lies beyond has mass 1e-18
	switch dim := len(g.Means[0]); {
	case len(g.Means) == 1:
		return float64(dim) * math.Log(2*math.Pi*math.E*g.Std*g.Std) / 2
	case dim == 1:
		lo, hi := math.Inf(1), math.Inf(-1)
		for _, m := range g.Means {
			lo, hi = min(lo, m[0]), max(hi, m[0])
		}
		h := g.Std / 4
		if !walkable(lo, hi, h, 1<<26) {
			return math.NaN()
		}
		var sum float64
		for x := lo - reach*g.Std; x <= hi+reach*g.Std; x += h {
			sum += h * surprise(g.logAt([]float64{x}))
		}
		return sum
	case dim == 2:
		logp := func(x, y float64) float64 { return g.logAt([]float64{x, y}) }
		return planeEntropy(logp, around(g.Means, reach*g.Std), g.Std/3, g.Std/3)
	}
	return math.NaN()
}
