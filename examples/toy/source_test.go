package main

import (
	"errors"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/data/toy"
)

// Two epochs are what the set draws in two goes, in batches.
func TestFreshPoints(t *testing.T) {
	const batch = 3
	set := toy.Checkerboard{}
	s := &fresh{of: set, batch: batch, rng: rand.New(rand.NewPCG(1, 2))}
	var got []float64
	for range 2 {
		dealt := 0
		for points := range s.Epoch() {
			require.Equal(t, tensor.Shape{batch, 2}, points.Shape())
			got = append(got, points.Float64s()...)
			dealt++
		}
		require.NoError(t, s.Err())
		assert.Equal(t, s.Len(), dealt)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	first, second := toy.Draw(set, deals*batch, rng), toy.Draw(set, deals*batch, rng)
	assert.Equal(t, slices.Concat(first.Float64s(), second.Float64s()), got)
}

// fickle draws once and then fails.
type fickle struct{ err error }

func (f *fickle) Sample(n int, rng *rand.Rand) (*tensor.Dense, error) {
	if f.err != nil {
		return nil, f.err
	}
	f.err = errors.New("out of points")
	return toy.Moons{}.Sample(n, rng)
}

func TestFreshPointsRunOut(t *testing.T) {
	s := &fresh{of: &fickle{}, batch: 2, rng: rand.New(rand.NewPCG(1, 2))}
	for range s.Epoch() {
	}
	require.NoError(t, s.Err())
	for range s.Epoch() {
		t.Fatal("a batch of nothing")
	}
	assert.EqualError(t, s.Err(), "out of points")
}
