// Cluster tells what a training step costs on 1 to 1024 ranks, on paper and by a simulation of every message, and what
// an epoch over a billion rows takes: where more machines stop paying.
//
//	go run ./examples/cluster
//	go run ./examples/cluster -batch 8192 -latency 2us -bandwidth 12.5e9
//
// The defaults are measurements of one core, by this package's benchmark and one of optim, and figures of 10 Gb/s
// Ethernet; docs/scale.md has the commands, and the files beside this one explained: a hostfile, a Slurm script and
// jobs for Kubernetes.
package main

import (
	"flag"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"os"
	"time"
)

func main() {
	var m machine
	flag.DurationVar(&m.row, "row", 72*time.Microsecond, "a row's loss and gradient on a rank's core")
	flag.DurationVar(&m.own, "own", 83*time.Nanosecond, "what every rank does for each row of the whole batch")
	flag.DurationVar(&m.add, "add", 3*time.Nanosecond, "taking a number from a message and adding it")
	flag.Float64Var(&m.spread, "spread", 0.03, "deviation of a chunk's time, as a share of it")
	flag.DurationVar(&m.latency, "latency", 30*time.Microsecond, "a message's, of no bytes")
	flag.Float64Var(&m.bandwidth, "bandwidth", 1.25e9, "bytes a second")
	flag.IntVar(&m.params, "params", 11500, "of the model")
	batch := flag.Int("batch", 0, "rows of a step; 0 is one chunk of 512 for each rank")
	score := flag.Duration("score", 20*time.Microsecond, "a row's log-density on a core")
	rows := flag.Float64("rows", 1e9, "of an epoch")
	flag.Parse()
	if m.bandwidth <= 0 || *batch < 0 || m.params < 1 {
		log.Fatal("want a positive bandwidth, a model with parameters and a batch of 0 rows or more")
	}
	if err := table(os.Stdout, m, *batch, *rows, *score); err != nil {
		log.Fatal(err)
	}
}

// table writes a line for each number of ranks.
func table(w io.Writer, m machine, batch int, rows float64, score time.Duration) error {
	_, err := fmt.Fprintf(w, "%6s %8s %10s %10s %10s %10s %10s %10s %12s %12s\n",
		"ranks", "batch", "compute", "own", "in order", "simulated", "engine's", "efficiency", "epoch", "score")
	rng := rand.New(rand.NewPCG(1, 0))
	for ranks := 1; ranks <= 1024 && err == nil; ranks *= 2 {
		n := batch
		if n == 0 {
			n = 512 * ranks
		}
		s := m.step(ranks, n)
		steps := rows / float64(n)
		_, err = fmt.Fprintf(w, "%6d %8d %10v %10v %10v %10v %10v %9.0f%% %12v %12v\n",
			ranks, n, round(s.compute), round(s.own), round(s.inOrder), round(m.simulate(ranks, n, rng)), round(s.engines),
			100*float64(m.alone(n))/float64(ranks)/float64(s.inOrder),
			times(steps, s.inOrder).Round(time.Second), times(rows/float64(ranks), score).Round(time.Second))
	}
	return err
}

// times returns n times d.
func times(n float64, d time.Duration) time.Duration { return time.Duration(n * float64(d)) }

func round(d time.Duration) time.Duration { return d.Round(10 * time.Microsecond) }
