package program_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
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
	Flags: flag.NewFlagSet("waiter", flag.ContinueOnError),
	Prepare: func() (program.Work, error) {
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
		{"misused", t.Context(), broken, nil, program.Misused, "", "p: broken\n"},
		{"failed", t.Context(), nil, broken, program.Failed, "", "p: broken\n"},
		{"interrupted", done, nil, broken, program.Interrupted, "", "p: broken\n"},
		{"interrupted after the work", done, nil, nil, program.Done, "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			code := program.Program{
				Flags: flag.NewFlagSet("p", flag.ContinueOnError),
				Prepare: func() (program.Work, error) {
					return func(context.Context, io.Writer, io.Writer) error { return test.work }, test.prepare
				},
			}.Run(test.ctx, nil, &stdout, &stderr)
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

// run runs a program with a flag of each kind and returns what it says.
func run(t *testing.T, want int, args ...string) (stdout, stderr string) {
	var n int
	var x, y float64
	f := flag.NewFlagSet("p", flag.ContinueOnError)
	f.Var(program.IntIn(&n, 2, 0, 9), "n", "`number` of things")
	f.Var(program.IntIn(&n, 0, 0, 9), "none", "`number` of others")
	f.Var(program.Positive(&x, 0.5), "x", "a `rate`")
	f.Var(program.FloatIn(&y, 0.06, 1e-3, 10), "y", "a `length`")
	var out, errs bytes.Buffer
	code := program.Program{Flags: f, About: "so it goes\n", Prepare: func() (program.Work, error) {
		return func(_ context.Context, stdout, _ io.Writer) error {
			_, err := fmt.Fprint(stdout, n, x, y)
			return err
		}, nil
	}}.Run(t.Context(), args, &out, &errs)
	assert.Equal(t, want, code, errs.String())
	return out.String(), errs.String()
}

func TestFlags(t *testing.T) {
	out, _ := run(t, program.Done)
	assert.Equal(t, "0 0.5 0.06", out)
	out, _ = run(t, program.Done, "-n", "0x3", "-x", "1e-300", "-y=10")
	assert.Equal(t, "3 1e-300 10", out)
	out, _ = run(t, program.Done, "-h")
	assert.Equal(t, "so it goes\n"+
		"  -n number\n    \tnumber of things (default 2)\n  -none number\n    \tnumber of others\n"+
		"  -x rate\n    \ta rate (default 0.5)\n  -y length\n    \ta length (default 0.06)\n", out)
	for _, test := range []struct {
		args []string
		want string
	}{
		{[]string{"-n", "3", "x"}, `"x" is no flag; -h lists the flags`},
		{[]string{"-m"}, "flag provided but not defined: -m"},
		{[]string{"-n", "10"}, `invalid value "10" for flag -n: want a whole number from 0 to 9`},
		{[]string{"-n", "-1"}, `invalid value "-1" for flag -n: want a whole number from 0 to 9`},
		{[]string{"-n", "99999999999999999999"}, `invalid value "99999999999999999999" for flag -n: want a whole number from 0 to 9`},
		{[]string{"-n", "two"}, `invalid value "two" for flag -n: want a whole number from 0 to 9`},
		{[]string{"-x", "0"}, `invalid value "0" for flag -x: want a positive number`},
		{[]string{"-x", "-1"}, `invalid value "-1" for flag -x: want a positive number`},
		{[]string{"-x", "Inf"}, `invalid value "Inf" for flag -x: want a positive number`},
		{[]string{"-x", "NaN"}, `invalid value "NaN" for flag -x: want a positive number`},
		{[]string{"-x", "much"}, `invalid value "much" for flag -x: want a positive number`},
		{[]string{"-y", "1e-4"}, `invalid value "1e-4" for flag -y: want a number from 0.001 to 10`},
		{[]string{"-y", "11"}, `invalid value "11" for flag -y: want a number from 0.001 to 10`},
		{[]string{"-y", "NaN"}, `invalid value "NaN" for flag -y: want a number from 0.001 to 10`},
	} {
		_, told := run(t, program.Misused, test.args...)
		assert.Equal(t, "p: "+test.want+"\n", told)
	}
}
