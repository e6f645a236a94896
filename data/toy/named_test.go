package toy_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/data/toy"
)

// toys are the sets that know their density.
var toys = []struct {
	name  string
	floor float64 // the entropy, from elsewhere
	// By how much the floor may be off. Most are known from Monte Carlo to ±0.004 (one deviation).
	tolerance float64
	half      float64 // the set lies within [-half, half]
	step      float64 // resolves it
}{
	{"swissroll", 2.670, 0.01, 5, 0.1},
	{"circles", 3.265, 0.01, 5.5, 0.12},
	{"rings", 2.622, 0.01, 3.8, 0.04},
	{"moons", 2.392, 0.01, 5, 0.1},
	{"8gaussians", 2.830, 0.01, 6.5, 0.17},
	{"pinwheel", 2.326, 0.01, 6, 0.05},
	{"2spirals", 2.650, 0.01, 4.5, 0.08},
	{"checkerboard", 5 * math.Ln2, 1e-14, 4, 0.25},
	{"3gaussians1d", 1.928, 0.01, 8, 0.1},
	// A thin ring's is log 2πR + ½ log 2πeσ²; that of two is ln 2 more than the mean, less the overlap.
	{"circles1", math.Ln2 + 1.5*math.Log(2*math.Pi) - math.Ln2/2 + 0.5 + math.Log(0.06), 0.005, 1.6, 0.03},
	{"moons1", 0.477, 0.01, 2.6, 0.03},
}

func density(t *testing.T, name string) toy.Density {
	set, ok := toy.Named(name)
	require.True(t, ok)
	require.Implements(t, (*toy.Density)(nil), set)
	return set.(toy.Density)
}

func TestToysHaveTheirEntropy(t *testing.T) {
	for _, test := range toys {
		t.Run(test.name, func(t *testing.T) {
			set := density(t, test.name)
			start := time.Now()
			entropy := set.Entropy()
			t.Logf("%.5f nats in %v", entropy, time.Since(start))
			assert.InDelta(t, test.floor, entropy, test.tolerance)

			// And against rows of its own, within five standard errors.
			n := briefly(256, 4096)
			logs, err := data.LogProbs(set, toy.Draw(set, n, seeded(1)))
			require.NoError(t, err)
			var mean, square float64
			for _, l := range logs {
				mean += l / float64(n)
				square += l * l / float64(n)
			}
			assert.InDelta(t, entropy, -mean, 5*math.Sqrt(max(0, square-mean*mean)/float64(n))+1e-12)

			// And on a grid, where the density integrates to one.
			if testing.Short() && (test.name == "rings" || test.name == "moons") {
				return // as circles and moons1, with other settings
			}
			var mass, sum float64
			add := func(cell float64, x ...float64) {
				if l := set.LogProb(x); !math.IsInf(l, -1) {
					mass += cell * math.Exp(l)
					sum -= cell * math.Exp(l) * l
				}
			}
			// The midpoint rule with a step of half the noise is exact to 1e-9 for p; its logarithm has bends between
			// parts of the set. With the whole noise, a quarter of the work, it is exact to 5e-6.
			step, massError, entropyError := test.step, 1e-7, 2e-5
			if testing.Short() {
				step, massError, entropyError = 2*step, 1e-5, 1e-4
			}
			cells := int(2 * test.half / step)
			h := 2 * test.half / float64(cells)
			at := func(i int) float64 { return (float64(i)+0.5)*h - test.half }
			for i := range cells {
				if set.Dim() == 1 {
					add(h, at(i))
					continue
				}
				for j := range cells {
					add(h*h, at(i), at(j))
				}
			}
			assert.InDelta(t, 1, mass, massError)
			assert.InDelta(t, sum, entropy, entropyError)
		})
	}
}

// Pearson's χ² of the rows in 20 × 20 cells against the density.
func TestToysDrawTheirDensity(t *testing.T) {
	const n, side = 10000, 20
	inner := briefly(4, 6) // a cell's side in points, for the mean density
	for _, test := range toys {
		set := density(t, test.name)
		if set.Dim() != 2 {
			continue
		}
		t.Run(test.name, func(t *testing.T) {
			width := 2 * test.half / side
			var seen, expected [side * side]float64
			for _, p := range points(toy.Draw(set, n, seeded(2))) {
				i, j := int((p[0]+test.half)/width), int((p[1]+test.half)/width)
				require.True(t, i >= 0 && i < side && j >= 0 && j < side, "row %v", p)
				seen[i*side+j]++
			}
			for c := range expected {
				x0, y0 := float64(c/side)*width-test.half, float64(c%side)*width-test.half
				for k := range inner * inner {
					x := x0 + (float64(k/inner)+0.5)*width/float64(inner)
					y := y0 + (float64(k%inner)+0.5)*width/float64(inner)
					expected[c] += n * width * width / float64(inner*inner) * math.Exp(set.LogProb([]float64{x, y}))
				}
			}
			var χ2, degrees, rareSeen, rare float64
			for c, e := range expected {
				if e < 8 {
					rareSeen += seen[c]
					rare += e
					continue
				}
				χ2 += (seen[c] - e) * (seen[c] - e) / e
				degrees++
			}
			// χ² has mean k and deviation √2k; evenly spaced angles make it less.
			assert.Less(t, χ2, degrees+5*math.Sqrt(2*degrees))
			assert.InDelta(t, rare, rareSeen, 5*math.Sqrt(rare)+1)
		})
	}
}

func TestToysFarAway(t *testing.T) {
	for _, test := range toys {
		if test.name == "checkerboard" {
			continue // has none
		}
		set := density(t, test.name)
		last := 0.0
		for _, far := range []float64{20, 1e3, 1e6, 1e100} {
			for _, x := range [][]float64{{far, 0}, {-far, far}, {0, -far}} {
				l := set.LogProb(x[:set.Dim()])
				if set.Dim() == 1 && x[0] == 0 {
					continue
				}
				assert.False(t, math.IsInf(l, 0) || math.IsNaN(l), "%s: log p(%v) = %v", test.name, x, l)
				assert.Less(t, l, last, "%s at %v", test.name, x)
			}
			last = set.LogProb([]float64{far, 0}[:set.Dim()])
		}
		x := []float64{math.NaN(), 1}
		assert.True(t, math.IsNaN(set.LogProb(x[:set.Dim()])), test.name)
		assert.Panics(t, func() { set.LogProb([]float64{1, 2, 3}) }, test.name)
	}
}

func TestToyNames(t *testing.T) {
	names := toy.Names()
	for _, name := range names {
		set, ok := toy.Named(name)
		require.True(t, ok, name)
		a, b := toy.Draw(set, 101, seeded(1)), toy.Draw(set, 101, seeded(1))
		assert.Equal(t, a.Data(), b.Data(), "%s: one seed, one result", name)
		assert.NotEqual(t, a.Data(), toy.Draw(set, 101, seeded(2)).Data(), name)
		assert.Equal(t, 101, a.Shape()[0], name)
		_, err := set.Sample(0, seeded(1))
		assert.EqualError(t, err, "toy: cannot draw 0 rows, want at least 1", name)
		_, err = set.Sample(1, nil)
		assert.EqualError(t, err, "toy: rng is nil, want a source of random numbers", name)
	}
	assert.Len(t, slices.Compact(slices.Sorted(slices.Values(names))), len(names))
	_, ok := toy.Named("9gaussians")
	assert.False(t, ok)
}

func ExampleNamed() {
	fmt.Println(toy.Names())
	for _, name := range []string{"8gaussians", "checkerboard", "line"} {
		set, _ := toy.Named(name)
		if h, ok := set.(toy.Entropier); ok {
			fmt.Printf("%-12s %.2f nats\n", name, h.Entropy())
		} else {
			fmt.Printf("%-12s has no density in the plane\n", name)
		}
	}
	// Output:
	// [swissroll circles rings moons 8gaussians pinwheel 2spirals checkerboard line cos 3gaussians1d circles1 moons1]
	// 8gaussians   2.83 nats
	// checkerboard 3.47 nats
	// line         has no density in the plane
}

func BenchmarkToyLogProb(b *testing.B) {
	for _, test := range toys {
		set, _ := toy.Named(test.name)
		x := toy.Draw(set, 1024, seeded(1))
		b.Run(test.name, func(b *testing.B) {
			for b.Loop() {
				if _, err := data.NLL(set.(data.LogProber), x); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(1024*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}

// Every set draws from the source that it is given and from nothing else.
func TestToysAreSeeded(t *testing.T) {
	for _, name := range toy.Names() {
		set, _ := toy.Named(name)
		draw := func(seed uint64) []float64 {
			return toy.Draw(set, 50, rand.New(rand.NewPCG(seed, 0))).Float64s()
		}
		assert.Equal(t, draw(1), draw(1), name)
		assert.NotEqual(t, draw(1), draw(2), name)
	}
}
