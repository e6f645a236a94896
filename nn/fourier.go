package nn

import (
	"math"

	"github.com/go-ffjord/ffjord/graph"
)

// Fourier feeds the time to a network as waves: cos(kπt) for k = 1, ..., Freqs and then sin(kπt), 2·Freqs columns. As a
// layer it puts those columns in front of x; as an MLP's Time it puts them in front of the first map's input, as zuko's
// CNF does (Rozet et al. 2022): [cos πt, ..., cos Freqs·πt, sin πt, ..., sin Freqs·πt, x, c] with the condition c,
// where there is one. All other maps see no time.
type Fourier struct {
	Freqs int // number of frequencies; zero is 3
}

var (
	_ Layer = Fourier{}
	_ Timed = Fourier{}
)

// Apply returns [cos πt, ..., sin πt, ..., x], shape (rows, 2·Freqs + width of x).
func (l Fourier) Apply(s *Scope, x *graph.Node) *graph.Node {
	n := l.Freqs
	switch {
	case n == 0:
		n = 3
	case n < 0:
		graph.Fail("Fourier: %d frequencies, want at least 1", n)
	}
	s.Graph().Reserve("frequencies of the time", n, "")
	columns := make([]*graph.Node, 2*n, 2*n+1)
	for k := range n {
		angle := graph.Scale(s.Time(), float64(k+1)*math.Pi)
		columns[k], columns[n+k] = graph.Cos(angle), graph.Sin(angle)
	}
	return graph.Concat(append(columns, x)...)
}

// Linear returns the linear map that sees [cos πt, ..., sin πt, ..., h], or h alone where i > 0.
func (l Fourier) Linear(i int, m Linear) Layer {
	if i > 0 {
		return m
	}
	return timedLinear{time: l, linear: m}
}
