package flows

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/floats"
)

// Noise draws independent numbers of mean 0 and variance 1.
//
// A call of a flow draws its noise before anything is solved: for every block with the trace in the order from the base
// to the data, for every row in the order of the rows one Draw, whose dst has the row's probes one after the other,
// each of the data's width. Noise of one's own that follows this order gives numbers that are known beforehand; it
// needs no rng.
type Noise interface {
	Draw(rng *rand.Rand, dst []float64)
}

// ProbeNoise names a distribution of probes.
type ProbeNoise string

// The distributions of probes. With Rademacher probes the estimate of the trace is exact for a diagonal Jacobian and
// has the smaller variance for every other.
const (
	Rademacher ProbeNoise = "rademacher" // -1 or 1 with probability 1/2
	Gaussian   ProbeNoise = "gaussian"   // N(0, 1)
)

var _ Noise = Rademacher

// Draw fills dst.
func (n ProbeNoise) Draw(rng *rand.Rand, dst []float64) {
	if n == Gaussian {
		for i := range dst {
			dst[i] = rng.NormFloat64()
		}
		return
	}
	for i := range dst {
		dst[i] = float64(2*rng.IntN(2) - 1)
	}
}

// drawFrame fills dst with orthogonal vectors of dim numbers and length √dim, at most dim of them: a part of a frame
// that is equally likely to point in any direction. They are Gaussian vectors made orthogonal one after the other (Gram
// and Schmidt), each twice, which leaves them so to round-off (Giraud et al. 2005).
func drawFrame(rng *rand.Rand, dst []float64, dim int) {
	for from := 0; from < len(dst); from += dim {
		v := dst[from : from+dim]
		Gaussian.Draw(rng, v)
		for range 2 {
			for to := 0; to < from; to += dim {
				u := dst[to : to+dim]
				floats.AddScaled(v, -floats.Dot(u, v)/float64(dim), u)
			}
		}
		floats.Scale(math.Sqrt(float64(dim))/floats.Norm(v, 2), v)
	}
}
