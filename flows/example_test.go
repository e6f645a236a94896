package flows_test

import (
	"context"
	"fmt"
	"log"
	"math/rand/v2"

	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/nn"
	"github.com/go-ffjord/ffjord/ode"
	"github.com/go-ffjord/ffjord/optim"
)

// Fit a density to rows, evaluate it, and draw from it.
func Example() {
	rng := rand.New(rand.NewPCG(1, 0))
	data := make([]float32, 2*1024) // two clusters, at (-2, 0) and (2, 0)
	for i := range 1024 {
		data[2*i] = float32(rng.NormFloat64()*0.3) + float32(4*(i%2)-2)
		data[2*i+1] = float32(rng.NormFloat64() * 0.3)
	}
	train := tensor.New(tensor.WithShape(1024, 2), tensor.WithBacking(data))

	flow := flows.Flow{
		Dim:    2,
		Blocks: flows.FFJORD{Field: nn.MLP{Hidden: []int{16}}},
		Params: nn.NewParams(rng),
	}
	ctx := context.Background()
	fit := optim.Trainer{Optimizer: &optim.Adam{LR: 0.05}, Epochs: 10}
	if err := fit.Run(ctx, flow.NLL(), train); err != nil {
		log.Fatal(err)
	}

	x := tensor.New(tensor.WithShape(2, 2), tensor.WithBacking([]float32{2, 0, 0, 0}))
	logp, err := flow.LogProb(ctx, x)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("more likely in a cluster than between them:", logp[0] > logp[1]+2)
	sample, err := flow.Sample(ctx, 1000, rng)
	if err != nil {
		log.Fatal(err)
	}
	right := 0
	for i, v := range sample.Data().([]float32) {
		if i%2 == 0 && v > 0 {
			right++
		}
	}
	fmt.Println("about half of the samples on each side:", right > 400 && right < 600)
	// Output:
	// more likely in a cluster than between them: true
	// about half of the samples on each side: true
}

// A block without a network: the field z ↦ z/2 stretches the standard normal density to the standard deviation √e.
func ExampleFFJORD() {
	half := nn.Func(func(z *graph.Node) *graph.Node { return graph.Scale(z, 0.5) })
	flow := flows.Flow{
		Dim:    1,
		Blocks: flows.FFJORD{Field: half, T0: 0, T1: 1, Solver: ode.Solver{Method: ode.Dopri5, Steps: 10}},
		Params: &nn.Params{Dtype: tensor.Float64},
	}
	ctx := context.Background()
	z := data.Rows(1, 1, -2)
	x, logDet, err := flow.Forward(ctx, z)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("x = %.4f, log det = %.4f\n", x.Data(), logDet)
	logp, err := flow.LogProb(ctx, x)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("log p(x) = %.4f\n", logp)
	// Output:
	// x = [1.6487 -3.2974], log det = [0.5000 0.5000]
	// log p(x) = [-1.9189 -3.4189]
}

// In many dimensions an estimate of the trace costs a fraction of the trace. Here the Jacobian is diagonal, where the
// estimate is the trace itself.
func ExampleHutchinson() {
	shrink := nn.Func(func(z *graph.Node) *graph.Node { return graph.Scale(z, -0.01) })
	flow := flows.Flow{
		Dim:    100,
		Blocks: flows.FFJORD{Field: shrink, Trace: flows.Hutchinson{Rand: rand.New(rand.NewPCG(1, 0))}},
		Params: &nn.Params{Dtype: tensor.Float64},
	}
	_, logDet, err := flow.Forward(context.Background(),
		tensor.New(tensor.WithShape(1, 100), tensor.WithBacking(make([]float64, 100))))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("log det = %.3f\n", logDet[0])
	// Output: log det = -1.000
}

// well is a field whose trace is known: f = -z|z|² in dim dimensions has tr ∂f/∂z = -(dim + 2)|z|².
type well struct{}

func (well) Apply(_ *nn.Scope, z *graph.Node) *graph.Node {
	return graph.Neg(graph.Mul(z, graph.SumCols(graph.Square(z))))
}

// Trace makes well a flows.Trace as well: no derivative is needed.
func (well) Trace(_ *graph.Graph, z, _ *graph.Node) *graph.Node {
	dim := z.Shape()[1]
	return graph.Scale(graph.SumCols(graph.Square(z)), -float64(dim+2))
}

// A trace of one's own is one method. Here both are -2 ln(1 + 2|z|²).
func ExampleTrace() {
	z := data.Rows(2, 1, 0.5)
	for _, trace := range []flows.Trace{flows.Exact{}, well{}} {
		flow := flows.Flow{
			Dim:    2,
			Blocks: flows.FFJORD{Field: well{}, Trace: trace, Solver: ode.Solver{Method: ode.Dopri5, Steps: 20}},
			Params: &nn.Params{Dtype: tensor.Float64},
		}
		_, logDet, err := flow.Forward(context.Background(), z)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%T: log det = %.4f\n", trace, logDet[0])
	}
	// Output:
	// flows.Exact: log det = -2.5055
	// flows_test.well: log det = -2.5055
}
