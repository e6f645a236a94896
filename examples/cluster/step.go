package main

import (
	"math"
	"math/bits"
	"math/rand/v2"
	"time"

	"github.com/go-ffjord/ffjord/graph"
)

// machine is what ranks and the network between them can do; each rank is one core.
type machine struct {
	row, own, add time.Duration
	spread        float64
	latency       time.Duration
	bandwidth     float64 // bytes a second, in and out at once
	params        int
}

// step is the time of a step on so many ranks, on paper.
type step struct {
	compute time.Duration // the loss and the gradient of the rank with the most chunks
	own     time.Duration // what each rank does for all rows: dealing, checksums, noise
	inOrder time.Duration // all of it, with the sums of all chunks gathered and added in their order
	engines time.Duration // all of it, with one vector of each rank summed by MPI_Allreduce
}

// step adds up, for K chunks of the batch on R ranks, P numbers a chunk of 8 bytes, latency α and bandwidth β:
//
//	compute   ⌈K/R⌉ · rows of a chunk · row
//	in order  α + (R-1)/R (K P + rows) 8/β + K P add         a ring that gathers
//	engine's  α + (R-1)/R rows 8/β + 2 ⌈log₂ R⌉ α + 2 (R-1)/R P 8/β + ⌈K/R⌉ P add
//
// The second line of the sums is Rabenseifner's reduction (Thakur, Rabenseifner & Gropp 2005, section 4.4).
func (m machine) step(ranks, batch int) step {
	chunks := graph.Chunks(batch)
	most := (chunks + ranks - 1) / ranks
	s := step{
		compute: time.Duration(most*min(batch, graph.ChunkRows(batch))) * m.row,
		own:     time.Duration(batch) * m.own,
	}
	others := float64(ranks-1) / float64(ranks)
	ring := time.Duration(ranks-1) * m.latency
	both := s.compute + s.own
	if ranks == 1 {
		s.inOrder, s.engines = both, both
		return s
	}
	s.inOrder = both + ring + m.transfer(others*float64(chunks*m.params+batch)) + time.Duration(chunks*m.params)*m.add
	halvings := bits.Len(uint(ranks - 1))
	s.engines = both + ring + m.transfer(others*float64(batch)) +
		time.Duration(2*halvings)*m.latency + m.transfer(2*others*float64(m.params)) + time.Duration(most*m.params)*m.add
	return s
}

// transfer returns how long so many numbers travel.
func (m machine) transfer(numbers float64) time.Duration {
	return time.Duration(8 * numbers / m.bandwidth * float64(time.Second))
}

// alone returns the time of the batch on one rank.
func (m machine) alone(batch int) time.Duration { return m.step(1, batch).inOrder }

// simulate returns the mean time of a step in order over a few, by following every message of the ring: a rank sends on
// what it has from its neighbour as soon as both are ready, and its chunks take times that vary.
func (m machine) simulate(ranks, batch int, rng *rand.Rand) time.Duration {
	const steps = 20
	chunks, rows := graph.Chunks(batch), graph.ChunkRows(batch)
	now := make([]float64, ranks) // of each rank, in seconds
	numbers := make([]float64, ranks)
	for range steps {
		for r := range now {
			first, end := chunks*r/ranks, chunks*(r+1)/ranks
			numbers[r] = 0
			for c := first; c < end; c++ {
				n := min(batch, (c+1)*rows) - c*rows
				now[r] += math.Max(0, 1+m.spread*rng.NormFloat64()) * float64(n) * m.row.Seconds()
				numbers[r] += float64(m.params + n)
			}
			now[r] += float64(batch) * m.own.Seconds()
		}
		for round := range ranks - 1 {
			next := make([]float64, ranks)
			for r := range now {
				from := (r + ranks - 1) % ranks
				of := (r + 2*ranks - 1 - round) % ranks // whose numbers arrive
				next[r] = math.Max(now[r], now[from]) + m.latency.Seconds() + m.transfer(numbers[of]).Seconds()
			}
			now = next
		}
		if ranks > 1 {
			for r := range now {
				now[r] += float64(chunks*m.params) * m.add.Seconds()
			}
		}
	}
	var last float64
	for _, t := range now {
		last = math.Max(last, t)
	}
	return time.Duration(last / steps * float64(time.Second))
}
