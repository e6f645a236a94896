package flows

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/nn"
)

// GaussianMixture is a mixture of normal densities with diagonal covariances, p(z) = Σₖ πₖ N(z; μₖ, diag σₖ²), with
// weights π = softmax of the logits.
//
// Its numbers are "logits" (1, Components), "means" (Components, dim) and "log_scales" (Components, dim): parameters
// with Learn, otherwise state that is saved with the model.
type GaussianMixture struct {
	Components int         // how many; zero is as many as there are Means, Scales or Weights
	Means      [][]float64 // μ, a row for each component; nil draws them from N(0, I)
	Scales     [][]float64 // σ, positive, a row for each component; nil is ones
	Weights    []float64   // π, positive, divided by their sum; nil is all the same
	Learn      bool        // trains all three, from these values on
}

var _ Base = GaussianMixture{}

// Dim returns the number of dimensions, 0 where neither Means nor Scales are given.
func (b GaussianMixture) Dim() int {
	for _, rows := range [][][]float64{b.Means, b.Scales} {
		if len(rows) > 0 {
			return len(rows[0])
		}
	}
	return 0
}

// LogProb writes ln Σₖ exp(ln πₖ + ln N(z; μₖ, diag σₖ²)), the largest term taken out of the sum.
func (b GaussianMixture) LogProb(s *nn.Scope, z *graph.Node) *graph.Node {
	k, dim := b.check(z), z.Shape()[1]
	number := s.State
	if b.Learn {
		number = s.Param
	}
	logits := number("logits", startAt(logs(b.Weights)), 1, k)
	means := number("means", b.startMeans(), k, dim)
	logScales := number("log_scales", startAt(logs(slices.Concat(b.Scales...))), k, dim)

	// Far out, squares overflow before their differences count: they are shrunk by a power of two, which costs no
	// digit.
	shrink := limits(z.Dtype()).shrink
	inverse := graph.Exp(graph.Neg(logScales))
	squares, terms, weights := make([]*graph.Node, k), make([]*graph.Node, k), make([]*graph.Node, k)
	for i := range k {
		u := graph.Mul(graph.Sub(z, graph.SliceRows(means, i, i+1)), graph.SliceRows(inverse, i, i+1))
		squares[i] = graph.Scale(graph.SumCols(graph.Square(graph.Scale(u, shrink))), -0.5)
		weights[i] = graph.SliceCols(logits, i, i+1)
	}
	nearest := largest(squares)
	for i := range k {
		norm := graph.Sub(weights[i], graph.SumCols(graph.SliceRows(logScales, i, i+1)))
		terms[i] = graph.Add(graph.Scale(graph.Scale(graph.Sub(squares[i], nearest), 1/shrink), 1/shrink), norm)
	}
	taken := graph.Scale(graph.Scale(nearest, 1/shrink), 1/shrink)
	return graph.Add(taken, graph.Sub(logSumExp(terms), graph.Shift(logSumExp(weights), logRoot2Pi(z))))
}

// Sample draws the component of every row, then the row.
func (b GaussianMixture) Sample(param func(string) []float64, rng *rand.Rand, dst []float64, dim int) {
	means, scales := param("means"), exps(param("log_scales"))
	logits := slices.Clone(param("logits"))
	floats.AddConst(-floats.Max(logits), logits)
	component := distuv.NewCategorical(exps(logits), rng)
	for from := 0; from < len(dst); from += dim {
		k := int(component.Rand())
		for d := range dim {
			dst[from+d] = means[k*dim+d] + scales[k*dim+d]*rng.NormFloat64()
		}
	}
}

// logSumExp returns ln Σ exp of columns (rows, 1), which is -Inf where all of them are.
func logSumExp(columns []*graph.Node) *graph.Node {
	top := largest(columns)
	sum := graph.SumCols(graph.Exp(graph.Sub(graph.Concat(columns...), top)))
	return graph.Add(graph.Log(sum), top)
}

// largest returns the largest of columns as a constant, for results that do not depend on it but for rounding.
func largest(columns []*graph.Node) *graph.Node {
	top := graph.Fill(columns[0], -limits(columns[0].Dtype()).max) // also of columns that are all -Inf
	for _, c := range columns {
		top = graph.Max(top, c)
	}
	return graph.Detach(top)
}

// check returns the number of components.
func (b GaussianMixture) check(z *graph.Node) int {
	k := b.Components
	for _, n := range []int{len(b.Means), len(b.Scales), len(b.Weights)} {
		switch {
		case k == 0:
			k = n
		case n != 0 && n != k:
			graph.Fail("GaussianMixture: %d components, %d Means, %d Scales and %d Weights, want as many of those that are given",
				b.Components, len(b.Means), len(b.Scales), len(b.Weights))
		}
	}
	if k < 1 {
		graph.Fail("GaussianMixture: %d components, want at least 1", k)
	}
	for i, row := range b.Means {
		checkFinite(z, fmt.Sprintf("GaussianMixture: Means[%d]", i), append([]float64{}, row...))
	}
	for i, row := range b.Scales {
		checkScale(z, fmt.Sprintf("GaussianMixture: Scales[%d]", i), append([]float64{}, row...))
	}
	for i, w := range b.Weights {
		if !(w > 0) || math.IsInf(w, 1) {
			graph.Fail("GaussianMixture: Weights[%d] is %v, want a positive number", i, w)
		}
	}
	return k
}

// startMeans gives the means their initial values.
func (b GaussianMixture) startMeans() nn.Init {
	if b.Means != nil {
		return startAt(slices.Concat(b.Means...))
	}
	return func(rng *rand.Rand, dst []float64, _, _ int) {
		for i := range dst {
			dst[i] = rng.NormFloat64()
		}
	}
}
