package progress

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/vbauerster/mpb/v8"

	"github.com/go-ffjord/ffjord/optim"
)

func TestBar(t *testing.T) {
	e := optim.Event{Kind: optim.StepDone, Epoch: 1, Epochs: 2, Step: 1, Steps: 4, Loss: 9, Rows: 100, Elapsed: time.Second}
	for _, test := range []struct {
		name   string
		events []optim.Event
		want   []string
	}{
		{
			"to the end",
			[]optim.Event{
				e,
				{Kind: optim.EpochDone, Epoch: 1, Epochs: 2, Step: 2, Steps: 4, Loss: 0.75},
				{Kind: optim.StepDone, Epoch: 2, Epochs: 2, Step: 3, Steps: 4, Loss: 123},
				{Kind: optim.Finished, Epoch: 2, Epochs: 2, Step: 4, Steps: 4, Loss: 0.5, Rows: 50000, Elapsed: 4 * time.Second},
			},
			[]string{"epoch 2/2  NLL 0.7500 ", "12.5k rows/s  in 4s"},
		},
		{
			"stopped",
			[]optim.Event{e, {Kind: optim.Finished, Epoch: 1, Epochs: 2, Step: 1, Steps: 4, Loss: 8, Rows: 100, Elapsed: time.Second}},
			[]string{"epoch 1/2  NLL 8.0000 ", "100 rows/s  in 1s"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			var out bytes.Buffer
			b := newBar(&out, "NLL", e, mpb.WithAutoRefresh(), mpb.WithWidth(120))
			for _, e := range test.events {
				require.NoError(t, b.observe(e))
			}
			for _, want := range test.want {
				assert.Contains(t, out.String(), want)
			}
		})
	}
}

func TestBarTellsTheTimeLeft(t *testing.T) {
	s := status{event: optim.Event{Kind: optim.StepDone, Step: 10, Steps: 30, Elapsed: 100 * time.Second}}
	assert.Equal(t, "3m20s left", s.time())
	s.event.Step = 29
	assert.Equal(t, "3.4s left", s.time())
	s.event.Kind = optim.Finished
	assert.Equal(t, "in 1m40s", s.time())
}

func TestMetric(t *testing.T) {
	for x, want := range map[float64]string{0: "0", 12.34: "12.3", 999: "999", 1234: "1.23k", 182_400: "182k", 3.5e6: "3.5M"} {
		assert.Equal(t, want, metric(x))
	}
}

func TestRound(t *testing.T) {
	for x, want := range map[float64]float64{0: 0, 1.234567: 1.2346, -0.001234567: -0.0012346, 123456: 123460} {
		assert.InEpsilon(t, want+1, round(x, 5)+1, 1e-15)
	}
}
