package main

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/cmd/ffjord/internal/table"
	"github.com/go-ffjord/ffjord/flows/model"
)

// BenchmarkScore scores a text of 200,000 rows of two columns, and says how fast that is beside the flow's LogProb of rows
// that are in memory already. FFJORD_BENCH_MODEL and FFJORD_BENCH_ROWS name files of one's own.
func BenchmarkScore(b *testing.B) {
	name, rows := os.Getenv("FFJORD_BENCH_MODEL"), os.Getenv("FFJORD_BENCH_ROWS")
	if name == "" || rows == "" {
		at := b.TempDir()
		name, rows = filepath.Join(at, "m.safetensors"), filepath.Join(at, "people.csv")
		require.NoError(b, os.WriteFile(rows, []byte(people(200000)), 0o600))
		fit := fitCommand{File: rows, Out: name, Seed: 1, Epochs: 1, Test: 0.1, Validation: 0.1, Columns: []string{"age", "height"}}
		fit.Trace, fit.Dtype = "auto", "float32"
		require.NoError(b, fit.Run(&app{ctx: context.Background(), out: io.Discard, err: io.Discard}))
	}
	ctx := context.Background()
	m, err := model.Load(ctx, name, nil)
	require.NoError(b, err)
	t, err := table.File{Path: rows, Columns: m.Inputs(), Levels: m.Levels(), Fixed: true}.Read()
	require.NoError(b, err)
	z, _, err := m.X.Apply(t, nil)
	require.NoError(b, err)
	b.Run("log-density", func(b *testing.B) {
		for b.Loop() {
			_, err := m.Flow.LogProb(ctx, z)
			require.NoError(b, err)
		}
		b.ReportMetric(float64(t.Len()*b.N)/b.Elapsed().Seconds(), "rows/s")
	})
	b.Run("program", func(b *testing.B) {
		c := scoreCommand{Model: name, File: rows, Out: filepath.Join(b.TempDir(), "scores.csv"), Batch: 4096}
		for b.Loop() {
			require.NoError(b, c.Run(&app{ctx: ctx, out: io.Discard, err: io.Discard}))
		}
		b.ReportMetric(float64(t.Len()*b.N)/b.Elapsed().Seconds(), "rows/s")
	})
}
