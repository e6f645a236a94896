package main

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"gonum.org/v1/gonum/floats"

	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/data/toy"
	"github.com/go-ffjord/ffjord/flows"
)

// BenchmarkGap reports how far the program's flow stays from the true density, in nats: the mean and the worst of five
// seeds, or of one with -short.
func BenchmarkGap(b *testing.B) {
	seeds := 5
	if testing.Short() {
		seeds = 1
	}
	for _, c := range []struct {
		schedule string
		epochs   int
	}{{"constant", 40}, {"cosine", 40}, {"cosine", 80}} {
		b.Run(fmt.Sprintf("%s %d epochs", c.schedule, c.epochs), func(b *testing.B) {
			var gaps []float64
			for b.Loop() {
				gaps = gaps[:0]
				for seed := range seeds {
					gaps = append(gaps, gap(b, "-schedule", c.schedule, "-epochs", fmt.Sprint(c.epochs), "-seed", fmt.Sprint(seed+1)))
				}
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(floats.Sum(gaps)/float64(seeds), "nats")
			b.ReportMetric(slices.Max(gaps), "nats-worst")
			b.Logf("gaps %.4f", gaps)
		})
	}
}

// gap trains as the program does and returns the gap on its test points.
func gap(b *testing.B, args ...string) float64 {
	b.Helper()
	must := func(err error) {
		b.Helper()
		if err != nil {
			b.Fatal(err)
		}
	}
	f, s := flags()
	must(f.Parse(args))
	moons := toy.Moons{Noise: s.Noise}
	flow := s.flow(s.params(), flows.Exact{})
	must(s.fit(context.Background(), flow, toy.Draw(moons, s.Size, s.random(trainStream)), nil))
	test := toy.Draw(moons, s.Held, s.random(testStream))
	got, err := flow.HeldOut(test)(context.Background())
	must(err)
	best, err := data.NLL(moons, test)
	must(err)
	return got - best
}
