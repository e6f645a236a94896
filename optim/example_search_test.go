package optim_test

import (
	"context"
	"fmt"
	"log"
	"math"
	"math/rand/v2"

	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/data/toy"
	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/nn"
	"github.com/go-ffjord/ffjord/optim"
)

// A search over settings of one's own finds out which width and rate suit a flow, by rows that training does not see.
func ExampleSearch() {
	rng := rand.New(rand.NewPCG(1, 0))
	parts, err := data.Holdout{NoTest: true, Validation: 0.3}.Split(toy.Draw(toy.Moons{Noise: 0.1}, 300, rng), nil)
	if err != nil {
		log.Fatal(err)
	}
	type settings struct {
		Width int
		Rate  float64
	}
	search := optim.Search[settings]{
		Draw: func(rng *rand.Rand) settings {
			return settings{Width: 4 << rng.IntN(3), Rate: 0.1 * math.Pow(10, -3*rng.Float64())} // 1e-4 to 0.1
		},
		Trials: 4,
		Seed:   1,
		Loss: func(ctx context.Context, s settings) (float64, error) {
			flow := &flows.Flow{
				Dim:    2,
				Blocks: flows.FFJORD{Field: nn.MLP{Hidden: []int{s.Width}}},
				Params: nn.NewParams(rand.New(rand.NewPCG(1, 0))),
			}
			trainer := optim.Trainer{Optimizer: &optim.Adam{LR: s.Rate}, Epochs: 4, Batch: 32, Seed: 1}
			if err := trainer.Run(ctx, flow.NLL(), parts.Train); err != nil {
				return 0, err
			}
			return flow.HeldOut(parts.Validation)(ctx)
		},
	}
	trials, err := search.Run(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	best, _ := trials.Best()
	fmt.Println(len(trials), "trials, the best at a rate above 1e-3:", best.Settings.Rate > 1e-3)
	// fmt.Print(trials) prints them all as a table.

	// Output:
	// 4 trials, the best at a rate above 1e-3: true
}
