package progress_test

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/optim"
	"github.com/go-ffjord/ffjord/optim/progress"
)

// centre is the objective ½ E(w - x)² of one number w.
type centre struct{ w, grad *tensor.Dense }

func newCentre(start float64) centre { return centre{data.Rows(1, start), data.Rows(1, 0)} }

func (c centre) Value() gorgonia.Value         { return c.w }
func (c centre) Grad() (gorgonia.Value, error) { return c.grad, nil }
func (c centre) Model() []gorgonia.ValueGrad   { return []gorgonia.ValueGrad{c} }
func (c centre) Loss(_ context.Context, batch *tensor.Dense) (float64, error) {
	w, grad, loss := c.w.Float64s()[0], 0.0, 0.0
	rows := float64(batch.Shape()[0])
	for _, x := range batch.Float64s() {
		loss += (w - x) * (w - x) / 2 / rows
		grad += (w - x) / rows
	}
	c.grad.Float64s()[0] = grad
	return loss, nil
}

// record tells an observer of two epochs of a run.
func record(observe optim.Observer) ([]optim.Event, error) {
	events := []optim.Event{
		{Kind: optim.StepDone, Epoch: 1, Epochs: 2, Step: 1, Steps: 2, Loss: 1.8, Rows: 5, Elapsed: time.Second},
		{Kind: optim.EpochDone, Epoch: 1, Epochs: 2, Step: 1, Steps: 2, Loss: 1.8, Rows: 5, Elapsed: time.Second},
		{Kind: optim.EpochDone, Epoch: 2, Epochs: 2, Step: 2, Steps: 2, Loss: 4.8, Rows: 10, Elapsed: 2 * time.Second},
		{Kind: optim.Finished, Epoch: 2, Epochs: 2, Step: 2, Steps: 2, Loss: 4.8, Rows: 10, Elapsed: 2 * time.Second},
	}
	for _, e := range events {
		if err := observe(e); err != nil {
			return events, err
		}
	}
	return events, nil
}

func TestDisplayIsRecordsOffTheTerminal(t *testing.T) {
	var out bytes.Buffer
	p := progress.Display{Out: &out}
	for range 2 {
		out.Reset()
		_, err := record(p.Observe)
		require.NoError(t, err)
		lines := strings.Split(strings.TrimSpace(out.String()), "\n")
		require.Len(t, lines, 2)
		assert.Regexp(t, regexp.MustCompile(`^time=\S+ level=INFO msg=trained epoch=1 epochs=2 nll=1.8 rows_per_second=\d\S* left=\S+$`), lines[0])
		assert.Contains(t, lines[1], "epoch=2 epochs=2 nll=4.8 ")
	}
}

// Epochs of 0.1 s have a record each five seconds, and the last has one whatever its time.
func TestDisplayPausesBetweenRecords(t *testing.T) {
	var out bytes.Buffer
	d := progress.Display{Out: &out}
	const epochs = 123
	e := optim.Event{Epochs: epochs, Steps: epochs}
	for e.Epoch = 1; e.Epoch <= epochs; e.Epoch++ {
		e.Kind, e.Step, e.Elapsed = optim.EpochDone, e.Epoch, time.Duration(e.Epoch)*100*time.Millisecond
		require.NoError(t, d.Observe(e))
	}
	e.Kind, e.Epoch = optim.Finished, epochs
	require.NoError(t, d.Observe(e))
	var told []string
	for _, found := range regexp.MustCompile(`epoch=(\d+)`).FindAllStringSubmatch(out.String(), -1) {
		told = append(told, found[1])
	}
	assert.Equal(t, []string{"1", "51", "101", "123"}, told)
}

func TestDisplayInOnesOwnLog(t *testing.T) {
	var out bytes.Buffer
	file, err := os.Create(t.TempDir() + "/log")
	require.NoError(t, err)
	defer file.Close()
	p := progress.Display{Out: file, Label: "Loss", Log: slog.New(slog.NewJSONHandler(&out, nil))}
	_, err = record(p.Observe)
	require.NoError(t, err)
	assert.Contains(t, out.String(), `"msg":"trained","epoch":1,"epochs":2,"loss":1.8,`)
	info, err := file.Stat()
	require.NoError(t, err)
	assert.Zero(t, info.Size())
}

func TestDisplayOfARunThatFailsAtOnce(t *testing.T) {
	var out bytes.Buffer
	p := progress.Display{Out: &out}
	require.NoError(t, p.Observe(optim.Event{Kind: optim.Finished}))
	assert.Empty(t, out.String())
}

// A loss of columns that were not scaled is told once, at the end.
func TestDisplayGivesAdvice(t *testing.T) {
	var out bytes.Buffer
	d := progress.Display{Out: &out}
	for _, kind := range []optim.Kind{optim.EpochDone, optim.Finished} {
		require.NoError(t, d.Observe(optim.Event{Kind: kind, Advice: "scale the columns"}))
	}
	assert.Equal(t, 1, strings.Count(out.String(), `level=WARN msg="scale the columns"`))
}

func ExampleDisplay() {
	display := progress.Display{
		Out: os.Stdout,
		Log: slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{
			ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
				switch a.Key {
				case "time", "rows_per_second", "left": // differ from run to run
					return slog.Attr{}
				}
				return a
			},
		})),
	}
	fit := optim.Trainer{Optimizer: &optim.Adam{LR: 0.5}, Epochs: 2, Observe: display.Observe}
	if err := fit.Run(context.Background(), newCentre(5), data.Rows(1, 0, 1)); err != nil {
		panic(err)
	}
	// Output:
	// level=INFO msg=trained epoch=1 epochs=2 nll=10.25
	// level=INFO msg=trained epoch=2 epochs=2 nll=8.125
}
