package nn

import "github.com/go-ffjord/ffjord/graph"

// Squash is a linear map with a gate that the time opens and closes, (x·W + b) ⊙ σ(t·a + c) (Grathwohl et al. 2019).
// Its fields are those of Linear; its parameters are Linear's and "gate_weight" a and "gate_bias" c, each (1, Out) and
// drawn from U(-1, 1). As an MLP's Time, nn.Squash{}, it makes all its maps.
//
// In the paper's code W and b are _layer, a and c are _hyper.
type Squash Linear

// ConcatSquash is a linear map with a gate and a shift by the time, (x·W + b) ⊙ σ(t·a + c) + t·u (Grathwohl et al.
// 2019). Its fields are those of Linear; its parameters are Linear's, Squash's and "shift_weight" u (1, Out), drawn
// from U(-1, 1). As an MLP's Time, nn.ConcatSquash{}, it makes all its maps.
//
// In the paper's code W and b are _layer, a and c are _hyper_gate, u is _hyper_bias.
type ConcatSquash Linear

// ConcatV2 is a linear map with a shift by the time, x·W + b + t·u (Grathwohl et al. 2019). Its fields are those of
// Linear; its parameters are Linear's and "shift_weight" u (1, Out), drawn from U(-1, 1). It is the map of
// Concat with the time's row of W as a parameter of its own. As an MLP's Time, nn.ConcatV2{}, it makes all its maps.
//
// In the paper's code W and b are _layer, u is _hyper_bias.
type ConcatV2 Linear

var (
	_ Traced = Squash{}
	_ Timed  = Squash{}
	_ Traced = ConcatSquash{}
	_ Timed  = ConcatSquash{}
	_ Traced = ConcatV2{}
	_ Timed  = ConcatV2{}
)

// Apply returns (x·W + b) ⊙ σ(t·a + c), shape (rows, Out).
func (l Squash) Apply(s *Scope, x *graph.Node) *graph.Node {
	y, _ := l.affine(s, x)
	return y
}

// ApplyTraced returns Apply's result and Σ_d W[d, d]·σ(t·a + c)[d].
func (l Squash) ApplyTraced(s *Scope, x *graph.Node) (y, trace *graph.Node) {
	return applyTraced(l, s, x)
}

func (l Squash) affine(s *Scope, x *graph.Node) (*graph.Node, slope) {
	y, j := Linear(l).affine(s, x)
	j.gate = timeGate(s, width(y))
	return graph.Mul(y, j.gate), j
}

// Apply returns (x·W + b) ⊙ σ(t·a + c) + t·u, shape (rows, Out).
func (l ConcatSquash) Apply(s *Scope, x *graph.Node) *graph.Node {
	y, _ := l.affine(s, x)
	return y
}

// ApplyTraced returns Apply's result and Σ_d W[d, d]·σ(t·a + c)[d].
func (l ConcatSquash) ApplyTraced(s *Scope, x *graph.Node) (y, trace *graph.Node) {
	return applyTraced(l, s, x)
}

func (l ConcatSquash) affine(s *Scope, x *graph.Node) (*graph.Node, slope) {
	y, j := Squash(l).affine(s, x)
	return graph.Add(y, timeShift(s, width(y))), j
}

// Apply returns x·W + b + t·u, shape (rows, Out).
func (l ConcatV2) Apply(s *Scope, x *graph.Node) *graph.Node {
	y, _ := l.affine(s, x)
	return y
}

// ApplyTraced returns Apply's result and tr W, of the rows of W that x meets.
func (l ConcatV2) ApplyTraced(s *Scope, x *graph.Node) (y, trace *graph.Node) {
	return applyTraced(l, s, x)
}

func (l ConcatV2) affine(s *Scope, x *graph.Node) (*graph.Node, slope) {
	y, j := Linear(l).affine(s, x)
	return graph.Add(y, timeShift(s, width(y))), j
}

// Linear returns the map with the settings of l.
func (Squash) Linear(_ int, l Linear) Layer { return Squash(l) }

// Linear returns the map with the settings of l.
func (ConcatSquash) Linear(_ int, l Linear) Layer { return ConcatSquash(l) }

// Linear returns the map with the settings of l.
func (ConcatV2) Linear(_ int, l Linear) Layer { return ConcatV2(l) }

// timeGate returns σ(t·a + c), shape (rows, out).
func timeGate(s *Scope, out int) *graph.Node {
	slope := graph.MatMul(s.Time(), s.Param("gate_weight", UniformFanIn, 1, out))
	return graph.Sigmoid(graph.Add(slope, s.Param("gate_bias", UniformFanIn, 1, out)))
}

// timeShift returns t·u, shape (rows, out).
func timeShift(s *Scope, out int) *graph.Node {
	return graph.MatMul(s.Time(), s.Param("shift_weight", UniformFanIn, 1, out))
}
