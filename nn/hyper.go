package nn

import (
	"math/rand/v2"

	"github.com/go-ffjord/ffjord/graph"
)

// Hyper is a linear map whose weights are themselves a small network of the time, x·W(t) + b(t), with W(t) and b(t)
// affine in h = tanh(t·a + c) of width Hidden (Grathwohl et al. 2019):
//
//	W(t) = W₀ + Σₖ hₖ·Wₖ,   b(t) = b₀ + Σₖ hₖ·bₖ
//
// Its parameters are "hidden.weight" a and "hidden.bias" c, (1, Hidden) each, "weight" ((1+Hidden)·in, Out) with the
// matrices W₀, W₁, ... one below the other, and "bias" (1+Hidden, Out) with the rows b₀, b₁, ... At first c is drawn
// from N(0, 0.01²), W₀ and b₀ as Map says, and all else is 0. As an MLP's Time, nn.Hyper{}, it makes all its maps.
//
// In the paper's code a and c are _hypernet.0, and the one linear layer _hypernet.2, of weight A (Out+Out·in, Hidden)
// and bias d, writes b and behind it W by rows (Out, in), both counted from 0:
//
//	b₀[j] = d[j]              bₖ[j] = A[j, k-1]
//	W₀[i, j] = d[Out+j·in+i]  Wₖ[i, j] = A[Out+j·in+i, k-1]
type Hyper struct {
	Map    Linear // width and condition of the map; Init and BiasInit draw W₀ and b₀, and nil is N(0, 0.01²)
	Hidden int    // width of h; zero is 8
}

var (
	_ Layer = Hyper{}
	_ Timed = Hyper{}
)

// Apply returns x·W(t) + b(t), shape (rows, Out).
func (l Hyper) Apply(s *Scope, x *graph.Node) *graph.Node {
	hidden, m := l.Hidden, l.Map.sized(x)
	if hidden == 0 {
		hidden = 8
	}
	switch {
	case hidden < 0:
		graph.Fail("Hyper: hidden width %d, want at least 1", hidden)
	case m.Spectral != 0:
		graph.Fail("Hyper: Spectral is %d, want 0: weights that change with the time are not normalised", m.Spectral)
	}
	if m.Init == nil {
		m.Init = small
	}
	if m.BiasInit == nil {
		m.BiasInit = small
	}
	h := graph.Tanh(s.Apply("hidden", Linear{Out: hidden, Init: Zeros, BiasInit: small}, s.Time()))

	// x·W(t) = ([1, h] ⊗ x)·W for the stacked W: one product, and no row has a matrix of its own.
	x = m.input(s, x)
	in := width(x)
	scaled := []*graph.Node{x}
	for k := range hidden {
		scaled = append(scaled, graph.Mul(graph.SliceCols(h, k, k+1), x))
	}
	y := graph.MatMul(graph.Concat(scaled...), s.Param("weight", first(m.Init, in), (1+hidden)*in, m.Out))
	if m.NoBias {
		return y
	}
	b := s.Param("bias", first(m.biasInit(in), 1), 1+hidden, m.Out)
	return graph.Add(y, graph.MatMul(graph.Concat(graph.FillCols(h, 1, 1), h), b))
}

// Linear returns the layer with the settings of m and the hidden width of l.
func (l Hyper) Linear(_ int, m Linear) Layer { return Hyper{Map: m, Hidden: l.Hidden} }

// small draws from N(0, 0.01²).
func small(rng *rand.Rand, dst []float64, _, _ int) { normal(rng, dst, 0.01) }

// first draws the first rows of a matrix and makes the others 0.
func first(init Init, rows int) Init {
	return func(rng *rand.Rand, dst []float64, _, out int) {
		clear(dst)
		init(rng, dst[:rows*out], rows, out)
	}
}
