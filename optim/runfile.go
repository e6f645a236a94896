package optim

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/internal/safetensors"
)

// The metadata of a checkpoint, and the tensor that has what is no tensor.
const (
	runFormat  = "ffjord-go run"
	runVersion = "1"
	runTensor  = "run"
)

// words are what a checkpoint keeps beside its tensors, as JSON.
type words struct {
	Names                []string // of the parameters
	Data                 string   // the fingerprint of the rows
	Seed                 uint64
	Batches, Accumulated int    // of an epoch, of a step
	Batch                int    // rows of a batch; zero where the source decides
	Settings             string `json:",omitempty"`
	Now                  record
	Past                 []record
	At                   standing
	Optimizer            string `json:"Solver"`
	OptimizerSteps       int    `json:"SolverSteps"`
	OptimizerRate        number `json:"SolverRate"`
	OptimizerRated       bool   `json:"SolverRated"`
}

// record is an Event that is kept.
type record struct {
	Epoch, Step, Rows                     int
	Loss, Rate, GradNorm                  number
	Elapsed, Validating                   time.Duration
	Validations                           int
	Held, BestHeld, Evaluations, Rejected number
	Advice                                string `json:",omitempty"`
}

func recordOf(e Event) record {
	return record{
		Epoch: e.Epoch, Step: e.Step, Rows: e.Rows, Loss: number(e.Loss), Rate: number(e.Rate), GradNorm: number(e.GradNorm),
		Elapsed: e.Elapsed, Validating: e.Validating, Validations: e.Validations, Held: number(e.Held),
		BestHeld: number(e.BestHeld), Evaluations: number(e.Evaluations), Rejected: number(e.Rejected), Advice: e.Advice,
	}
}

// event returns the Event of a run with the epochs and steps of now.
func (m record) event(kind Kind, now Event) Event {
	return Event{
		Kind: kind, Epochs: now.Epochs, Steps: now.Steps, Limit: now.Limit,
		Epoch: m.Epoch, Step: m.Step, Rows: m.Rows, Loss: float64(m.Loss), Rate: float64(m.Rate), GradNorm: float64(m.GradNorm),
		Elapsed: m.Elapsed, Validating: m.Validating, Validations: m.Validations, Held: float64(m.Held),
		BestHeld: float64(m.BestHeld), Evaluations: float64(m.Evaluations), Rejected: float64(m.Rejected), Advice: m.Advice,
	}
}

// file returns the run as a file.
func (r *run) file() (*safetensors.File, error) {
	state := r.Optimizer.(Stateful).State()
	now := r.event
	now.Elapsed = r.elapsed(time.Now())
	at := r.at // at the last step: what was gathered for the next one is dealt again
	at.Batches -= r.share.batches
	at.Evaluations -= r.share.evaluations
	at.Rejected -= r.share.rejected
	w := words{
		Names: names(r.model), Data: r.saver.data, Seed: r.Seed, Batches: r.source.Len(), Accumulated: r.Accumulate, Batch: r.Batch,
		Settings: r.Checkpoint.Settings,
		Now:      recordOf(now), At: at,
		Optimizer: state.Optimizer, OptimizerSteps: state.Steps, OptimizerRate: number(state.Rate), OptimizerRated: state.Rated,
	}
	for _, e := range r.saver.past {
		w.Past = append(w.Past, recordOf(e))
	}
	text, err := json.Marshal(w)
	if err != nil {
		return nil, err
	}
	f := &safetensors.File{Metadata: map[string]string{"format": runFormat, "version": runVersion}}
	f.Tensors = append(f.Tensors, safetensors.Value{Name: runTensor, Shape: []int{len(text)}, Data: text})
	for i, p := range r.all {
		f.Tensors = append(f.Tensors, values("model", i, p.w32, p.w64))
	}
	addSnapshot(f, "best", &r.best)
	addSnapshot(f, "lowest", &r.watch.best)
	for i, a := range r.average {
		f.Tensors = append(f.Tensors, values("average", i, nil, a))
	}
	for slot, vectors := range state.Slots {
		for i, d := range vectors {
			var v safetensors.Value
			if d.Dtype() == tensor.Float32 {
				v = values("solver "+slot, i, d.Float32s(), nil)
			} else {
				v = values("solver "+slot, i, nil, d.Float64s())
			}
			f.Tensors = append(f.Tensors, v)
		}
	}
	return f, nil
}

func addSnapshot(f *safetensors.File, name string, s *snapshot) {
	if !s.empty() {
		f.Tensors = append(f.Tensors, values(name, 32, s.w32, nil), values(name, 64, nil, s.w64))
	}
}

// values returns a tensor of a kind, a copy: of w32 unless it is empty, or else of w64.
func values(kind string, i int, w32 []float32, w64 []float64) safetensors.Value {
	name := kind + " " + strconv.Itoa(i)
	if len(w32) > 0 {
		return safetensors.Value{Name: name, Shape: []int{len(w32)}, Data: slices.Clone(w32)}
	}
	return safetensors.Value{Name: name, Shape: []int{len(w64)}, Data: append([]float64{}, w64...)}
}

// load puts the run where the file has it. Nothing has changed when it fails.
func (r *run) load(f *safetensors.File) error {
	if f.Metadata["format"] != runFormat {
		return fmt.Errorf("%w: its format is %.60q, want %q", ErrDamaged, f.Metadata["format"], runFormat)
	}
	if v := f.Metadata["version"]; v != runVersion {
		return fmt.Errorf("its version is %.60q, this library reads %q", v, runVersion)
	}
	var w words
	found, _ := f.Get(runTensor)
	text, _ := found.Data.([]byte)
	if err := json.Unmarshal(text, &w); err != nil {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	if err := r.fits(w); err != nil {
		return err
	}
	now := runTensors{file: f}
	model := make([]vector, len(r.all))
	for i, p := range r.all {
		model[i] = now.vector("model", i, len(p.w32), len(p.w64))
	}
	best, lowest := now.snapshot("best", r.all), now.snapshot("lowest", r.params)
	var averaged average
	if _, ok := f.Get("average 0"); ok {
		for i, p := range r.params {
			averaged = append(averaged, now.vector("average", i, 0, len(p.w32)+len(p.w64)).f64)
		}
	}
	state := State{Optimizer: w.Optimizer, Steps: w.OptimizerSteps, Rate: float64(w.OptimizerRate), Rated: w.OptimizerRated}
	if w.OptimizerSteps > 0 {
		state.Slots = now.slots(r.params)
	}
	if now.err != nil {
		return now.err
	}
	if err := r.Optimizer.(Stateful).SetState(state); err != nil {
		return fmt.Errorf("%w: %w", ErrOtherRun, err)
	}
	for i, p := range r.all {
		copy(p.w32, model[i].f32)
		copy(p.w64, model[i].f64)
	}
	r.best, r.watch.best, r.average, r.at = best, lowest, averaged, w.At
	r.event = w.Now.event(0, r.event)
	r.started, r.absent = time.Now(), 0
	for _, m := range w.Past {
		r.saver.past = append(r.saver.past, m.event(EpochDone, r.event))
	}
	if r.at.Epochs < r.Epochs && r.at.Ended {
		r.at.Ended = r.Validation != nil && r.Validation.Patience > 0 && r.at.Held.Bad >= r.Validation.Patience
	}
	return nil
}

// fits compares a checkpoint's words with the run.
func (r *run) fits(w words) error {
	if here := names(r.model); !slices.Equal(w.Names, here) {
		return fmt.Errorf("%w: its parameters are %s, here they are %s", ErrOtherModel, some(w.Names), some(here))
	}
	if w.Data != r.saver.data {
		return fmt.Errorf("%w: the fingerprint of its rows begins with %.16s, here with %.16s", ErrOtherData, w.Data, r.saver.data)
	}
	if n := r.source.Len(); w.Batches != n {
		return fmt.Errorf("%w: an epoch had %d batches, here it has %d", ErrOtherRun, w.Batches, n)
	}
	if w.Seed != r.Seed || w.Accumulated != r.Accumulate || w.Batch != r.Batch {
		return fmt.Errorf("%w: Seed was %d, Batch %d and Accumulate %d, here they are %d, %d and %d",
			ErrOtherRun, w.Seed, w.Batch, w.Accumulated, r.Seed, r.Batch, r.Accumulate)
	}
	if w.Settings != r.Checkpoint.Settings {
		return fmt.Errorf("%w: they were %q, here they are %q", ErrOtherRun, w.Settings, r.Checkpoint.Settings)
	}
	at := w.At
	if at.Epochs < 0 || at.Batches < 0 || at.Batches > w.Batches || at.EpochRows < 0 || w.Now.Step < 0 || at.Watch.Rows < 0 ||
		!(at.Lowered > 0 && at.Lowered <= 1) {
		return fmt.Errorf("%w: it stands nowhere in a run", ErrDamaged)
	}
	return nil
}

// some writes the first of some names.
func some(names []string) string {
	if len(names) > 3 {
		return fmt.Sprintf("%.60q and %d more", names[:3], len(names)-3)
	}
	return fmt.Sprintf("%.60q", names)
}
