package main

// join finds the others of a team. This program is always alone; dist/mpi builds it with a file in place of this one that
// joins the ranks of an MPI job.
func join() (team, error) { return team{}, nil }
