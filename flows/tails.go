package flows

import (
	"math"
	"slices"

	"github.com/go-ffjord/ffjord/graph"
)

// tails are those of t distributions of ν degrees of freedom, side by side: -½ (ν+1) ln(1 + (y/a)²) of distances y ≥ 0
// from the centre (rows, dim), with a = √ν scale of each column. Neither y² nor a, nor ν, need be numbers of y's
// element type. With a power of two L far beyond a,
//
//	ln(1 + (y/a)²) = ln(1 + (min(y, L)/a)²) + 2 ln max(y/L, 1)
//
// to the last digit.
type tails struct {
	typeLimits
	df      float64
	root    []float64 // √((1+1/ν)/2)/scale
	inverse []float64 // 1/a
	centre  []float64 // a/32
	knee    []float64 // L
	shrink  []float64 // 1/L
	most    []float64 // what y/L is limited to: 1, where 1/L is above 1, and the rest is taken apart
	beyond  []float64 // 2 ln of what L is too large by, where the true one is below all numbers
}

// tailsOf returns the tails of columns of the given scales.
func tailsOf(l typeLimits, df float64, scales []float64) tails {
	t := tails{typeLimits: l, df: df}
	for _, scale := range scales {
		log2a := 0.5*math.Log2(df) + math.Log2(scale)
		k := math.Ceil(log2a) + l.digits/2 + 1
		tooLow := max(0, l.least-k)
		log2a, k = log2a+tooLow, k+tooLow
		knee, shrink, most := math.Exp2(k), math.Exp2(-k), l.max
		if k >= l.most { // nothing lies beyond
			knee, shrink = l.max, 0
		}
		if k < 0 {
			most = 1
		}
		t.root = append(t.root, math.Sqrt(0.5+0.5/df)/scale)
		t.inverse = append(t.inverse, math.Exp2(-log2a))
		t.centre = append(t.centre, min(l.max, math.Exp2(log2a-5)))
		t.knee, t.shrink, t.most = append(t.knee, knee), append(t.shrink, shrink), append(t.most, most)
		t.beyond = append(t.beyond, 2*math.Ln2*tooLow)
	}
	return t
}

// logProb writes the tails' logarithms (rows, dim).
func (t tails) logProb(y *graph.Node) *graph.Node {
	within := graph.Min(y, constantColumns(y, t.knee))
	x := graph.Square(graph.Mul(within, constantColumns(y, t.inverse)))
	half := t.df/2 + 0.5
	if t.df <= t.manyDF {
		return graph.Scale(graph.Add(graph.Log1p(x), t.far(y)), -half)
	}
	// Near the centre x is too small a number: ½ (ν+1) ln(1+x) = ½ (1+1/ν) u² (1 - x/2 + x²/3), u = y/scale.
	const rim = 0x1p-10
	centre := graph.Min(within, constantColumns(y, t.centre))
	u := graph.Mul(centre, constantColumns(y, t.root))
	x0 := graph.Square(graph.Mul(centre, constantColumns(y, t.inverse)))
	series := graph.Shift(graph.Mul(x0, graph.Shift(graph.Scale(x0, 1./3), -1./2)), 1)
	outer := graph.Shift(graph.Log1p(graph.Max(graph.Fill(x, rim), x)), -math.Log1p(rim))
	// What is above 0 may overflow, and 0 stays 0.
	most := min(half, t.max)
	rest := graph.Scale(graph.Scale(graph.Add(outer, t.far(y)), most), min(half/most, t.max))
	return graph.Neg(graph.Add(graph.Mul(graph.Square(u), series), rest))
}

// far writes 2 ln max(y/L, 1).
func (t tails) far(y *graph.Node) *graph.Node {
	near := y
	split := slices.Contains(t.most, 1)
	if split {
		near = graph.Min(y, constantColumns(y, t.most))
	}
	far := logAbove1(graph.Mul(near, constantColumns(y, t.shrink)))
	if split {
		rest := make([]float64, len(t.most))
		for d, most := range t.most {
			if most == 1 {
				rest[d] = 1
			}
		}
		far = graph.Add(far, logAbove1(graph.Mul(y, constantColumns(y, rest))))
	}
	far = graph.Scale(far, 2)
	if slices.Max(t.beyond) > 0 {
		zero := graph.Fill(y, 0)
		far = graph.Add(far, graph.Where(graph.Gt(y, zero), constantColumns(y, t.beyond), zero))
	}
	return far
}

// logAbove1 writes ln x where x is above 1, and 0 elsewhere, at 1 with the derivative 0.
func logAbove1(x *graph.Node) *graph.Node { return graph.Log(graph.Max(graph.Fill(x, 1), x)) }
