package main

import (
	"context"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"sync"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/flows"
)

func init() { // Beam's workers find functions by their registered names
	register.DoFn2x1[string, func(string), error](&scoreFn{})
	register.Emitter1[string]()
	beam.RegisterType(reflect.TypeFor[scoreFn]())
}

// scoreFn answers a line of numbers with commas between them by itself and its log-density in nats. It computes rows in
// batches, which change no bit of any, and answers them in their order.
type scoreFn struct {
	Model string // its file, which every worker can read
	Batch int    // rows computed at once

	flow  *flows.Flow
	lines []string
	rows  []float64
}

// models are those that this process has loaded, by their files: all of its workers share one.
var models sync.Map

// Setup loads the model, once in a process: the first worker's context must not end what all others wait for.
func (f *scoreFn) Setup() error {
	load, _ := models.LoadOrStore(f.Model, sync.OnceValues(func() (*flows.Flow, error) {
		return flows.Load(context.Background(), f.Model, nil, nil)
	}))
	var err error
	f.flow, err = load.(func() (*flows.Flow, error))()
	return err
}

// ProcessElement takes a line, and answers when there are enough for a batch.
func (f *scoreFn) ProcessElement(line string, emit func(string)) error {
	words := strings.Split(line, ",")
	if len(words) != f.flow.Dim {
		return fmt.Errorf("%q: %d numbers, want %d", line, len(words), f.flow.Dim)
	}
	for _, word := range words {
		v, err := strconv.ParseFloat(strings.TrimSpace(word), 64)
		if err != nil {
			return fmt.Errorf("%q: %w", line, err)
		}
		f.rows = append(f.rows, v)
	}
	f.lines = append(f.lines, line)
	if len(f.lines) < f.Batch {
		return nil
	}
	return f.answer(context.Background(), emit)
}

// FinishBundle answers what is left: no bundle may keep rows of another.
func (f *scoreFn) FinishBundle(ctx context.Context, emit func(string)) error {
	return f.answer(ctx, emit)
}

func (f *scoreFn) answer(ctx context.Context, emit func(string)) error {
	if len(f.lines) == 0 {
		return nil
	}
	x := tensor.New(tensor.WithShape(len(f.lines), f.flow.Dim), tensor.WithBacking(f.rows))
	logp, err := f.flow.LogProb(ctx, x)
	if err != nil {
		return err
	}
	for i, line := range f.lines {
		emit(line + "," + strconv.FormatFloat(logp[i], 'g', -1, 64))
	}
	f.lines, f.rows = f.lines[:0], nil
	return nil
}
