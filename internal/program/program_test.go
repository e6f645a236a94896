package program_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/internal/program"
)

// waiter is a program that works until it is told to end, and then still prints.
var waiter = program.Program{
	Name: "waiter",
	Prepare: func([]string) (program.Work, error) {
		return func(ctx context.Context, stdout, _ io.Writer) error {
			fmt.Fprintln(stdout, "ready")
			<-ctx.Done()
			_, err := fmt.Fprintln(stdout, "kept")
			return errors.Join(context.Cause(ctx), err)
		}, nil
	},
}

func TestMain(m *testing.M) {
	if os.Getenv("PROGRAM_TEST") == "waiter" {
		waiter.Main()
	}
	os.Exit(m.Run())
}

// Every signal that ends programs ends this one in order, and the exit code says which it was.
func TestSignals(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no signals that a process can send to another")
	}
	for _, s := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		t.Run(s.String(), func(t *testing.T) {
			cmd := exec.Command(os.Args[0])
			cmd.Env = append(os.Environ(), "PROGRAM_TEST=waiter")
			var stderr bytes.Buffer
			cmd.Stderr = &stderr
			out, err := cmd.StdoutPipe()
			require.NoError(t, err)
			require.NoError(t, cmd.Start())
			lines := bufio.NewScanner(out)
			require.True(t, lines.Scan())
			require.Equal(t, "ready", lines.Text())
			require.NoError(t, cmd.Process.Signal(s))
			require.True(t, lines.Scan())
			assert.Equal(t, "kept", lines.Text())
			var exit *exec.ExitError
			require.ErrorAs(t, cmd.Wait(), &exit)
			assert.Equal(t, 128+int(s), exit.ExitCode())
			assert.Equal(t, "waiter: "+s.String()+"\n", stderr.String())
		})
	}
}

// A reader of the output that has left costs the output, and not what is done besides.
func TestReaderThatLeaves(t *testing.T) {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "PROGRAM_TEST=waiter")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	require.True(t, bufio.NewScanner(out).Scan())
	require.NoError(t, out.Close())
	require.NoError(t, cmd.Process.Signal(os.Interrupt))
	var exit *exec.ExitError
	require.ErrorAs(t, cmd.Wait(), &exit)
	assert.Equal(t, program.Interrupted, exit.ExitCode(), "not ended by a broken pipe")
	assert.Contains(t, stderr.String(), "broken pipe")
}

func TestExitCodes(t *testing.T) {
	broken := errors.New("broken")
	done, cancel := context.WithCancel(t.Context())
	cancel()
	for _, test := range []struct {
		name           string
		ctx            context.Context
		prepare, work  error
		code           int
		stdout, stderr string
	}{
		{"well", t.Context(), nil, nil, program.Done, "", ""},
		{"help", t.Context(), flag.ErrHelp, nil, program.Done, "so it goes", ""},
		{"misused", t.Context(), broken, nil, program.Misused, "", "p: broken\n"},
		{"failed", t.Context(), nil, broken, program.Failed, "", "p: broken\n"},
		{"interrupted", done, nil, broken, program.Interrupted, "", "p: broken\n"},
		{"interrupted after the work", done, nil, nil, program.Done, "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			code := program.Program{
				Name: "p",
				Help: func(w io.Writer) { _, _ = io.WriteString(w, "so it goes") },
				Prepare: func(args []string) (program.Work, error) {
					assert.Equal(t, []string{"-a"}, args)
					return func(context.Context, io.Writer, io.Writer) error { return test.work }, test.prepare
				},
			}.Run(test.ctx, []string{"-a"}, &stdout, &stderr)
			assert.Equal(t, test.code, code)
			assert.Equal(t, test.stdout, stdout.String())
			assert.Equal(t, test.stderr, stderr.String())
		})
	}
}

func TestOutputsAreTried(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	require.NoError(t, os.WriteFile(file, []byte("old"), 0o600))
	assert.NoError(t, program.TryFile("out", file))
	assert.NoError(t, program.TryFile("out", filepath.Join(dir, "new")))
	assert.ErrorContains(t, program.TryFile("out", ""), "-out is empty: want a file")
	assert.ErrorContains(t, program.TryFile("out", dir), "-out: "+dir+" is in the way: it is no regular file")
	assert.ErrorContains(t, program.TryFile("out", filepath.Join(dir, "none", "new")), "-out: stat ")
	assert.ErrorContains(t, program.TryFile("out", filepath.Join(file, "new")), "-out: "+file+" is no folder")
	assert.NoError(t, program.TryFolder("out", filepath.Join(dir, "a", "b"), "x", "y"))
	assert.ErrorContains(t, program.TryFolder("out", ""), "-out is empty: want a folder")
	assert.ErrorContains(t, program.TryFolder("out", file, "x"), "-out: mkdir "+file)
	assert.ErrorContains(t, program.TryFolder("out", dir, "a"), filepath.Join(dir, "a")+" is in the way")
	if runtime.GOOS == "linux" { // where nobody can make a file in /proc
		err := program.TryFile("out", "/proc/new")
		assert.ErrorContains(t, err, "-out: write /proc/new: ")
		assert.NotContains(t, err.Error(), "probe")
	}
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Len(t, entries, 2, "nothing is left behind")
	old, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, "old", string(old))
}

func TestFlags(t *testing.T) {
	f := flag.NewFlagSet("p", flag.ContinueOnError)
	f.Int("n", 1, "")
	assert.NoError(t, program.Parse(f, []string{"-n", "3"}))
	assert.ErrorIs(t, program.Parse(f, []string{"-h"}), flag.ErrHelp)
	assert.EqualError(t, program.Parse(f, []string{"-n", "3", "x"}), `"x" is no flag; -h lists the flags`)
	assert.NoError(t, program.CheckCounts(program.Count{Flag: "a", Value: 1, Most: 1}))
	assert.EqualError(t, program.CheckCounts(program.Count{Flag: "a", Value: 1, Most: 1}, program.Count{Flag: "b", Value: 2, Most: 1}), "-b is 2: want 1 to 1")
	assert.NoError(t, program.CheckPositive("x", 1e-300))
	for _, v := range []float64{0, -1, math.Inf(1), math.NaN()} {
		assert.ErrorContains(t, program.CheckPositive("x", v), "want a positive number")
	}
}
