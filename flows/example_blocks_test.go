package flows_test

import (
	"context"
	"fmt"
	"log"
	"math/rand/v2"

	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/nn"
	"github.com/go-ffjord/ffjord/optim"
)

// heights are centimetres and kilograms of 400 people, related.
func heights(rng *rand.Rand) *tensor.Dense {
	rows := make([]float32, 2*400)
	for i := 0; i < len(rows); i += 2 {
		tall := rng.NormFloat64()
		rows[i], rows[i+1] = float32(170+10*tall), float32(70+9*tall+6*rng.NormFloat64())
	}
	return tensor.New(tensor.WithShape(400, 2), tensor.WithBacking(rows))
}

// The fit of a data set becomes the block next to the data: the model takes and gives centimetres and kilograms.
func ExampleStandardize() {
	rng, ctx := rand.New(rand.NewPCG(1, 0)), context.Background()
	train := heights(rng)
	fit, err := data.FitStandardize(train)
	if err != nil {
		log.Fatal(err)
	}
	flow := flows.Flow{Dim: 2, Params: nn.NewParams(rng), Blocks: flows.Chain{
		flows.FFJORD{Field: nn.MLP{Hidden: []int{8}}},
		flows.Standardize(fit),
	}}
	sample, err := flow.Sample(ctx, 1000, rng)
	if err != nil {
		log.Fatal(err)
	}
	var tall float64
	for i, v := range sample.Float64s() { // on the data's side of a Standardize
		if i%2 == 0 {
			tall += v / 1000
		}
	}
	fmt.Println("before training, people already measure", int(tall/10+0.5)*10, "cm")
	fmt.Println("kept with the model:", flow.Params.Get("block1.mean") != nil, flow.Params.Get("block1.std") != nil)
	// Output:
	// before training, people already measure 170 cm
	// kept with the model: true true
}

// A learnt Affine is the smallest flow: on a standard normal base it fits location and scale.
func ExampleAffine() {
	rng, ctx := rand.New(rand.NewPCG(1, 0)), context.Background()
	x := make([]float64, 5000)
	for i := range x {
		x[i] = 3 + 0.5*rng.NormFloat64()
	}
	flow := flows.Flow{Dim: 1, Blocks: flows.Affine{Learn: true}, Params: nn.NewParams(rng)}
	fit := optim.Trainer{Optimizer: &optim.Adam{LR: 0.05}, Epochs: 20}
	if err := fit.Run(ctx, flow.NLL(), tensor.New(tensor.WithShape(5000, 1), tensor.WithBacking(x))); err != nil {
		log.Fatal(err)
	}
	for p := range flow.Params.All() {
		fmt.Printf("%s %.1f\n", p.Name(), p.Numbers())
	}
	// Output:
	// block0.loc [3.0]
	// block0.log_scale [-0.7]
}

// Shares lie between 0 and 1, and so does everything that is drawn behind a Logit.
func ExampleLogit() {
	flow := flows.Flow{
		Dim:    1,
		Blocks: flows.Chain{flows.Affine{Scale: []float64{3}}, flows.Logit{}},
		Params: nn.NewParams(rand.New(rand.NewPCG(1, 0))),
	}
	z := data.Rows(1, -1, 0, 1)
	x, _, err := flow.Forward(context.Background(), z)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%.3f\n", x.Data())
	// Output:
	// [0.047 0.500 0.953]
}

// A permutation turns which dimension comes first.
func ExamplePermute() {
	flow := flows.Flow{Dim: 3, Blocks: flows.Permute{Order: []int{2, 0, 1}}, Params: &nn.Params{}}
	z := tensor.New(tensor.WithShape(1, 3), tensor.WithBacking([]float32{10, 11, 12}))
	x, logDet, err := flow.Forward(context.Background(), z)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(x.Data(), logDet)
	// Output:
	// [12 10 11] [0]
}

// The paper's flows for tables put a moving batch norm around every FFJORD. Its statistics come with training.
func ExampleMovingBatchNorm() {
	rng := rand.New(rand.NewPCG(1, 0))
	flow := flows.Flow{Dim: 2, Params: nn.NewParams(rng), Blocks: flows.Chain{
		flows.MovingBatchNorm{},
		flows.FFJORD{Field: nn.MLP{Hidden: []int{8}}},
		flows.MovingBatchNorm{},
	}}
	fit := optim.Trainer{Optimizer: &optim.Adam{LR: 0.01}, Batch: 20, Epochs: 5}
	if err := fit.Run(context.Background(), flow.NLL(), heights(rng)); err != nil {
		log.Fatal(err)
	}
	fmt.Printf("mean height and weight: %.0f\n", flow.Params.Get("block2.mean").Numbers())
	// Output:
	// mean height and weight: [170 70]
}
