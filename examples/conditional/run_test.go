package main

import (
	"bytes"
	"context"
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/internal/program"
)

// small makes a run cheap: two short epochs of a small net on two letters.
var small = []string{"-labels", "17", "-size", "100", "-batch", "70", "-epochs", "2", "-hidden", "4"}

// outcome is what a run left behind.
type outcome struct {
	code           int
	stdout, stderr string
	file           string
}

// conditional runs the program with a file of its own.
func conditional(ctx context.Context, t *testing.T, args ...string) outcome {
	var stdout, stderr bytes.Buffer
	o := outcome{file: filepath.Join(t.TempDir(), "picture.png")}
	o.code = app().Run(ctx, append([]string{"-out", o.file}, args...), &stdout, &stderr)
	o.stdout, o.stderr = stdout.String(), stderr.String()
	return o
}

// picture returns the bytes of the file.
func (o outcome) picture(t *testing.T) []byte {
	b, err := os.ReadFile(o.file)
	require.NoError(t, err)
	return b
}

// table reads the lines of the report: the label, NLL, true NLL and gap.
func (o outcome) table(t *testing.T) map[string][3]float64 {
	lines := map[string][3]float64{}
	for line := range strings.Lines(o.stdout) {
		var label string
		var v [3]float64
		if n, _ := fmt.Sscan(line, &label, &v[0], &v[1], &v[2]); n == 4 {
			lines[label] = v
		}
	}
	return lines
}

func TestRun(t *testing.T) {
	o := conditional(t.Context(), t, small...)
	require.Equal(t, program.Done, o.code, o.stderr)
	img, err := png.Decode(bytes.NewReader(o.picture(t)))
	require.NoError(t, err)
	assert.Greater(t, img.Bounds().Dy(), img.Bounds().Dx(), "three strips of two")

	table := o.table(t)
	require.Len(t, table, 3)
	for i, name := range []string{"1", "7"} {
		got := table[name]
		labels, err := letters("17")
		require.NoError(t, err)
		assert.InDelta(t, labels[i].density.Entropy(), got[1], 0.06, "4096 points of standard deviation 0.7 or so")
		assert.Greater(t, got[2], 0.0)
	}
	for i := range 3 {
		assert.InDelta(t, (table["1"][i]+table["7"][i])/2, table["mean"][i], 1e-4, "four digits behind the point")
	}
	assert.Contains(t, o.stdout, "6 steps in ", "200 points are two batches of 70 and one of 60")
	for line := range strings.Lines(o.stdout) {
		if !strings.Contains(line, o.file) {
			assert.LessOrEqual(t, len(line), 80, line)
		}
	}
}

func TestSameSeedSameBits(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	one := conditional(t.Context(), t, small...)
	require.Equal(t, program.Done, one.code, one.stderr)
	runtime.GOMAXPROCS(4)
	four := conditional(t.Context(), t, small...)
	require.Equal(t, program.Done, four.code, four.stderr)
	assert.Equal(t, one.table(t), four.table(t))
	assert.True(t, bytes.Equal(one.picture(t), four.picture(t)))

	if testing.Short() {
		return // most of a run draws its picture
	}
	other := conditional(t.Context(), t, append(small, "-seed", "2")...)
	require.Equal(t, program.Done, other.code, other.stderr)
	assert.NotEqual(t, one.table(t), other.table(t))
}

// The flow must use the condition: it gives the points of each letter a higher density under their own label.
func TestTheConditionCounts(t *testing.T) {
	f, s := flags()
	require.NoError(t, f.Parse([]string{"-labels", "-|", "-size", "1000", "-batch", "50", "-epochs", "5", "-hidden", "8"}))
	labels, err := letters(s.labels)
	require.NoError(t, err)
	train, err := draws(labels, s.size, s.random(trainStream))
	require.NoError(t, err)
	flow := s.flow(len(labels))
	require.NoError(t, s.fit(t.Context(), flow, train, nil))
	own, err := measure(t.Context(), *s, flow, labels)
	require.NoError(t, err)
	labels[0].given, labels[1].given = labels[1].given, labels[0].given
	swapped, err := measure(t.Context(), *s, flow, labels)
	require.NoError(t, err)
	for i := range own {
		// Without the condition this is 0; between the true densities it is many nats.
		assert.Greater(t, swapped[i].nll-own[i].nll, 1.0, "%q", own[i].letter)
		assert.Less(t, own[i].gap(), 1.0, "%q", own[i].letter)
	}
}

// canceller cancels when the progress of the first epoch is written.
type canceller struct {
	bytes.Buffer
	cancel context.CancelFunc
}

func (c *canceller) Write(p []byte) (int, error) {
	c.cancel()
	return c.Buffer.Write(p)
}

func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	stderr := &canceller{cancel: cancel}
	var stdout bytes.Buffer
	file := filepath.Join(t.TempDir(), "picture.png")
	code := app().Run(ctx, append([]string{"-out", file}, append(small, "-epochs", "50")...), &stdout, stderr)
	assert.Equal(t, program.Interrupted, code)
	assert.Contains(t, stderr.String(), "conditional: interrupted; now measuring")
	assert.Contains(t, stdout.String(), "3 steps in ")
	assert.FileExists(t, file)
}

func TestInterruptedAtOnce(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	o := conditional(ctx, t, small...)
	assert.Equal(t, program.Interrupted, o.code)
	assert.Equal(t, "conditional: interrupted\n", o.stderr)
	assert.Empty(t, o.stdout)
	assert.NoFileExists(t, o.file)
}

func TestDivergence(t *testing.T) {
	o := conditional(t.Context(), t, append(small, "-lr", "1e30")...)
	assert.Equal(t, program.Failed, o.code)
	assert.Empty(t, o.stdout)
	assert.NoFileExists(t, o.file)
}

// TestDemo runs the program as it is.
func TestDemo(t *testing.T) {
	if testing.Short() {
		t.Skip("trains for 20 epochs, which takes minutes under the race detector")
	}
	o := conditional(t.Context(), t)
	require.Equal(t, program.Done, o.code, o.stderr)
	t.Log(o.stdout)
	assert.LessOrEqual(t, o.table(t)["mean"][2], 0.05)
	assert.Greater(t, o.table(t)["mean"][2], 0.0, "no density beats the true one")
}
