package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"gonum.org/v1/gonum/floats"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/data/toy"
	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/optim"
)

// report is what a run found out. Densities are in nats.
type report struct {
	NLLTrain float64 `json:"nll_train"` // mean -log p of the training points, after training
	NLLTest  float64 `json:"nll_test"`  // of the points held out
	Entropy  float64 `json:"entropy"`   // of the true density: the mean of the best possible nll_test
	Gap      float64 `json:"gap"`       // nll_test less the true density's, on the same points

	Epochs        int     `json:"epochs"`  // finished
	Steps         int     `json:"steps"`   // of the optimiser
	Seconds       float64 `json:"seconds"` // the training loop alone
	RowsPerSecond float64 `json:"rows_per_second"`
	NFEPerRow     float64 `json:"nfe_per_row"`      // evaluations of the nets for one log-density, mean of the points held out
	NFEMost       int     `json:"nfe_most"`         // the largest of a point
	Rejected      float64 `json:"rejected_per_row"` // steps
	Params        int     `json:"params"`
	Interrupted   bool    `json:"interrupted,omitempty"`

	Size        int     `json:"size"`
	Noise       float64 `json:"noise"`
	Batch       int     `json:"batch"`
	LR          float64 `json:"lr"`
	Schedule    string  `json:"schedule"`
	Blocks      int     `json:"blocks"`
	Hidden      int     `json:"hidden"`
	Layers      int     `json:"layers"`
	Method      string  `json:"method"`
	SolverSteps int     `json:"solver_steps"`
	RTol        float64 `json:"rtol"`
	ATol        float64 `json:"atol"`
	Gradient    string  `json:"gradient"`
	Control     string  `json:"control"`
	Trace       string  `json:"trace"`
	Dtype       string  `json:"dtype"`
	Seed        uint64  `json:"seed"`
	Engine      string  `json:"engine"`
}

// measure compares the flow with the true density.
func measure(ctx context.Context, s settings, flow *flows.Flow, moons toy.Moons, train, test *tensor.Dense) (report, error) {
	r := report{
		Entropy: moons.Entropy(), Params: flow.Params.Count(),
		Size: s.size, Noise: s.noise, Batch: s.batch, LR: s.lr, Schedule: s.rate, Blocks: s.blocks, Hidden: s.hidden, Layers: s.layers,
		Method: s.method, SolverSteps: s.steps, RTol: s.rtol, ATol: s.atol, Gradient: s.gradient, Control: s.control,
		Trace: s.trace, Dtype: s.dtype, Seed: s.seed, Engine: s.engine.String(),
	}
	var err error
	if r.NLLTrain, err = nll(ctx, flow, train); err != nil {
		return report{}, err
	}
	solved, err := flow.Explain(ctx, test)
	if err != nil {
		return report{}, err
	}
	r.NLLTest = -floats.Sum(solved.LogProb) / held
	for _, c := range solved.Cost {
		r.NFEPerRow += float64(c.Evaluations) / held
		r.NFEMost = max(r.NFEMost, c.Evaluations)
		r.Rejected += float64(c.Rejected) / held
	}
	best, err := data.NLL(moons, test)
	r.Gap = r.NLLTest - best
	return r, err
}

// nll returns the mean of -log p over the rows of x.
func nll(ctx context.Context, flow *flows.Flow, x *tensor.Dense) (float64, error) {
	logp, err := flow.LogProb(ctx, x)
	if err != nil {
		return 0, err
	}
	return -floats.Sum(logp) / float64(len(logp)), nil
}

// took adds what the training took, up to the last event of it.
func (r *report) took(end optim.Event, epochs int) {
	r.Epochs, r.Steps = epochs, end.Step
	r.Seconds = end.Elapsed.Seconds()
	r.RowsPerSecond = float64(end.Rows) / r.Seconds
	r.Interrupted = end.Err != nil
}

// summary is one line on the state of the training.
func (r report) summary() string {
	what := "after " + count(r.Epochs, "epoch")
	if r.Interrupted {
		what = "stopped after " + count(r.Steps, "step")
	}
	return fmt.Sprintf("%s: NLL %.3f nats, gap %.3f", what, r.NLLTest, r.Gap)
}

// print tells a person what was learnt and where it is.
func (r report) print(w io.Writer, s settings, out *folder) error {
	fmt.Fprintf(w, "two moons %s\n", r.summary())
	for _, line := range []struct {
		value float64
		what  string
	}{
		{r.NLLTest, fmt.Sprintf("NLL of fresh points (%d)", held)},
		{r.NLLTrain, fmt.Sprintf("NLL of the training points (%d)", r.Size)},
		{r.Entropy, "entropy of the data: the best NLL to expect"},
		{r.Gap, "gap of the NLL to the true density's, fresh points"},
	} {
		fmt.Fprintf(w, "%9.4f  %s\n", line.value, line.what)
	}
	fmt.Fprintf(w, "%s in %v, %.0f points/s\n",
		count(r.Steps, "step"), time.Duration(r.Seconds*float64(time.Second)).Round(10*time.Millisecond), r.RowsPerSecond)
	fmt.Fprintf(w, "%s, %.1f net evaluations a point\n", count(r.Params, "parameter"), r.NFEPerRow)
	_, err := fmt.Fprintf(w, "files in %s:\n  %s\n", out.path, strings.Join(out.written, " "))
	if err == nil && s.json {
		err = json.NewEncoder(w).Encode(r)
	}
	return err
}

// count writes a number of things.
func count(n int, thing string) string {
	if n != 1 {
		thing += "s"
	}
	return fmt.Sprintf("%d %s", n, thing)
}
