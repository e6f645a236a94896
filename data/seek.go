package data

import (
	"errors"
	"fmt"
	"math/rand/v2"
)

var (
	_ Seeker = (*Batches)(nil)
	_ Seeker = (*Stream)(nil)
)

// Seeker is a [Source] that can deal any epoch again.
type Seeker interface {
	Source
	// Seek makes the next epoch the one of that number, from 0. It is an error where the order of the epochs is drawn
	// from a *rand.Rand and not from a seed.
	Seek(epoch int) error
}

// epochs numbers the epochs of a source and has the random numbers of each.
type epochs struct {
	rng    *rand.Rand // of the caller: goes on from epoch to epoch
	seeded bool       // instead of rng: each epoch's own, from seed and its number
	seed   uint64
	next   int
}

// draw returns the random numbers of the next epoch, nil for none, and goes to the one after.
func (e *epochs) draw() *rand.Rand {
	rng := e.rng
	if e.seeded {
		rng = rand.New(rand.NewPCG(e.seed, uint64(e.next)))
	}
	e.next++
	return rng
}

func (e *epochs) seek(epoch int) error {
	if epoch < 0 {
		return fmt.Errorf("data: epoch %d, want 0 or more", epoch)
	}
	if e.rng != nil {
		return errors.New("data: the order of the epochs is drawn from a *rand.Rand: want a seed to go to one of them")
	}
	e.next = epoch
	return nil
}

// Seek makes the next epoch the one of that number, see [Seeker].
func (b *Batches) Seek(epoch int) error { return b.epochs.seek(epoch) }

// Seek makes the next epoch the one of that number, see [Seeker].
func (s *Stream) Seek(epoch int) error { return s.epochs.seek(epoch) }
