package optim_test

import (
	"bytes"
	"log/slog"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/optim"
)

func TestProgressIsRecordsOffTheTerminal(t *testing.T) {
	var out bytes.Buffer
	p := optim.Progress{Out: &out}
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

func TestProgressInOnesOwnLog(t *testing.T) {
	var out bytes.Buffer
	file, err := os.Create(t.TempDir() + "/log")
	require.NoError(t, err)
	defer file.Close()
	p := optim.Progress{Out: file, Label: "Loss", Log: slog.New(slog.NewJSONHandler(&out, nil))}
	_, err = record(p.Observe)
	require.NoError(t, err)
	assert.Contains(t, out.String(), `"msg":"trained","epoch":1,"epochs":2,"loss":1.8,`)
	info, err := file.Stat()
	require.NoError(t, err)
	assert.Zero(t, info.Size())
}

func TestProgressOfARunThatFailsAtOnce(t *testing.T) {
	var out bytes.Buffer
	p := optim.Progress{Out: &out}
	require.NoError(t, p.Observe(optim.Event{Kind: optim.Finished}))
	assert.Empty(t, out.String())
}

func ExampleProgress() {
	progress := optim.Progress{
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
	fit := optim.Trainer{Solver: &optim.Adam{LR: 0.5}, Epochs: 2, Observe: progress.Observe}
	if err := fit.Run(background, newCentre(5), numbers(2)); err != nil {
		panic(err)
	}
	// Output:
	// level=INFO msg=trained epoch=1 epochs=2 nll=10.25
	// level=INFO msg=trained epoch=2 epochs=2 nll=8.125
}
