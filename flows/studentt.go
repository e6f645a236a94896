package flows

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/nn"
)

// StudentT is a density with heavy tails: every dimension by itself is a t distribution of DF degrees of freedom,
// shifted by Loc and stretched by Scale. The dimensions are independent, which those of the multivariate t
// distribution are not.
//
// A flow carries tails as heavy as its base's through maps that stretch by at most a constant (Jaini et al. 2020): data
// with heavy tails want such a base.
type StudentT struct {
	DF    float64   // ν, degrees of freedom, positive; zero is 3, the fewest whole ones with a finite variance
	Loc   []float64 // centre of each dimension; nil is zeros
	Scale []float64 // of each dimension, positive; nil is ones. The standard deviation is Scale √(ν/(ν-2))
}

var _ Base = StudentT{}

// Dim returns the number of dimensions, 0 where both fields are nil.
func (b StudentT) Dim() int { return max(len(b.Loc), len(b.Scale)) }

// LogProb writes, with u = (z - Loc)/Scale,
//
//	Σ ln Γ((ν+1)/2) - ln Γ(ν/2) - ½ ln(νπ) - ln Scale - ½ (ν+1) ln(1 + u²/ν)
func (b StudentT) LogProb(_ *nn.Scope, z *graph.Node) *graph.Node {
	checkFinite(z, "StudentT: Loc", b.Loc)
	checkPositive(z, "StudentT: Scale", b.Scale)
	df := b.df()
	if !(df > 0) || math.IsInf(df, 1) {
		graph.Fail("flows: StudentT: DF is %v, want a positive number", b.DF)
	}
	norm := float64(z.Shape()[1]) * (0.5*math.Log(df*math.Pi) - gammaRatio(df/2))
	u, norm := standardized(z, b.Loc, b.Scale, norm)
	tails := graph.SumCols(graph.Log1p(graph.Scale(graph.Square(u), 1/df)))
	return graph.Shift(graph.Scale(tails, -(df+1)/2), -norm)
}

// Sample draws z = Loc + Scale t with t from the standard t distribution.
func (b StudentT) Sample(_ func(string) []float64, rng *rand.Rand, dst []float64, dim int) {
	t := distuv.StudentsT{Sigma: 1, Nu: b.df(), Src: rng}
	for i := range dst {
		dst[i] = t.Rand()
	}
	moveRows(dst, b.Loc, b.Scale, dim)
}

// gammaRatio returns ln Γ(x + ½) - ln Γ(x). Where x is large, its logarithms of Γ would cancel, and it comes from its
// asymptotic series ½ ln x - 1/(8x) + 1/(192x³) - ...
func gammaRatio(x float64) float64 {
	if x > 1000 {
		return 0.5*math.Log(x) - 1/(8*x) + 1/(192*x*x*x)
	}
	top, _ := math.Lgamma(x + 0.5)
	bottom, _ := math.Lgamma(x)
	return top - bottom
}

func (b StudentT) df() float64 {
	if b.DF == 0 {
		return 3
	}
	return b.DF
}
