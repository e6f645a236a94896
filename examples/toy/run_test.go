package main

import (
	"bytes"
	"context"
	"fmt"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/data/toy"
	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/internal/program"
	"github.com/go-ffjord/ffjord/nn"
)

// small makes a run cheap: fifty steps of a small net.
var small = []string{"-epochs", "1", "-batch", "8", "-hidden", "4", "-tol", "1e-2", "-held", "1000"}

// outcome is what a run left behind.
type outcome struct {
	code           int
	stdout, stderr string
	file           string
}

// learned runs the program with a file of its own.
func learned(t *testing.T, args ...string) outcome {
	var stderr bytes.Buffer
	o := learnedTo(context.Background(), t, &stderr, args...)
	o.stderr = stderr.String()
	return o
}

func learnedTo(ctx context.Context, t *testing.T, stderr interface{ Write([]byte) (int, error) }, args ...string) outcome {
	var stdout bytes.Buffer
	o := outcome{file: filepath.Join(t.TempDir(), "toy.png")}
	o.code = app().Run(ctx, append([]string{"-out", o.file}, args...), &stdout, stderr)
	o.stdout = stdout.String()
	return o
}

// line is a row of the table, NaN where it has a dash. What took time is not in it.
type line struct {
	name                     string
	entropy, nll, gap, evals float64
}

// table reads the rows below the head.
func (o outcome) table(t *testing.T) (lines []line) {
	number := func(cell string) float64 {
		if cell == "-" {
			return math.NaN()
		}
		v, err := strconv.ParseFloat(cell, 64)
		require.NoError(t, err, o.stdout)
		return v
	}
	for row := range strings.Lines(o.stdout) {
		cells := strings.Split(strings.TrimSpace(row), " | ")
		if len(cells) == 6 && cells[1] != "entropy" {
			lines = append(lines, line{
				strings.TrimPrefix(cells[0], "| "), number(cells[1]), number(cells[2]), number(cells[3]), number(cells[4]),
			})
		}
	}
	return lines
}

// aspect returns how many times as wide the picture is as high.
func (o outcome) aspect(t *testing.T) float64 {
	b, err := os.ReadFile(o.file)
	require.NoError(t, err)
	img, err := png.Decode(bytes.NewReader(b))
	require.NoError(t, err)
	return float64(img.Bounds().Dx()) / float64(img.Bounds().Dy())
}

func TestRun(t *testing.T) {
	o := learned(t, append(small, "-data", "moons")...)
	require.Equal(t, program.Done, o.code, o.stderr)
	assert.Less(t, o.aspect(t), 1.0, "a column of three")

	table := o.table(t)
	require.Len(t, table, 1)
	assert.Equal(t, "moons", table[0].name)
	assert.InDelta(t, 2.394, table[0].entropy, 2e-3, "three digits")
	assert.InDelta(t, table[0].nll-table[0].entropy, table[0].gap, 0.15, "the mean of 1000 true -log p of standard deviation 0.9 or so")
	assert.Greater(t, table[0].gap, 0.0)
	params := (2*4 + 4 + 3*4) + 2*(4*4+4+3*4) + (4*2 + 2 + 3*2) // weights, bias; gate with its bias, shift
	assert.Contains(t, o.stdout, fmt.Sprintf("50 steps of 8 new points each, %d parameters", params))
	assert.Contains(t, o.stderr, "epoch=1 epochs=1")
	for text := range strings.Lines(o.stdout) {
		if !strings.Contains(text, o.file) {
			assert.LessOrEqual(t, len(text), 80, text)
		}
	}
}

// All sets come in one table and one picture, bit for bit the same however many are learnt at a time.
func TestAll(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4))
	four := learned(t, append(small, "-all")...)
	require.Equal(t, program.Done, four.code, four.stderr)
	table := four.table(t)
	require.Len(t, table, len(paper()))
	for i, name := range paper() {
		assert.Equal(t, name, table[i].name)
		assert.InDelta(t, table[i].nll-table[i].entropy, table[i].gap, 0.15, name)
		assert.Contains(t, four.stderr, name+"=", "its progress")
	}
	assert.Greater(t, four.aspect(t), 1.5, "eight columns of three")

	runtime.GOMAXPROCS(1)
	alone := learned(t, append(small, "-data", "rings")...)
	require.Equal(t, program.Done, alone.code, alone.stderr)
	assert.Equal(t, table[2], alone.table(t)[0])
	other := learned(t, append(small, "-data", "rings", "-seed", "2")...)
	require.Equal(t, program.Done, other.code, other.stderr)
	assert.Equal(t, table[2].entropy, other.table(t)[0].entropy)
	assert.NotEqual(t, table[2].nll, other.table(t)[0].nll)

	if testing.Short() {
		return // not all of them twice
	}
	one := learned(t, append(small, "-all")...)
	require.Equal(t, program.Done, one.code, one.stderr)
	assert.Equal(t, table, one.table(t))
	a, err := os.ReadFile(one.file)
	require.NoError(t, err)
	b, err := os.ReadFile(four.file)
	require.NoError(t, err)
	assert.True(t, bytes.Equal(a, b), "pictures")
}

// Rows on a curve have no density: there is nothing to be near to.
func TestSetWithoutDensity(t *testing.T) {
	o := learned(t, append(small, "-data", "cos")...)
	require.Equal(t, program.Done, o.code, o.stderr)
	assert.Contains(t, o.stdout, "| cos | - | ")
	assert.FileExists(t, o.file)
	row := o.table(t)[0]
	assert.True(t, math.IsNaN(row.entropy) && math.IsNaN(row.gap))
	assert.False(t, math.IsNaN(row.nll))
}

func TestSetOnTheLine(t *testing.T) {
	o := learned(t, append(small, "-data", "3gaussians1d")...)
	require.Equal(t, program.Done, o.code, o.stderr)
	assert.InDelta(t, 1.928, o.table(t)[0].entropy, 2e-3, "three digits")
	assert.Contains(t, o.stdout, "no picture: the set is not in the plane\n")
	assert.NoFileExists(t, o.file)
}

// A flow without a block is its base N(0, I), whose NLL of eight Gaussians at the distance r with deviation σ is
// log 2π + r²/2 + σ².
func TestMeasure(t *testing.T) {
	set := toy.Gaussians{}
	s := settings{seed: 3, held: 10_000}
	r, err := measure(t.Context(), s, set, &flows.Flow{Dim: 2, Params: nn.NewParams(s.random(weightStream))})
	require.NoError(t, err)
	const rr, σσ = 16 / 1.414 / 1.414, 0.25 / 1.414 / 1.414
	assert.InDelta(t, math.Log(2*math.Pi)+rr/2+σσ, r.nll, 0.04, "four standard errors of |x|²/2, of deviation 1")
	assert.InDelta(t, set.Entropy(), r.best, 0.04, "four standard errors of a -log p of deviation 1")
	assert.Equal(t, set.Entropy(), r.entropy)
	assert.Equal(t, r.nll-r.best, r.gap())
	assert.Zero(t, r.evals)
}

// The best Gaussian has 4.256 nats, so that less means that the flow has found more than mean and spread.
func TestItLearns(t *testing.T) {
	o := learned(t, "-epochs", "6", "-batch", "32", "-hidden", "16", "-tol", "1e-3")
	require.Equal(t, program.Done, o.code, o.stderr)
	row := o.table(t)[0]
	assert.Equal(t, "8gaussians", row.name)
	assert.Less(t, row.nll, 3.6)
	assert.Greater(t, row.gap, 0.0)
	assert.Greater(t, row.evals, 7.0, "a step of dopri5 and a first look")
}

// canceller cancels when progress is written.
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
	o := learnedTo(ctx, t, stderr, append(small, "-epochs", "5000")...)
	assert.Equal(t, program.Interrupted, o.code)
	assert.Contains(t, stderr.String(), "toy: interrupted; what is shown was learnt by then\n")
	assert.Contains(t, o.stdout, fmt.Sprintf("\n%d steps of", deals))
	assert.Len(t, o.table(t), 1)
	assert.FileExists(t, o.file)
}

func TestInterruptedAtOnce(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	var stderr bytes.Buffer
	o := learnedTo(ctx, t, &stderr, append(small, "-all")...)
	assert.Equal(t, program.Interrupted, o.code)
	assert.Equal(t, "toy: interrupted before anything was learnt\n", stderr.String())
	assert.Empty(t, o.stdout)
	assert.NoFileExists(t, o.file)
}

func TestDivergence(t *testing.T) {
	o := learned(t, append(small, "-data", "moons", "-lr", "1e30")...)
	assert.Equal(t, program.Failed, o.code)
	assert.Empty(t, o.stdout)
	assert.Contains(t, o.stderr, "toy: moons: optim: epoch 1, step ")
	assert.NoFileExists(t, o.file)
}
