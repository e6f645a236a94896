package nn

import (
	"math"
	"math/rand/v2"
)

// Init fills a parameter (in, out), row-major, with initial values drawn from rng.
type Init func(rng *rand.Rand, dst []float64, in, out int)

// Zeros sets every value to 0.
func Zeros(_ *rand.Rand, dst []float64, _, _ int) { clear(dst) }

// Constant returns an Init that sets every value to c.
func Constant(c float64) Init {
	return func(_ *rand.Rand, dst []float64, _, _ int) {
		for i := range dst {
			dst[i] = c
		}
	}
}

// GlorotUniform draws from U(-a, a) with a = √(6/(in+out)) (Glorot & Bengio 2010, eq. 16).
func GlorotUniform(rng *rand.Rand, dst []float64, in, out int) {
	uniform(rng, dst, math.Sqrt(6/float64(in+out)))
}

// GlorotNormal draws from N(0, 2/(in+out)) (Glorot & Bengio 2010, eq. 12).
func GlorotNormal(rng *rand.Rand, dst []float64, in, out int) {
	normal(rng, dst, math.Sqrt(2/float64(in+out)))
}

// HeUniform draws from U(-a, a) with a = √(6/in) (He et al. 2015, eq. 10, as a uniform of that variance).
func HeUniform(rng *rand.Rand, dst []float64, in, _ int) { uniform(rng, dst, math.Sqrt(6/float64(in))) }

// HeNormal draws from N(0, 2/in) (He et al. 2015, eq. 10).
func HeNormal(rng *rand.Rand, dst []float64, in, _ int) { normal(rng, dst, math.Sqrt(2/float64(in))) }

// UniformFanIn draws from U(-1/√in, 1/√in): what PyTorch's linear layers start with, weights and biases alike, and with
// them the networks of the FFJORD paper.
func UniformFanIn(rng *rand.Rand, dst []float64, in, _ int) {
	uniform(rng, dst, 1/math.Sqrt(float64(in)))
}

// TruncatedNormal draws from N(0, 1/in), values beyond two standard deviations drawn again, so that the variance is
// 0.774/in: the linear layers of the TensorFlow Probability demo.
func TruncatedNormal(rng *rand.Rand, dst []float64, in, _ int) {
	sigma := 1 / math.Sqrt(float64(in))
	for i := range dst {
		v := rng.NormFloat64()
		for math.Abs(v) > 2 {
			v = rng.NormFloat64()
		}
		dst[i] = sigma * v
	}
}

func uniform(rng *rand.Rand, dst []float64, a float64) {
	for i := range dst {
		dst[i] = a * (2*rng.Float64() - 1)
	}
}

func normal(rng *rand.Rand, dst []float64, sigma float64) {
	for i := range dst {
		dst[i] = sigma * rng.NormFloat64()
	}
}
