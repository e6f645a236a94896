package nn

import (
	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/internal/quote"
)

// Activation is an element-wise function as a layer. NaN stays NaN. At its kink, 0, ReLU has the derivative 0.
type Activation string

// The activations. Each acts element by element.
const (
	Identity Activation = "identity" // x
	Tanh     Activation = "tanh"     // tanh x
	Sigmoid  Activation = "sigmoid"  // σ(x) = 1/(1 + e⁻ˣ)
	Softplus Activation = "softplus" // ln(1 + eˣ)
	ReLU     Activation = "relu"     // max(0, x)
	ELU      Activation = "elu"      // x where x > 0, eˣ - 1 elsewhere (Clevert et al. 2016)
	SiLU     Activation = "silu"     // x·σ(x), also called swish (Ramachandran et al. 2017)
	Sin      Activation = "sin"      // sin x
	Square   Activation = "square"   // x²
)

var _ Layer = Tanh

// Apply returns the function of x, of its shape.
func (a Activation) Apply(_ *Scope, x *graph.Node) *graph.Node {
	switch a {
	case Identity:
		return x
	case Tanh:
		return graph.Tanh(x)
	case Sigmoid:
		return graph.Sigmoid(x)
	case Softplus:
		return graph.Softplus(x)
	case ReLU:
		return graph.ReLU(x)
	case ELU:
		return elu(x)
	case SiLU:
		return graph.Mul(x, graph.Sigmoid(x))
	case Sin:
		return graph.Sin(x)
	case Square:
		return graph.Square(x)
	}
	const known = "identity, tanh, sigmoid, softplus, relu, elu, silu, sin or square"
	graph.Fail("nn: activation %s is unknown; want %s", quote.Text(string(a)), known)
	return nil
}

// elu evaluates the exponential where x ≤ 0 only, so that large x cannot overflow it.
func elu(x *graph.Node) *graph.Node {
	zero := graph.Fill(x, 0)
	negative := graph.Expm1(graph.Where(graph.Gt(x, zero), zero, x))
	return graph.Where(graph.Gt(x, zero), x, negative)
}
