package main

import (
	"iter"
	"math/rand/v2"

	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/data/toy"
)

// deals is the number of batches of an epoch.
const deals = 50

// fresh draws the points of every epoch anew: none is ever seen twice, so that nothing can be learnt by heart.
//
// It draws an epoch at once, and not each batch, since some sets space their points evenly: a few of them have gaps
// that many have not.
type fresh struct {
	of    toy.Distribution
	batch int
	rng   *rand.Rand
	err   error
}

var _ data.Source = (*fresh)(nil)

// Len returns the number of batches of an epoch.
func (s *fresh) Len() int { return deals }

// Err returns what broke the last epoch off, nil if nothing did.
func (s *fresh) Err() error { return s.err }

// Epoch draws the points of an epoch and deals them.
func (s *fresh) Epoch() iter.Seq[*tensor.Dense] {
	return func(yield func(*tensor.Dense) bool) {
		points, err := s.of.Sample(deals*s.batch, s.rng)
		if s.err = err; err != nil {
			return
		}
		batches, err := data.NewBatches(points, s.batch, nil)
		if s.err = err; err != nil {
			return
		}
		batches.Epoch()(yield)
	}
}
