package viz

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
)

// kernelReach is where a kernel is cut, in bandwidths. What is left out there is 1.2e-7 of its height.
const kernelReach = 5.65

// KDE estimates the density that points were drawn from by putting a Gaussian on each,
//
//	p(x, y) = 1/n Σᵢ φ((x - xᵢ)/HX)/HX · φ((y - yᵢ)/HY)/HY,
//
// with φ the standard normal density. Zero bandwidths follow Scott's rule.
//
// Source: M. P. Wand and M. C. Jones, Kernel Smoothing, 1995, chapter 4, with a diagonal bandwidth matrix.
type KDE struct {
	HX, HY float64
}

// Scott returns the bandwidths hⱼ = σⱼ n^(-1/6) for points, rows (x, y), σⱼ being the standard deviation of column j.
// They suit a single hump; points along thin curves want a fraction of them.
//
// Source: D. W. Scott, Multivariate Density Estimation, 1992, chapter 6; here in two dimensions.
func Scott(points []float64) (hx, hy float64, err error) {
	hx, hy, err = scott(points)
	if err != nil {
		return 0, 0, fmt.Errorf("viz: scott: %w", err)
	}
	return hx, hy, nil
}

func scott(points []float64) (hx, hy float64, err error) {
	if err := checkPoints("points", points); err != nil {
		return 0, 0, err
	}
	n := len(points) / 2
	if n < 2 {
		return 0, 0, errors.New("one point has no spread")
	}
	x, y := make([]float64, n), make([]float64, n)
	for i := range n {
		x[i], y[i] = points[2*i], points[2*i+1]
	}
	shrink := math.Pow(float64(n), -1.0/6)
	hx, hy = stat.StdDev(x, nil)*shrink, stat.StdDev(y, nil)*shrink
	if !(hx > 0) || !(hy > 0) || !finite(hx) || !finite(hy) {
		return 0, 0, fmt.Errorf("spread of the points is %g along x, %g along y",
			hx/shrink, hy/shrink)
	}
	return hx, hy, nil
}

// Density returns the estimate from points, rows (x, y), at the centres of the grid's cells in the order of
// Grid.Points. The Gaussian is a product, so a point costs NX + NY exponentials and one multiplication for each cell it
// reaches. Points outside the window count as well. Cells should not be much wider than a bandwidth, or kernels fall
// between the centres.
func (k KDE) Density(points []float64, g Grid) ([]float64, error) {
	p, err := k.density(points, g)
	if err != nil {
		return nil, fmt.Errorf("viz: kde: %w", err)
	}
	return p, nil
}

func (k KDE) density(points []float64, g Grid) ([]float64, error) {
	if err := g.check(); err != nil {
		return nil, err
	}
	if err := checkPoints("points", points); err != nil {
		return nil, err
	}
	k, err := k.withDefaults(points)
	if err != nil {
		return nil, err
	}

	nx, ny := g.Size()
	p := make([]float64, nx*ny)
	wx, wy := make([]float64, nx), make([]float64, ny)
	n := float64(len(points) / 2)
	for i := 0; i < len(points); i += 2 {
		x0, x1 := kernel(wx, points[i], k.HX, g.X0, g.X1)
		y0, y1 := kernel(wy, points[i+1], k.HY, g.Y0, g.Y1)
		for j := y0; j < y1; j++ {
			w := wy[j] / n
			row := p[j*nx+x0 : j*nx+x1]
			for c, v := range wx[x0:x1] {
				row[c] += w * v
			}
		}
	}
	if !finite(slices.Max(p)) {
		return nil, fmt.Errorf("bandwidths %g, %g are so small that the density is not finite", k.HX, k.HY)
	}
	return p, nil
}

// withDefaults returns k with Scott's bandwidths for zeros.
func (k KDE) withDefaults(points []float64) (KDE, error) {
	if k.HX < 0 || k.HY < 0 || !finite(k.HX) || !finite(k.HY) {
		return KDE{}, fmt.Errorf("bandwidths %g, %g are negative or not finite", k.HX, k.HY)
	}
	if k.HX == 0 || k.HY == 0 {
		hx, hy, err := scott(points)
		if err != nil {
			return KDE{}, fmt.Errorf("no bandwidth is given and %w", err)
		}
		if k.HX == 0 {
			k.HX = hx
		}
		if k.HY == 0 {
			k.HY = hy
		}
	}
	return k, nil
}

// kernel fills w with the Gaussian of width h around c at the centres of the len(w) cells of [a, b], and returns the
// range of cells that it reaches.
func kernel(w []float64, c, h, a, b float64) (from, to int) {
	step := (b - a) / float64(len(w))
	cell := func(v float64) int {
		return int(max(0, min(float64(len(w)), math.Ceil((v-a)/step-0.5))))
	}
	from, to = cell(c-kernelReach*h), cell(c+kernelReach*h)
	scale := 1 / (h * math.Sqrt(2*math.Pi))
	for i := from; i < to; i++ {
		u := (a + (float64(i)+0.5)*step - c) / h
		w[i] = scale * math.Exp(-0.5*u*u)
	}
	return from, to
}
