package mpi_test

import (
	"context"
	"fmt"
	"math/rand/v2"

	"github.com/go-ffjord/ffjord/data/toy"
	"github.com/go-ffjord/ffjord/dist/mpi"
	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/nn"
	"github.com/go-ffjord/ffjord/optim"
)

// Every rank makes the same model and reads the same rows; mpirun starts as many as it is asked for.
func Example() {
	world, err := mpi.Init()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer world.Close() // after a failure too: rank 0 may still be writing its checkpoint
	flow := flows.Flow{
		Dim: 2, Params: nn.NewParams(rand.New(rand.NewPCG(1, 0))), Blocks: flows.FFJORD{Field: nn.MLP{Hidden: []int{32}}},
	}
	rows := toy.Draw(toy.Moons{Noise: 0.1}, 10000, rand.New(rand.NewPCG(2, 0)))
	fit := optim.Trainer{Epochs: 20, Batch: 1024, Seed: 3, Reducer: world}
	if err := fit.Run(context.Background(), flow.NLL(), rows); err != nil {
		fmt.Println(err)
		return
	}
	if rank, _ := world.Rank(); rank == 0 { // all have the same model
		if err := flow.Save("moons.safetensors", nil); err != nil {
			fmt.Println(err)
		}
	}
}
