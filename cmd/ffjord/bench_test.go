package main

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/cmd/ffjord/internal/table"
	"github.com/go-ffjord/ffjord/flows/model"
)

// BenchmarkScore scores a text of 200,000 rows of two columns, 10,000 with -short, and says how fast that is beside the
// flow's LogProb of rows that are in memory already. FFJORD_BENCH_MODEL and FFJORD_BENCH_ROWS name files of one's own,
// FFJORD_BENCH_KEEP columns to keep.
func BenchmarkScore(b *testing.B) {
	name, rows, keep := os.Getenv("FFJORD_BENCH_MODEL"), os.Getenv("FFJORD_BENCH_ROWS"), os.Getenv("FFJORD_BENCH_KEEP")
	if name == "" || rows == "" {
		n := 200_000
		if testing.Short() {
			n = 10_000
		}
		at := b.TempDir()
		keep = "id,name"
		name, rows = filepath.Join(at, "m.safetensors"), filepath.Join(at, "people.csv")
		require.NoError(b, os.WriteFile(rows, []byte(people(n)), 0o600))
		runHere(b, "fit", rows, "-o", name, "-columns", "age,height", "-epochs", "1", "-seed", "1")
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
	program := func(flags ...string) func(*testing.B) {
		return func(b *testing.B) {
			out := filepath.Join(b.TempDir(), "scores.csv")
			for b.Loop() {
				runHere(b, append([]string{"score", name, rows, "-o", out}, flags...)...)
			}
			b.ReportMetric(float64(t.Len()*b.N)/b.Elapsed().Seconds(), "rows/s")
		}
	}
	b.Run("program", program())
	if keep != "" {
		b.Run("keeping columns", program("-keep", keep))
	}
}

// runHere runs the program in this process, so that its start is not measured.
func runHere(b *testing.B, args ...string) {
	var said strings.Builder
	require.Zero(b, run(context.Background(), args, strings.NewReader(""), io.Discard, &said), "ffjord %v: %s", args, &said)
}
