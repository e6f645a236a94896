// Package mpi joins the processes of an MPI job as the ranks of one training run: its [World] is an optim.Reducer.
//
//	world, err := mpi.Init()
//	...
//	defer world.Close()
//	fit := optim.Trainer{Reducer: world}
//	err = fit.Run(ctx, flow.NLL(), rows) // on every rank
//
// It is a thin binding of MPI's C interface by cgo, in a module of its own, so that nobody else needs a C compiler or
// MPI. Build with CC=mpicc, which knows where the machine's MPI has its headers and libraries, and start with mpirun:
//
//	CC=mpicc go build -o train . && mpirun -n 4 ./train
//
// All exchanges are of MPI's non-blocking kind, so that a context and a bound on time can end them; a rank that waits
// sleeps between looks instead of keeping a core busy.
//
// What may enter this package: exchanges of bytes and numbers between ranks. It knows no flow and no trainer.
package mpi
