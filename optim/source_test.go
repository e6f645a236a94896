package optim_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/data/toy"
	"github.com/go-ffjord/ffjord/optim"
)

// table writes the rows 0 to n-1 of one column to a file.
func table(t *testing.T, n int) string {
	name := filepath.Join(t.TempDir(), "rows.csv")
	var text strings.Builder
	fmt.Fprintln(&text, "x")
	for i := range n {
		fmt.Fprintln(&text, i)
	}
	require.NoError(t, os.WriteFile(name, []byte(text.String()), 0o600))
	return name
}

// told trains on what run gives the trainer and returns the events, without
// their times, and where w stands after each.
func told(t *testing.T, run func(optim.Trainer, centre) error) (events []optim.Event, w []float64) {
	c := newCentre(-5)
	fit := optim.Trainer{Rate: optim.Cosine(0.3, 0), Epochs: 3, MaxNorm: 40, Observe: func(e optim.Event) error {
		e.Elapsed = 0
		events, w = append(events, e), append(w, c.at()[0])
		return nil
	}}
	require.NoError(t, run(fit, c))
	return events, w
}

// The same rows in the same order are the same run, bit for bit, wherever they
// come from.
func TestRunSourceIsRun(t *testing.T) {
	const rows, batch = 101, 9
	events, w := told(t, func(fit optim.Trainer, c centre) error {
		fit.Batch, fit.Rand = batch, seeded(7)
		return fit.Run(background, c, numbers(rows))
	})
	require.Len(t, events, 3*12+3+1)

	t.Run("Batches", func(t *testing.T) {
		source, err := data.NewBatches(numbers(rows), batch, seeded(7))
		require.NoError(t, err)
		got, at := told(t, func(fit optim.Trainer, c centre) error {
			fit.Batch, fit.Rand = 5, seeded(1) // for Run alone
			return fit.RunSource(background, c, source)
		})
		assert.Equal(t, events, got)
		assert.Equal(t, w, at)
	})
	t.Run("Stream", func(t *testing.T) {
		// A window of all rows shuffles them as Batches does.
		source, err := data.NewStream(data.CSV{}.Open(table(t, rows)), data.StreamOptions{Batch: batch, Window: rows, Rand: seeded(7)})
		require.NoError(t, err)
		got, at := told(t, func(fit optim.Trainer, c centre) error { return fit.RunSource(background, c, source) })
		assert.Equal(t, events, got)
		assert.Equal(t, w, at)
	})
}

// A file that goes bad between two epochs ends the run in the middle of one,
// with the parameters that it had taught by then.
func TestRunSourceOfAFileThatBreaks(t *testing.T) {
	for _, test := range []struct {
		name string
		line string // in place of row 7
		want string
	}{
		{"no number", "seven", `optim: epoch 2, after step 8: data: FILE: csv: line 9, column "x": `},
		{"missing", `""`, `optim: epoch 2, after step 8: data: FILE: csv: line 9, column "x": `},
		{"torn", `"7`, "optim: epoch 2, after step 8: data: FILE: csv: "},
		{"shorter", "", "optim: epoch 2, after step 9: data: stream: 9 rows, there were 10 at first"},
	} {
		t.Run(test.name, func(t *testing.T) {
			name := table(t, 10)
			source, err := data.NewStream(data.CSV{}.Open(name), data.StreamOptions{Batch: 2})
			require.NoError(t, err)
			c := newCentre(0)
			var kept float64
			var last optim.Event
			err = optim.Trainer{Optimizer: &sgd{0.5}, Epochs: 3, Observe: func(e optim.Event) error {
				last = e
				switch e.Kind {
				case optim.StepDone:
					kept = c.at()[0]
				case optim.EpochDone:
					text, err := os.ReadFile(name)
					require.NoError(t, err)
					text = []byte(strings.Replace(string(text), "\n7\n", "\n"+test.line+"\n", 1))
					require.NoError(t, os.WriteFile(name, text, 0o600))
				}
				return nil
			}}.RunSource(background, c, source)
			require.ErrorContains(t, err, strings.Replace(test.want, "FILE", name, 1))
			assert.ErrorIs(t, err, source.Err())
			assert.Equal(t, kept, c.at()[0])
			assert.NotZero(t, kept)
			assert.Equal(t, optim.Finished, last.Kind)
			assert.Equal(t, err, last.Err)
			assert.Equal(t, 15, last.Steps)
		})
	}
}

// dealt deals the same batches every epoch.
type dealt []*tensor.Dense

func (d dealt) Len() int                       { return len(d) }
func (d dealt) Epoch() iter.Seq[*tensor.Dense] { return slices.Values(d) }
func (d dealt) Err() error                     { return nil }

// The mean of an epoch counts rows, not batches.
func TestRunSourceWeighsBatchesByTheirRows(t *testing.T) {
	s := newScript(func(step int, _ pair) (float64, error) { return float64(step), nil })
	var history optim.History
	fit := optim.Trainer{Optimizer: &sgd{}, Epochs: 2, Observe: history.Observe}
	require.NoError(t, fit.RunSource(background, s, dealt{numbers(1), numbers(5), numbers(2)}))
	require.Len(t, history.Epochs, 2)
	assert.Equal(t, (1*1+5*2+2*3)/8., history.Epochs[0].Loss)
	assert.Equal(t, (1*4+5*5+2*6)/8., history.Epochs[1].Loss)
	assert.Equal(t, 16, history.Last().Rows)
	assert.Equal(t, 6, history.Last().Steps)
}

func TestRunSourceStops(t *testing.T) {
	batches := dealt{numbers(3), numbers(3)}
	ctx, cancel := context.WithCancel(background)
	c := newCentre(0)
	err := optim.Trainer{Optimizer: &sgd{1}, Observe: func(optim.Event) error {
		cancel()
		return nil
	}}.RunSource(ctx, c, batches)
	require.ErrorIs(t, err, context.Canceled)
	assert.EqualError(t, err, "optim: epoch 1, step 2: context canceled")
	assert.Equal(t, 1.0, c.at()[0])

	steps := 0
	require.NoError(t, optim.Trainer{Epochs: 4, Observe: func(e optim.Event) error {
		steps = e.Step
		return optim.ErrStop
	}}.RunSource(background, newCentre(0), batches))
	assert.Equal(t, 1, steps)
}

func TestRunSourceRefuses(t *testing.T) {
	c := newCentre(2)
	assert.EqualError(t, optim.Trainer{}.RunSource(background, c, nil), "optim: Trainer: no source")
	assert.EqualError(t, optim.Trainer{}.RunSource(background, nil, dealt{}), "optim: Trainer: no objective")
	assert.EqualError(t, optim.Trainer{Epochs: -1}.RunSource(background, c, dealt{}), "optim: Trainer: Epochs is -1, want 0 or more")
	assert.EqualError(t, optim.Trainer{}.RunSource(background, c, dealt{}), "optim: epoch 1, after step 0: the source has no rows")
	assert.Equal(t, 2.0, c.at()[0])
}

func TestRunSourceReportsWhatBrokeIt(t *testing.T) {
	broken := errors.New("broken")
	err := optim.Trainer{}.RunSource(background, newCentre(0), &breaking{dealt{numbers(3)}, broken})
	require.ErrorIs(t, err, broken)
	assert.EqualError(t, err, "optim: epoch 1, after step 1: broken")
}

type breaking struct {
	dealt
	err error
}

func (b *breaking) Err() error { return b.err }

// endless draws rows anew for every batch: no row is ever met twice.
type endless struct {
	of    toy.Distribution
	rng   *rand.Rand
	steps int
	err   error
}

func (s *endless) Len() int   { return s.steps }
func (s *endless) Err() error { return s.err }

func (s *endless) Epoch() iter.Seq[*tensor.Dense] {
	return func(yield func(*tensor.Dense) bool) {
		for range s.steps {
			var rows *tensor.Dense
			if rows, s.err = s.of.Sample(256, s.rng); s.err != nil || !yield(rows) {
				return
			}
		}
	}
}

func ExampleTrainer_RunSource() {
	mean := newCentre(3, 3)
	rows := &endless{of: toy.Moons{Noise: 0.06}, rng: seeded(1), steps: 320}
	fit := optim.Trainer{Rate: optim.Cosine(0.05, 0)}
	if err := fit.RunSource(context.Background(), mean, rows); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.2f\n", mean.at())
	// Output: [0.50 0.25]
}
