package flows_test

import (
	"fmt"
	"log"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"github.com/go-ffjord/ffjord/flows"
)

// What Auto makes of what a field and its traces cost.
func ExampleAuto_Choose() {
	auto := flows.Auto{Rand: seeded(1)}
	for _, c := range []flows.Costs{
		{Dim: 2, Field: 18884, Exact: 38900, Probe: 29400},
		{Dim: 64, Field: 15616, Exact: 839700, Probe: 33800},
	} {
		trace, why, err := auto.Choose(c)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%T, %s\n", trace, why)
	}
	// Output:
	// flows.Exact, exact: 2.1 times the field alone in 2 dimensions
	// flows.Hutchinson, 1 probe of Hutchinson's estimate: 2.2 times the field alone; the exact trace takes 53.8 times the field alone in 64 dimensions
}

// An estimate of the trace tells how far it may be off. Here the trace is 5; as many orthogonal probes as dimensions
// find it exactly.
func ExampleHutchinson_StdErr() {
	j := mat.NewDense(3, 3, []float64{1, 2, 3, -4, -5, 6, 7, 8, 9})
	for _, h := range []flows.Hutchinson{
		{Probes: 3, Noise: flows.Gaussian, Rand: seeded(4)},
		{Probes: 2, Orthogonal: true, Rand: seeded(4)},
		{Probes: 3, Orthogonal: true, Rand: seeded(4)},
	} {
		probes := make([]float64, 3*h.Probes)
		h.Draw(probes)
		var each []float64
		for ; len(probes) > 0; probes = probes[3:] {
			e := mat.NewVecDense(3, probes[:3])
			each = append(each, mat.Inner(e, j, e))
		}
		fmt.Printf("%.1f ± %.1f\n", stat.Mean(each, nil), h.StdErr(each, 3))
	}
	// Output:
	// 14.6 ± 11.4
	// 13.3 ± 8.3
	// 5.0 ± 0.0
}
