package model_test

import (
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"

	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/data/baseline"
)

// BenchmarkStrange tells where a flow misses strange rows that other densities find, without a look at test rows: of
// each NAME.train.csv in the folder FFJORD_TABLES it leaves out some real rows, learns others, and reports the AUROC of
// several scores for those rows, and for rows that are made strange, against usual ones that were held out. It is the
// mean over FFJORD_TABLES_SEEDS cuts, 1 without.
func BenchmarkStrange(b *testing.B) {
	files, cuts := tables(b)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		file := files[name]
		b.Run(name, func(b *testing.B) {
			train, err := data.CSV{}.ReadFile(file)
			require.NoError(b, err)
			for b.Loop() {
				areas := make(map[string][]float64)
				for seed := range cuts {
					c := newCut(train.Names, standardised(b, train), rand.New(rand.NewPCG(uint64(seed), 0)))
					for score, of := range scorers(b, c, uint64(seed)) {
						for kind, rows := range c.strange {
							scores := append(of(c.usual), of(rows)...)
							strange := make([]bool, len(scores))
							for i := range rows {
								strange[len(c.usual)+i] = true
							}
							areas[kind+"-"+score] = append(areas[kind+"-"+score], auroc(b, scores, strange))
						}
					}
				}
				for unit, a := range areas {
					b.ReportMetric(stat.Mean(a, nil), unit)
				}
			}
			b.ReportMetric(0, "ns/op")
		})
	}
}

// scorers fits what scores rows, the higher the stranger, to those of a cut.
func scorers(b *testing.B, c cut, seed uint64) map[string]func(rows [][]float64) []float64 {
	x := named(c.names, c.fit).Rows
	m, detector := learn(b, seed, named(c.names, c.fit))
	mixture, err := baseline.EM{Components: []int{1, 2, 3, 5, 10, 20, 40}, HeldOut: 0.15}.Fit(b.Context(), x, rand.New(rand.NewPCG(seed, 1)))
	require.NoError(b, err)
	kernels, err := baseline.Kernel{HeldOut: 0.15}.Fit(b.Context(), x)
	require.NoError(b, err)
	of := func(p data.LogProber) func(rows [][]float64) []float64 {
		return func(rows [][]float64) (scores []float64) {
			for _, row := range rows {
				scores = append(scores, -p.LogProb(row))
			}
			return scores
		}
	}
	return map[string]func([][]float64) []float64{
		"flow": func(rows [][]float64) []float64 {
			s, err := m.LogProb(b.Context(), named(c.names, rows))
			require.NoError(b, err)
			floats.Scale(-1, s.LogProb)
			return s.LogProb
		},
		"detector": func(rows [][]float64) []float64 {
			s, err := detector.Strangeness(b.Context(), named(c.names, rows))
			require.NoError(b, err)
			return s
		},
		"mixture": of(mixture),
		"kernels": of(kernels),
		"neighbours": func(rows [][]float64) (scores []float64) { // the distance of the fifth
			for _, row := range rows {
				distances := make([]float64, len(c.fit))
				for i, other := range c.fit {
					distances[i] = floats.Distance(row, other, 2)
				}
				slices.Sort(distances)
				scores = append(scores, distances[4])
			}
			return scores
		},
	}
}
