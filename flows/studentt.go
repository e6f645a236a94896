package flows

import (
	"math"
	"math/rand/v2"
	"slices"

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
	checkScale(z, "StudentT: Scale", b.Scale)
	df := b.df()
	if !(df > 0) || math.IsInf(df, 1) {
		graph.Fail("StudentT: DF is %v, want a positive number", b.DF)
	}
	dim := z.Shape()[1]
	norm := float64(dim) * (0.5*(math.Log(df)+math.Log(math.Pi)) - gammaRatio(df/2))
	scale := slices.Repeat([]float64{1}, dim)
	if b.Scale != nil {
		scale = b.Scale
		for _, s := range scale {
			norm += math.Log(s)
		}
	}
	if b.Loc != nil {
		z = graph.Sub(z, constantColumns(z, b.Loc))
	}
	return graph.Shift(graph.SumCols(tailsOf(limits(z.Dtype()), df, scale).logProb(graph.Abs(z))), -norm)
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
