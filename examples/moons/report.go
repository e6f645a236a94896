package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

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

	EpochsDone    int     `json:"epochs_done"`
	StepsDone     int     `json:"steps_done"` // of the optimizer
	Seconds       float64 `json:"seconds"`    // the training loop alone
	RowsPerSecond float64 `json:"rows_per_second"`
	NFEPerRow     float64 `json:"nfe_per_row"` // evaluations of the nets for one log-density, mean of the points held out
	Params        int     `json:"params"`
	Interrupted   bool    `json:"interrupted,omitempty"`

	Settings settings `json:"settings"`
}

// measure compares the flow with the true density.
func (s settings) measure(ctx context.Context, flow *flows.Flow, moons toy.Moons, train, test *tensor.Dense) (report, error) {
	r := report{Entropy: moons.Entropy(), Params: flow.Params.Count(), Settings: s}
	solved, err := flow.Explain(ctx, test)
	if err != nil {
		return r, err
	}
	best, err := data.NLL(moons, test)
	if err != nil {
		return r, err
	}
	r.NLLTest, r.Gap, r.NFEPerRow = solved.NLL(), solved.NLL()-best, solved.Evaluations()
	r.NLLTrain, err = flow.HeldOut(train)(ctx)
	return r, err
}

// count adds what the training took.
func (r *report) count(history optim.History) {
	end := history.End
	r.EpochsDone, r.StepsDone, r.Interrupted = history.Last().Epoch, end.Step, end.Err != nil
	r.Seconds, r.RowsPerSecond = end.Elapsed.Seconds(), end.RowsPerSecond()
}

// summary is one line on the state of the training.
func (r report) summary() string {
	what := fmt.Sprint("after epoch ", r.EpochsDone)
	if r.Interrupted {
		what = fmt.Sprint("stopped after step ", r.StepsDone)
	}
	return fmt.Sprintf("%s: NLL %.3f nats, gap %.3f", what, r.NLLTest, r.Gap)
}

// print tells a person what was learnt and where it is.
func (r report) print(w io.Writer) error {
	took := time.Duration(r.Seconds * float64(time.Second)).Round(10 * time.Millisecond)
	_, err := fmt.Fprintf(w, `two moons %s
%9.4f  NLL of fresh points (%d)
%9.4f  NLL of the training points (%d)
%9.4f  entropy of the data: the best NLL to expect
%9.4f  gap of the NLL to the true density's, fresh points
%9d  steps in %v, %.0f points/s
%9d  parameters, %.1f net evaluations a point
files in %s
`, r.summary(), r.NLLTest, r.Settings.Held, r.NLLTrain, r.Settings.Size, r.Entropy, r.Gap,
		r.StepsDone, took, r.RowsPerSecond, r.Params, r.NFEPerRow, r.Settings.Out)
	if err == nil && r.Settings.json {
		err = json.NewEncoder(w).Encode(r)
	}
	return err
}
