package nn

import "github.com/go-ffjord/ffjord/graph"

// Mixture is a sum of fields, weighted by the time: Σₖ wₖ(t)·fₖ(t, x) with w(t) = t·A + c (Grathwohl et al. 2019). The
// weights may be negative and do not sum to 1. Its parameters are "weight" A and "bias" c, (1, number of fields)
// each and drawn from U(-1, 1); the fields stand in scopes "0", "1", ...
//
// In the paper's code A and c are mixture_weights and the fields are experts.
type Mixture []Layer

var _ Layer = Mixture(nil)

// Apply returns Σₖ wₖ(t)·fₖ(t, x). All fields have one width.
func (l Mixture) Apply(s *Scope, x *graph.Node) *graph.Node {
	if len(l) == 0 {
		graph.Fail("Mixture: no fields, want at least 1")
	}
	w := Linear{Out: len(l), Init: UniformFanIn, BiasInit: UniformFanIn}.Apply(s, s.Time())
	var sum *graph.Node
	for k, field := range l {
		f := s.Apply(index(k), field, x)
		term := graph.Mul(graph.SliceCols(w, k, k+1), f)
		switch {
		case sum == nil:
			sum = term
		case width(term) != width(sum):
			graph.Fail("Mixture: field %d has width %d, and field 0 has %d", k, width(term), width(sum))
		default:
			sum = graph.Add(sum, term)
		}
	}
	return sum
}
