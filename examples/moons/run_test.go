package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"image/png"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/data/toy"
	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/internal/program"
)

// drawn makes a run cheap: two short epochs of a small flow; small also leaves out the pictures.
var (
	drawn = []string{
		"-size", "300", "-held", "500", "-batch", "70", "-epochs", "2", "-blocks", "2", "-hidden", "3", "-method", "rk4", "-steps", "2",
	}
	small = append(drawn[:len(drawn):len(drawn)], "-draw=false")
)

// outcome is what a run left behind.
type outcome struct {
	code           int
	stdout, stderr string
	report         report
	history        [][]string
	folder         string
}

func (o outcome) file(t *testing.T, name string) []byte {
	b, err := os.ReadFile(filepath.Join(o.folder, name))
	require.NoError(t, err)
	return b
}

// learned runs the program with -json in a folder of its own.
func learned(t *testing.T, args ...string) outcome {
	var stderr bytes.Buffer
	o := learnedTo(context.Background(), t, &stderr, args...)
	o.stderr = stderr.String()
	return o
}

func learnedTo(ctx context.Context, t *testing.T, stderr interface{ Write([]byte) (int, error) }, args ...string) outcome {
	o := outcome{folder: filepath.Join(t.TempDir(), "new", "folder")}
	var stdout bytes.Buffer
	o.code = moons().Run(ctx, append([]string{"-json", "-out", o.folder}, args...), &stdout, stderr)
	o.stdout = stdout.String()
	if o.stdout != "" {
		lines := strings.Split(strings.TrimSuffix(o.stdout, "\n"), "\n")
		require.NoError(t, json.Unmarshal([]byte(lines[len(lines)-1]), &o.report))
	}
	if b, err := os.ReadFile(filepath.Join(o.folder, historyFile)); err == nil {
		o.history, err = csv.NewReader(bytes.NewReader(b)).ReadAll()
		require.NoError(t, err)
	}
	return o
}

func TestRun(t *testing.T) {
	o := learned(t, drawn...)
	require.Equal(t, program.Done, o.code, o.stderr)

	entries, err := os.ReadDir(o.folder)
	require.NoError(t, err)
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	assert.ElementsMatch(t, files(), names)
	for _, name := range []string{panelFile, densityFile} {
		img, err := png.Decode(bytes.NewReader(o.file(t, name)))
		require.NoError(t, err, name)
		assert.Greater(t, img.Bounds().Dx(), 1000, name)
	}
	assert.Contains(t, string(o.file(t, svgFile)), "</svg>")
	assert.Contains(t, string(o.file(t, dotFile)), "digraph")

	require.Len(t, o.history, 3)
	assert.Equal(t, []string{"epoch", "step", "nll", "rate", "grad_norm", "seconds"}, o.history[0][:6])
	assert.Equal(t, "32", o.history[1][7], "evaluations of a row, there and back: blocks, steps and stages")
	assert.Equal(t, []string{"1", "5"}, o.history[1][:2], "300 points are 4 batches of 70 and one of 20")
	assert.Equal(t, []string{"2", "10"}, o.history[2][:2])
	assert.Equal(t, "0.01", o.history[1][3])

	r := o.report
	assert.InDelta(t, 0.477, r.Entropy, 1e-3)
	assert.InDelta(t, r.NLLTest-r.Entropy, r.Gap, 0.2, "the mean of 500 true -log p of standard deviation 1 or so")
	assert.Greater(t, r.Gap, 0.0)
	assert.Equal(t, 2, r.EpochsDone)
	assert.Equal(t, 10, r.StepsDone)
	assert.Greater(t, r.Seconds, 0.0)
	assert.InEpsilon(t, 600/r.Seconds, r.RowsPerSecond, 1e-9)
	assert.Equal(t, 2*2*4.0, r.NFEPerRow, "blocks, steps and stages")
	assert.Equal(t, 2*(4*3+3+3*3+3+3*2+2), r.Params)
	assert.Equal(t, uint64(1), r.Settings.Seed)
	assert.Equal(t, "rk4", r.Settings.Method)
	assert.False(t, r.Interrupted)

	for line := range strings.Lines(o.stdout[:strings.Index(o.stdout, "{")]) {
		if !strings.Contains(line, o.folder) {
			assert.LessOrEqual(t, len(line), 80, line)
		}
	}
}

// The net of a single layer is the affine map f = [t t x]·W + b, and Euler's one step from t = 1 to 0 is z = x - f
// with the log-determinant -tr W, so that nll_test has a closed form.
func TestNLLOfAnAffineField(t *testing.T) {
	args := []string{"-layers", "1", "-method", "euler", "-steps", "1", "-blocks", "1", "-dtype", "float64", "-size", "100", "-draw=false"}
	o := learned(t, append(args, "-epochs", "1")...)
	require.Equal(t, program.Done, o.code, o.stderr)

	f, s := flags()
	require.NoError(t, f.Parse(args))
	flow, err := flows.Load(t.Context(), filepath.Join(o.folder, flowFile), s.random(0), nil)
	require.NoError(t, err)
	w := flow.Params.Get("block0.0.weight").Value().Data().([]float64)
	b := flow.Params.Get("block0.0.bias").Value().Data().([]float64)
	require.Len(t, w, 4*2)

	x := toy.Draw(toy.Moons{Noise: 0.06}, s.Held, s.random(testStream)).Float64s()
	var sum float64
	for i := 0; i < len(x); i += 2 {
		for j := range 2 {
			z := x[i+j] - (w[j] + w[2+j] + x[i]*w[4+j] + x[i+1]*w[6+j] + b[j])
			sum += z*z/(2*0.8*0.8) + math.Log(0.8) + math.Log(2*math.Pi)/2
		}
		sum += w[4] + w[7]
	}
	assert.InDelta(t, sum/float64(s.Held), o.report.NLLTest, 1e-12, "float64 throughout")
}

// Whoever has the file alone has the flow, and the same density.
func TestTheFileIsTheFlow(t *testing.T) {
	base := []string{"-size", "300", "-epochs", "1", "-blocks", "2", "-hidden", "3", "-dtype", "float64", "-held", "1000", "-draw=false"}
	for _, args := range [][]string{
		{"-rtol", "1e-4", "-atol", "1e-7", "-method", "tsit5"},
		{"-steps", "3", "-method", "rk4", "-schedule", "cosine"},
	} {
		o := learned(t, append(base, args...)...)
		require.Equal(t, program.Done, o.code, o.stderr)
		_, s := flags()
		flow, err := flows.Load(t.Context(), filepath.Join(o.folder, flowFile), s.random(0), nil)
		require.NoError(t, err)
		got, err := flow.HeldOut(toy.Draw(toy.Moons{Noise: 0.06}, 1000, s.random(testStream)))(t.Context())
		require.NoError(t, err)
		assert.InDelta(t, o.report.NLLTest, got, 1e-12) // sums in another order
	}
}

func TestSameSeedSameBits(t *testing.T) {
	traces, run, left := []string{"hutchinson", "exact"}, drawn, files() // the first trace draws noise besides
	if testing.Short() {
		traces, run, left = traces[:1], small, []string{flowFile}
	}
	for _, trace := range traces {
		t.Run(trace, func(t *testing.T) {
			args := append([]string{"-trace", trace, "-seed", "7"}, run...)
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
			one := learned(t, args...)
			require.Equal(t, program.Done, one.code, one.stderr)
			runtime.GOMAXPROCS(4)
			four := learned(t, args...)
			require.Equal(t, program.Done, four.code, four.stderr)

			for _, o := range []*outcome{&one, &four} {
				o.report.Seconds, o.report.RowsPerSecond, o.report.Settings.Out = 0, 0, ""
				for _, line := range o.history {
					line[5] = ""
				}
			}
			assert.Equal(t, one.report, four.report)
			assert.Equal(t, one.history, four.history)
			for _, name := range left {
				if name == historyFile {
					continue // tells times
				}
				assert.True(t, bytes.Equal(one.file(t, name), four.file(t, name)), name)
			}
		})
	}
}

func TestStreamsStandAlone(t *testing.T) {
	short := learned(t, append(small, "-epochs", "1")...)
	long := learned(t, append(small, "-epochs", "3")...)
	require.Equal(t, program.Done, short.code, short.stderr)
	require.Equal(t, program.Done, long.code, long.stderr)
	assert.Equal(t, short.history[1][:5], long.history[1][:5], "more epochs change nothing in the first")

	other := learned(t, append(small, "-epochs", "1", "-seed", "2")...)
	require.Equal(t, program.Done, other.code, other.stderr)
	assert.NotEqual(t, short.report.NLLTest, other.report.NLLTest)
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
	o := learnedTo(ctx, t, stderr, append(small, "-epochs", "50")...)
	assert.Equal(t, program.Interrupted, o.code)
	assert.Contains(t, stderr.String(), "moons: interrupted in epoch 2 of 50; what is learnt by step 5 is kept\n")
	assert.True(t, o.report.Interrupted)
	assert.Equal(t, 1, o.report.EpochsDone)
	assert.Equal(t, 5, o.report.StepsDone)
	assert.Len(t, o.history, 2)

	want := learned(t, append(small, "-epochs", "1")...)
	assert.Equal(t, want.report.NLLTest, o.report.NLLTest, "as if it had been asked for one epoch")
	assert.Equal(t, want.file(t, flowFile), o.file(t, flowFile))
}

func TestInterruptedAtOnce(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	var stderr bytes.Buffer
	o := learnedTo(ctx, t, &stderr, small...)
	assert.Equal(t, program.Interrupted, o.code)
	assert.Equal(t, "moons: interrupted before anything was learnt; nothing is written\n", stderr.String())
	assert.Empty(t, o.stdout)
	entries, err := os.ReadDir(o.folder)
	require.NoError(t, err)
	assert.Empty(t, entries)
}

func TestDivergence(t *testing.T) {
	o := learned(t, append(small, "-lr", "1e30")...)
	assert.Equal(t, program.Failed, o.code)
	assert.Empty(t, o.stdout)
	assert.Contains(t, o.stderr, fmt.Sprintf("the flow from before is in %s\n", o.folder))
	assert.FileExists(t, filepath.Join(o.folder, flowFile))
	assert.NoFileExists(t, filepath.Join(o.folder, panelFile))
}

// A disk that is full by the time of writing costs what does not fit, and the program says what that is.
func TestFilesThatFail(t *testing.T) {
	run, blocked, left := drawn, []string{densityFile, flowFile}, []string{historyFile, panelFile, dotFile, svgFile}
	if testing.Short() {
		run, blocked, left = small, blocked[1:], left[:1]
	}
	out := t.TempDir()
	var stdout, stderr strings.Builder
	blocking := &atWrite{do: func() { // after the files were tried
		for _, name := range blocked {
			require.NoError(t, os.MkdirAll(filepath.Join(out, name), 0o700))
		}
	}}
	code := moons().Run(t.Context(), append([]string{"-out", out}, run...), &stdout, io.MultiWriter(blocking, &stderr))
	assert.Equal(t, program.Failed, code)
	assert.Contains(t, stdout.String(), "files in "+out+"\n")
	for _, name := range blocked {
		assert.Contains(t, stderr.String(), filepath.Join(out, name))
	}
	for _, name := range left {
		assert.FileExists(t, filepath.Join(out, name))
	}
}

// atWrite does something at the first progress.
type atWrite struct{ do func() }

func (w *atWrite) Write(p []byte) (int, error) {
	if w.do != nil {
		w.do()
		w.do = nil
	}
	return len(p), nil
}

// A service that is told to end, or whose terminal closes, keeps what was learnt, as after Ctrl-C.
func TestSignalsKeepWhatIsLearnt(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no signals that a process can send to another")
	}
	out := t.TempDir()
	cmd := exec.Command(os.Args[0], append([]string{"-out", out}, append(small, "-epochs", "100000")...)...)
	cmd.Env = append(os.Environ(), "MOONS_TEST=moons")
	progress, err := cmd.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	_, err = progress.Read(make([]byte, 1)) // it learns
	require.NoError(t, err)
	require.NoError(t, cmd.Process.Signal(syscall.SIGTERM))
	go io.Copy(io.Discard, progress)
	var exit *exec.ExitError
	require.ErrorAs(t, cmd.Wait(), &exit)
	assert.Equal(t, 128+int(syscall.SIGTERM), exit.ExitCode())
	for _, name := range []string{flowFile, historyFile} {
		assert.FileExists(t, filepath.Join(out, name))
	}
}

func TestMain(m *testing.M) {
	if os.Getenv("MOONS_TEST") == "moons" {
		moons().Main()
	}
	os.Exit(m.Run())
}
