package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/x/beamx"

	"github.com/go-ffjord/ffjord/data/toy"
	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/nn"
)

func TestMain(m *testing.M) {
	beam.Init()
	os.Exit(m.Run())
}

// The pipeline answers every line once, with the bits that the flow has for all rows at once.
func TestPipeline(t *testing.T) {
	folder := t.TempDir()
	flow := &flows.Flow{
		Dim: 2, Params: nn.NewParams(rand.New(rand.NewPCG(1, 0))), Blocks: flows.FFJORD{Field: nn.MLP{Hidden: []int{8}}},
	}
	const rows = 1000
	x := toy.Draw(toy.Moons{Noise: 0.1}, rows, rand.New(rand.NewPCG(2, 0)))
	logp, err := flow.LogProb(t.Context(), x)
	if err != nil {
		t.Fatal(err)
	}
	var lines, want []string
	for i := range rows {
		lines = append(lines, fmt.Sprintf("%v,%v", x.Float64s()[2*i], x.Float64s()[2*i+1]))
		want = append(want, fmt.Sprintf("%s,%v", lines[i], logp[i]))
	}
	model, in, out := filepath.Join(folder, "model"), filepath.Join(folder, "rows.csv"), filepath.Join(folder, "scores.csv")
	if err := flow.Save(model, nil); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(in, []byte(strings.Join(lines, "\n")+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := beamx.Run(context.Background(), pipeline(model, in, out, 300)); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Split(strings.TrimSpace(string(text)), "\n")
	slices.Sort(got) // a pipeline keeps no order
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Fatalf("%d lines, want %d with the flow's log-densities; the first is %q, want %q", len(got), len(want), got[0], want[0])
	}
}

func TestLinesThatAreNoRows(t *testing.T) {
	f := &scoreFn{Batch: 2, flow: &flows.Flow{Dim: 2}}
	for _, line := range []string{"", "1", "1,2,3", "1,x"} {
		if err := f.ProcessElement(line, func(string) {}); err == nil {
			t.Errorf("%q is taken as a row of two numbers", line)
		}
	}
}
