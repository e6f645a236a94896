package optim

import (
	"fmt"
	"math"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

type float interface{ float32 | float64 }

// parameter is one parameter with its gradient, as flat slices over the tensors' own memory. One pair of slices is in
// use, the other is nil.
type parameter struct {
	w32, g32 []float32
	w64, g64 []float64
}

// flat returns the i-th ValueGrad of a model as a parameter.
func flat(i int, vg gorgonia.ValueGrad) (p parameter, err error) {
	grad, err := vg.Grad()
	if err != nil {
		return p, fmt.Errorf("optim: gradient of %s: %w", name(i, vg), err)
	}
	w, okW := vg.Value().(*tensor.Dense)
	g, okG := grad.(*tensor.Dense)
	switch {
	case !okW:
		return p, fmt.Errorf("optim: %s is a %T, want a *tensor.Dense", name(i, vg), vg.Value())
	case !okG:
		return p, fmt.Errorf("optim: gradient of %s is a %T, want a *tensor.Dense", name(i, vg), grad)
	case w == nil || g == nil:
		return p, fmt.Errorf("optim: %s or its gradient is nil", name(i, vg))
	case w.RequiresIterator() || g.RequiresIterator():
		return p, fmt.Errorf("optim: %s or its gradient is not contiguous", name(i, vg))
	case w.Dtype() != g.Dtype():
		return p, fmt.Errorf("optim: %s is of %v, its gradient of %v", name(i, vg), w.Dtype(), g.Dtype())
	case w.Shape().TotalSize() != g.Shape().TotalSize():
		return p, fmt.Errorf("optim: %s has shape %v, its gradient %v", name(i, vg), w.Shape(), g.Shape())
	}
	switch w.Dtype() {
	case tensor.Float32:
		p.w32, p.g32 = w.Float32s(), g.Float32s()
	case tensor.Float64:
		p.w64, p.g64 = w.Float64s(), g.Float64s()
	default:
		return p, fmt.Errorf("optim: %s is of %v, want float32 or float64", name(i, vg), w.Dtype())
	}
	return p, nil
}

// flatten appends the parameters of a model.
func flatten(to []parameter, model []gorgonia.ValueGrad) ([]parameter, error) {
	for i, vg := range model {
		p, err := flat(i, vg)
		if err != nil {
			return to, err
		}
		to = append(to, p)
	}
	return to, nil
}

// names returns the names of a model's parameters, empty for those that have none.
func names(model []gorgonia.ValueGrad) []string {
	names := make([]string, len(model))
	for i, vg := range model {
		if n, ok := vg.(gorgonia.Namer); ok {
			names[i] = n.Name()
		}
	}
	return names
}

// name returns what to call the i-th parameter in an error.
func name(i int, vg gorgonia.ValueGrad) string {
	if n, ok := vg.(gorgonia.Namer); ok && n.Name() != "" {
		return fmt.Sprintf("parameter %q", n.Name())
	}
	return fmt.Sprintf("parameter %d", i)
}

// finite reports whether every number of the parameter is finite.
func (p parameter) finite() bool { return finite(p.w32) && finite(p.w64) }

// A number minus itself is zero unless it is NaN or infinite.
func finite[T float](values []T) bool {
	var sum T
	for _, v := range values {
		sum += v - v
	}
	return sum == 0
}

// gradNorm returns the Euclidean length of the whole gradient, ‖g‖ = √Σ g². It is finite where every g is, as long as
// the length itself is below the largest float64.
func gradNorm(model []parameter) float64 {
	var sum float64
	for _, p := range model {
		sum += sumSquares(p.g32) + sumSquares(p.g64)
	}
	const least, most = 1e-280, math.MaxFloat64 // where no square that counts has lost digits
	if sum >= least && sum <= most {
		return math.Sqrt(sum)
	}
	var largest float64
	for _, p := range model {
		largest = max(largest, maxSize(p.g32), maxSize(p.g64)) // NaN if one is
	}
	if largest == 0 || !isFinite(largest) {
		return largest
	}
	_, exponent := math.Frexp(largest)
	sum = 0
	for _, p := range model {
		sum += sumScaled(p.g32, -exponent) + sumScaled(p.g64, -exponent)
	}
	return math.Ldexp(math.Sqrt(sum), exponent)
}

// sumSquares returns Σ g² in float64.
func sumSquares[T float](values []T) (sum float64) {
	for _, v := range values {
		sum += float64(v) * float64(v)
	}
	return sum
}

// sumScaled returns Σ (g·2ᵉ)² in float64.
func sumScaled[T float](values []T, e int) (sum float64) {
	for _, v := range values {
		s := math.Ldexp(float64(v), e)
		sum += s * s
	}
	return sum
}

// maxSize returns the largest |g|, NaN if one is.
func maxSize[T float](values []T) (largest float64) {
	for _, v := range values {
		largest = max(largest, math.Abs(float64(v)))
	}
	return largest
}

// clip shortens the whole gradient of length norm to length limit if it is longer, keeping its direction (Pascanu,
// Mikolov and Bengio 2013, Algorithm 1).
func clip(model []parameter, norm, limit float64) {
	if norm <= limit {
		return
	}
	for _, p := range model {
		rescale(p.g32, limit/norm)
		rescale(p.g64, limit/norm)
	}
}

// rescale multiplies by c in float64.
func rescale[T float](values []T, c float64) {
	for i, v := range values {
		values[i] = T(float64(v) * c)
	}
}
