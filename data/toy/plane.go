package toy

import "math"

// box is a rectangle of the plane.
type box struct{ lo, hi [2]float64 }

// around returns the box that holds the points with pad to spare on all sides.
func around(points [][]float64, pad float64) box {
	b := box{lo: [2]float64{math.Inf(1), math.Inf(1)}, hi: [2]float64{math.Inf(-1), math.Inf(-1)}}
	for _, p := range points {
		for j := range 2 {
			b.lo[j] = min(b.lo[j], p[j]-pad)
			b.hi[j] = max(b.hi[j], p[j]+pad)
		}
	}
	return b
}

// planeEntropy returns -∫ p log p over b, of the density exp(logp), by the trapezoid rule with the given steps. For a
// density that is a convolution with a Gaussian of deviation σ, and a box 9σ larger than what is convolved, steps of
// σ/2 give it to 1e-6. Where that would be more than 2¹⁴ steps a side, it is NaN.
func planeEntropy(logp func(x, y float64) float64, b box, stepX, stepY float64) float64 {
	if !walkable(b.lo[0], b.hi[0], stepX, 1<<14) || !walkable(b.lo[1], b.hi[1], stepY, 1<<14) {
		return math.NaN()
	}
	var sum float64
	for x := b.lo[0]; x <= b.hi[0]; x += stepX {
		for y := b.lo[1]; y <= b.hi[1]; y += stepY {
			sum += surprise(logp(x, y))
		}
	}
	return sum * stepX * stepY
}

// surprise is -p log p for p = exp(l), with 0 log 0 = 0.
func surprise(l float64) float64 {
	if math.IsInf(l, -1) {
		return 0
	}
	return -l * math.Exp(l)
}

// walkable reports whether steps from lo to hi are at most the given number and do not vanish against the ends.
func walkable(lo, hi, step, most float64) bool {
	return (hi-lo)/step <= most && step > 1e-12*max(math.Abs(lo), math.Abs(hi))
}
