package main

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var ethernet = machine{
	row: 60 * time.Microsecond, own: 85 * time.Nanosecond, add: 5 * time.Nanosecond,
	latency: 30 * time.Microsecond, bandwidth: 1.25e9, params: 10000,
}

// Where every chunk takes the same time, following the messages one by one comes to what the formula says: all ranks
// have as many chunks, and a ring in step takes R-1 rounds.
func TestSimulationIsTheFormula(t *testing.T) {
	for _, ranks := range []int{1, 2, 8, 64} {
		want := ethernet.step(ranks, 512*16*ranks).inOrder
		got := ethernet.simulate(ranks, 512*16*ranks, rand.New(rand.NewPCG(1, 0)))
		assert.InEpsilon(t, float64(want), float64(got), 1e-6, "%d ranks", ranks)
	}
}

// Ranks whose times vary wait for the slowest: the mean of the largest of 64 normal numbers is 2.39 deviations (Harter
// 1961, table 1), of 16 chunks each 4 times smaller. A ring lets that much wait at most.
func TestSimulationWaitsForTheSlowest(t *testing.T) {
	m := ethernet
	m.spread = 0.1
	const ranks, batch = 64, 512 * 16 * 64
	flat := ethernet.simulate(ranks, batch, rand.New(rand.NewPCG(1, 0)))
	got := m.simulate(ranks, batch, rand.New(rand.NewPCG(1, 0)))
	waits := 2.39 * 0.1 / 4 * float64(ethernet.step(ranks, batch).compute)
	assert.InEpsilon(t, waits, float64(got-flat), 0.2)
}

func TestTable(t *testing.T) {
	var b strings.Builder
	require.NoError(t, table(&b, ethernet, 0, 1e9, 20*time.Microsecond))
	assert.Equal(t, 12, strings.Count(b.String(), "\n"))
}
