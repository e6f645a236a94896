package main

import "github.com/go-ffjord/ffjord/optim"

// team is the processes that fit one model together, as one of them sees them. The zero value is that of one alone.
type team struct {
	reducer optim.Reducer
	end     func(err error) error // parts from the others, after an error too
}

// first reports whether this is the one that writes the files and speaks to the user.
func (t team) first() bool {
	if t.reducer == nil {
		return true
	}
	rank, _ := t.reducer.Rank()
	return rank == 0
}

// leave parts from the others, once this one has ended by err.
func (t team) leave(err error) error {
	if t.end == nil {
		return nil
	}
	return t.end(err)
}
