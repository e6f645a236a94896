package nn

import (
	"strings"

	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/internal/quote"
)

// Activation is an element-wise function as a layer, by its name: Activation("tanh") is Tanh, so that a flag or a file
// can choose one. NaN stays NaN. At its kink, 0, ReLU has the derivative 0. A function that is not here is a type of
// one's own with an Apply, or a [Func].
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

// functions are what the activations stand for.
var functions = []struct {
	name  Activation
	apply Func
}{
	{Identity, func(x *graph.Node) *graph.Node { return x }},
	{Tanh, graph.Tanh},
	{Sigmoid, graph.Sigmoid},
	{Softplus, graph.Softplus},
	{ReLU, graph.ReLU},
	{ELU, elu},
	{SiLU, func(x *graph.Node) *graph.Node { return graph.Mul(x, graph.Sigmoid(x)) }},
	{Sin, graph.Sin},
	{Square, graph.Square},
}

// Activations returns the activations of this package.
func Activations() []Activation {
	var all []Activation
	for _, f := range functions {
		all = append(all, f.name)
	}
	return all
}

// Apply returns the function of x, of its shape.
func (a Activation) Apply(_ *Scope, x *graph.Node) *graph.Node {
	var names []string
	for _, f := range functions {
		if f.name == a {
			return f.apply(x)
		}
		names = append(names, string(f.name))
	}
	known := strings.Join(names, ", ")
	graph.Fail("activation %s is unknown; want one of %s, or a layer of your own", quote.Text(string(a)), known)
	return nil
}

// elu evaluates the exponential where x ≤ 0 only, so that large x cannot overflow it.
func elu(x *graph.Node) *graph.Node {
	zero := graph.Fill(x, 0)
	negative := graph.Expm1(graph.Where(graph.Gt(x, zero), zero, x))
	return graph.Where(graph.Gt(x, zero), x, negative)
}
