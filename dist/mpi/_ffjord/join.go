package main

import (
	"context"
	"errors"
	"time"

	"github.com/go-ffjord/ffjord/dist/mpi"
)

// join finds the ranks of the MPI job, one where no mpirun has started it.
func join() (team, error) {
	world, err := mpi.Init()
	if err != nil {
		return team{}, err
	}
	end := func(err error) error {
		world.Timeout = -1 // the first measures the model while the others wait
		if err != nil {
			world.Timeout = 10 * time.Second // it may be writing its checkpoint; or it has gone
		}
		return errors.Join(world.Barrier(context.Background()), world.Close())
	}
	return team{world, end}, nil
}
