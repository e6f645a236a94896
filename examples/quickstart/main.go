// Quickstart does the whole job in one file to take home: rows, training, scores, new rows, a model in a file, a
// picture.
//
//	go run ./examples/quickstart
package main

import (
	"context"
	"fmt"
	"log"
	"math/rand/v2"
	"os"
	"os/signal"

	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/data/toy"
	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/nn"
	"github.com/go-ffjord/ffjord/optim"
	"github.com/go-ffjord/ffjord/optim/progress"
	"github.com/go-ffjord/ffjord/viz"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, "quickstart.safetensors", "quickstart.png"); err != nil {
		log.Fatal(err)
	}
}

// run learns the density of rows, and leaves the model and a picture of it.
func run(ctx context.Context, model, picture string) error {
	rng := rand.New(rand.NewPCG(1, 0))
	rows := toy.Draw(toy.Moons{Noise: 0.06}, 5000, rng) // yours: table, err := data.CSV{}.ReadFile("rows.csv"), and table.X
	parts, err := data.Holdout{}.Split(rows, rng)       // a tenth to test, a tenth of the rest to validate
	if err != nil {
		return err
	}
	scale, err := data.FitStandardize(parts.Train)
	if err != nil {
		return err
	}

	block := flows.FFJORD{Field: nn.MLP{Hidden: []int{16, 16}}}
	flow := &flows.Flow{ // from the normal density, at the left, to the rows as they are
		Dim:    2,
		Blocks: flows.Chain{block, block, block, flows.Standardize(scale)}, // each with parameters of its own
		Params: nn.NewParams(rng),
	}
	display := &progress.Display{}
	trainer := optim.Trainer{
		Rate:       optim.Cosine(1e-2, 1e-4),
		Epochs:     40,
		Validation: &optim.Validation{Loss: flow.HeldOut(parts.Validation), Patience: 10}, // the best is kept
		Observe:    display.Observe,
	}
	if err := trainer.Run(ctx, flow.NLL(), parts.Train); err != nil {
		return err
	}

	nll, err := flow.HeldOut(parts.Test)(ctx) // flow.LogProb(ctx, x) has it for each row
	if err != nil {
		return err
	}
	sample, err := flow.Sample(ctx, 3, rng)
	if err != nil {
		return err
	}
	fmt.Printf("-log p of the test rows: %.3f nats\nthree new rows:\n%v", nll, sample)
	if err := flow.Save(model, nil); err != nil { // flows.Load(ctx, model, rng, nil) has it back
		return err
	}

	grid, err := viz.Cover(rows.Float64s())
	if err != nil {
		return err
	}
	logp, err := flow.LogProb(ctx, data.Rows(2, grid.Points()...))
	if err != nil {
		return err
	}
	return viz.Save(picture, viz.Density{Grid: grid, Learnt: logp})
}
