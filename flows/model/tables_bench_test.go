package model_test

import (
	"context"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/data/baseline"
	"github.com/go-ffjord/ffjord/data/score"
	"github.com/go-ffjord/ffjord/flows/model"
)

// BenchmarkTables learns, by defaults alone, the tables of the folder that the environment variable FFJORD_TABLES
// names: NAME.train.csv has usual rows, NAME.test.csv others and anomalies, told by its last column "anomaly". It
// reports the mean log-density of the usual test rows in nats, of the rows as they are and of rows whose discrete
// columns are blurred, the AUROC of -log p, the same of a mixture and of kernels, the AUROC of a Detector, and the
// seconds of all cores. FFJORD_TABLES_SEEDS is the number of seeds, 1 without.
func BenchmarkTables(b *testing.B) {
	files, seeds := tables(b)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		file := files[name]
		train, err := data.CSV{}.ReadFile(file)
		require.NoError(b, err)
		test, anomaly := readTest(b, strings.Replace(file, ".train.", ".test.", 1))
		for seed := range seeds {
			b.Run(fmt.Sprintf("%s/seed=%d", name, seed), func(b *testing.B) {
				for b.Loop() {
					before := cpuSeconds()
					m, detector := learn(b, uint64(seed), train)
					b.ReportMetric(cpuSeconds()-before, "cpu-s")
					strange, err := detector.Strangeness(b.Context(), test)
					require.NoError(b, err)
					b.ReportMetric(auroc(b, strange, anomaly), "detector-AUROC")
					scores, err := m.LogProb(b.Context(), test)
					require.NoError(b, err)
					report(b, "flow", scores.LogProb, anomaly)
					blurred, err := m.X.LogProb(b.Context(), test, m.Flow, 1, rand.New(rand.NewPCG(1, 0)))
					require.NoError(b, err)
					b.ReportMetric(usualMean(blurred, anomaly), "blurred-nats")
				}
				b.ReportMetric(0, "ns/op")
			})
		}
		b.Run(name+"/baselines", func(b *testing.B) {
			for b.Loop() {
				for name, fit := range map[string]func(context.Context, *tensor.Dense) (data.LogProber, error){
					"mixture": func(ctx context.Context, x *tensor.Dense) (data.LogProber, error) {
						em := baseline.EM{Components: []int{1, 2, 3, 5, 10, 20, 40}, HeldOut: 0.15}
						return em.Fit(ctx, x, rand.New(rand.NewPCG(1, 0)))
					},
					"kernels": func(ctx context.Context, x *tensor.Dense) (data.LogProber, error) {
						return baseline.Kernel{HeldOut: 0.15}.Fit(ctx, x)
					},
				} {
					p, err := fit(b.Context(), train.Rows)
					require.NoError(b, err)
					logp, err := data.LogProbs(p, test.Rows)
					require.NoError(b, err)
					report(b, name, logp, anomaly)
				}
			}
			b.ReportMetric(0, "ns/op")
		})
	}
}

// tables returns the files NAME.train.csv of the folder that FFJORD_TABLES names, by their names, and the number of
// seeds.
func tables(b *testing.B) (files map[string]string, seeds int) {
	folder := os.Getenv("FFJORD_TABLES")
	if folder == "" {
		b.Skip("wants a folder of tables in FFJORD_TABLES; they are not part of the module")
	}
	seeds = 1
	_, _ = fmt.Sscan(os.Getenv("FFJORD_TABLES_SEEDS"), &seeds)
	found, err := filepath.Glob(filepath.Join(folder, "*.train.csv"))
	require.NoError(b, err)
	require.NotEmpty(b, found)
	files = make(map[string]string)
	for _, file := range found {
		files[strings.TrimSuffix(filepath.Base(file), ".train.csv")] = file
	}
	return files, seeds
}

// learn learns a table by defaults alone.
func learn(b *testing.B, seed uint64, t data.Table) (*model.Model, *model.Detector) {
	l := model.Learner{Seed: seed, Limit: 100 * time.Hour} // steps count, not the clock of a machine that does other things
	m, _, err := l.Learn(b.Context(), t)
	require.NoError(b, err)
	learnt, heldOut, err := l.Split(t)
	require.NoError(b, err)
	detector, err := model.NewDetector(b.Context(), m, learnt, heldOut)
	require.NoError(b, err)
	return m, detector
}

// readTest reads a table whose last column tells anomalies.
func readTest(b *testing.B, file string) (test data.Table, anomaly []bool) {
	all, err := data.CSV{}.ReadFile(file)
	require.NoError(b, err)
	told, err := all.Column("anomaly")
	require.NoError(b, err)
	test, err = all.Drop("anomaly")
	require.NoError(b, err)
	for _, v := range told {
		anomaly = append(anomaly, v == 1)
	}
	return test, anomaly
}

func report(b *testing.B, name string, logp []float64, anomaly []bool) {
	scores := make([]float64, len(logp))
	for i, l := range logp {
		scores[i] = -l
	}
	b.ReportMetric(usualMean(logp, anomaly), name+"-nats")
	b.ReportMetric(auroc(b, scores, anomaly), name+"-AUROC")
}

// auroc is that of scores, the higher the stranger. A row that can't be solved is as strange as can be.
func auroc(b *testing.B, scores []float64, strange []bool) float64 {
	for i, s := range scores {
		if math.IsNaN(s) {
			scores[i] = math.Inf(1)
		}
	}
	area, err := score.AUROC(scores, strange)
	require.NoError(b, err)
	return area
}

// usualMean returns the mean over rows that are no anomalies.
func usualMean(logp []float64, anomaly []bool) float64 {
	var usual []float64
	for i, l := range logp {
		if !anomaly[i] {
			usual = append(usual, l)
		}
	}
	return stat.Mean(usual, nil)
}
