package flows_test

import (
	"context"
	"fmt"
	"log"
	"math/rand/v2"

	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/nn"
	"github.com/go-ffjord/ffjord/optim"
)

// show prints log p of rows by a base alone.
func show(base flows.Base, dim int, rows ...float64) {
	flow := flows.Flow{Dim: dim, Base: base, Params: nn.NewParams(rand.New(rand.NewPCG(1, 0)))}
	logp, err := flow.LogProb(context.Background(), tensor.New(tensor.WithShape(len(rows)/dim, dim), tensor.WithBacking(rows)))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%.3f\n", logp)
}

func ExampleNormal() {
	show(flows.Normal{Loc: []float64{0, 5}, Scale: []float64{1, 2}}, 2,
		0, 5, // the mean
		1, 7) // a deviation off in both
	// Output:
	// [-2.531 -3.531]
}

func ExampleUniform() {
	show(flows.Uniform{High: []float64{2, 2}}, 2,
		1, 1,
		1, 2,
		1, 3)
	// Output:
	// [-1.386 -1.386 -Inf]
}

// Ten scales out, a t distribution of three degrees of freedom has e⁴³ times the density of a normal one.
func ExampleStudentT() {
	show(flows.StudentT{}, 1, 0, 10)
	show(flows.Normal{}, 1, 0, 10)
	// Output:
	// [-1.001 -8.073]
	// [-0.919 -50.919]
}

// A mixture that is learnt finds the clusters of its data.
func ExampleGaussianMixture() {
	rng, ctx := rand.New(rand.NewPCG(1, 0)), context.Background()
	x := make([]float32, 2*1000) // three quarters at (2, -1), the others at (-2, 1)
	for i := range 1000 {
		x[2*i], x[2*i+1] = 2, -1
		if i%4 == 0 {
			x[2*i], x[2*i+1] = -2, 1
		}
		x[2*i] += float32(0.3 * rng.NormFloat64())
		x[2*i+1] += float32(0.3 * rng.NormFloat64())
	}
	flow := flows.Flow{
		Base:   flows.GaussianMixture{Means: [][]float64{{1, 0}, {-1, 0}}, Learn: true},
		Params: nn.NewParams(rng),
	}
	fit := optim.Trainer{Optimizer: &optim.Adam{LR: 0.05}, Epochs: 30}
	if err := fit.Run(ctx, flow.NLL(), tensor.New(tensor.WithShape(1000, 2), tensor.WithBacking(x))); err != nil {
		log.Fatal(err)
	}
	fmt.Printf("means %.1f\n", flow.Params.Get("base.means").Numbers())
	logits := flow.Params.Get("base.logits").Numbers()
	fmt.Printf("odds  %.1f nats\n", logits[0]-logits[1])
	// Output:
	// means [2.0 -1.0 -2.0 1.0]
	// odds  1.1 nats
}
