//go:build unix

package main

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/x/beamx"

	"github.com/go-ffjord/ffjord/data/toy"
	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/nn"
)

// BenchmarkCost compares the CPU seconds of the pipeline on Prism with those of a loop over the same lines with the
// same answers, for 200 000 rows of two columns and a small flow.
func BenchmarkCost(b *testing.B) {
	rows := 200_000
	if testing.Short() {
		rows = 1000
	}
	folder := b.TempDir()
	model, in, out := filepath.Join(folder, "model"), filepath.Join(folder, "rows.csv"), filepath.Join(folder, "scores.csv")
	flow := &flows.Flow{
		Dim: 2, Params: nn.NewParams(rand.New(rand.NewPCG(1, 0))), Blocks: flows.FFJORD{Field: nn.MLP{Hidden: []int{8}}},
	}
	x := toy.Draw(toy.Moons{Noise: 0.1}, rows, rand.New(rand.NewPCG(2, 0))).Float64s()
	if err := flow.Save(model, nil); err != nil {
		b.Fatal(err)
	}
	write(b, in, func(emit func(string)) error {
		for i := range rows {
			emit(fmt.Sprintf("%.6f,%.6f", x[2*i], x[2*i+1]))
		}
		return nil
	})
	var beam, loop float64
	for b.Loop() {
		from := cpuSeconds(b)
		if err := beamx.Run(context.Background(), pipeline(model, in, out, 4096)); err != nil {
			b.Fatal(err)
		}
		between := cpuSeconds(b)
		write(b, filepath.Join(folder, "loop.csv"), func(emit func(string)) error { return worker(model, in, emit) })
		beam, loop = beam+between-from, loop+cpuSeconds(b)-between
	}
	b.ReportMetric(beam/float64(b.N), "cpu-s-beam")
	b.ReportMetric(loop/float64(b.N), "cpu-s-loop")
	b.ReportMetric(beam/loop, "times-loop")
	b.ReportMetric(0, "ns/op")
}

// worker answers the lines of a file as the pipeline does, without Beam.
func worker(model, in string, emit func(string)) error {
	f := &scoreFn{Model: model, Batch: 4096}
	if err := f.Setup(); err != nil {
		return err
	}
	file, err := os.Open(in)
	if err != nil {
		return err
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		if err := f.ProcessElement(lines.Text(), emit); err != nil {
			return err
		}
	}
	if err := lines.Err(); err != nil {
		return err
	}
	return f.FinishBundle(context.Background(), emit)
}

// write writes the lines that lines emits to a file.
func write(b *testing.B, path string, lines func(emit func(string)) error) {
	file, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	defer file.Close()
	w := bufio.NewWriter(file)
	if err := lines(func(line string) { fmt.Fprintln(w, line) }); err != nil {
		b.Fatal(err)
	}
	if err := w.Flush(); err != nil {
		b.Fatal(err)
	}
}

// cpuSeconds returns what this process has used of all cores.
func cpuSeconds(b *testing.B) float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
}
