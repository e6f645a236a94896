package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// asProgram is set where this test is to be the program, in a process of its own.
const asProgram = "FFJORD_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main() // exits
	}
	debug.SetGCPercent(400) // hundreds of graphs are built and dropped
	os.Exit(m.Run())
}

// process is a run of the program that has not begun, in a process of its own, for what signals end and what lasts.
func process(ctx context.Context, folder string, args ...string) *exec.Cmd {
	self, _ := os.Executable() // without one the run fails
	c := exec.CommandContext(ctx, self, args...)
	c.Dir, c.Env = folder, append(os.Environ(), asProgram+"=1")
	return c
}

// result is how a run of the program ended.
type result struct {
	code     int
	out, err string
}

// ffjord runs the program in a folder, in this process, which saves its start.
func ffjord(t *testing.T, folder, stdin string, args ...string) result {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), 2*time.Minute) // one that does not end fails its test
	defer stop()
	t.Chdir(folder)
	var out, errs bytes.Buffer
	code := run(ctx, args, strings.NewReader(stdin), &out, &errs)
	return result{code, out.String(), errs.String()}
}

// TestProcess runs the program as a user does: what it says and how it ends are those of run.
func TestProcess(t *testing.T) {
	at := made{}.save(t)
	for _, args := range [][]string{{"sample", "m.safetensors", "-n", "3"}, {"sample", "m.safetensors", "-n", "0"}, {"info", "none"}} {
		var out, errs bytes.Buffer
		c := process(t.Context(), at, args...)
		c.Stdout, c.Stderr = &out, &errs
		if err := c.Run(); err != nil {
			require.ErrorAs(t, err, new(*exec.ExitError))
		}
		assert.Equal(t, ffjord(t, at, "", args...), result{c.ProcessState.ExitCode(), out.String(), errs.String()})
	}
}

func TestHelp(t *testing.T) {
	all := ffjord(t, t.TempDir(), "", "-h")
	assert.Zero(t, all.code)
	assert.NotContains(t, all.out, "--")
	listed := false
	for line := range strings.Lines(all.out) {
		name := strings.Fields(line)
		if listed = listed || strings.HasPrefix(line, "Commands:"); !listed || !strings.HasPrefix(line, "  ") || line[2] == ' ' {
			continue
		}
		help := ffjord(t, t.TempDir(), "", name[0], "-h")
		assert.Zero(t, help.code)
		assert.GreaterOrEqual(t, strings.Count(help.out, "    ffjord ")+strings.Count(help.out, "    source "), 2, help.out)
	}
	assert.True(t, listed)
}

func TestWrongUse(t *testing.T) {
	const endings = "want a name that ends with .csv, .tsv, .npy, .parquet or .jsonl, which says how it is written; .gz or .zst behind a text\n"
	for _, c := range []struct {
		name string
		args []string
		err  string
	}{
		{"command", []string{"sampl"}, "ffjord: unexpected argument sampl, did you mean \"sample\"?; see ffjord -h\n"},
		{"flag", []string{"sample", "m", "-top"}, "ffjord sample: unknown flag -top; see ffjord sample -h\n"},
		{"number", []string{"sample", "m", "-n", "x"}, "ffjord sample: -n: expected a valid 64 bit int but got \"x\"; see ffjord sample -h\n"},
		{"output", []string{"sample", "m", "-o", "a.npz"}, "ffjord sample: a.npz: " + endings},
		{"no output", []string{"score", "m", "-o", "a.xlsx"}, "ffjord score: a.xlsx: " + endings},
		{"nothing to end", []string{"impute", "m", "rows.csv", "-o", "a"}, "ffjord impute: a: " + endings},
		{"merged output", []string{"merge", "a.csv", "-o", "/dev/null"}, "ffjord merge: /dev/null: " + endings},
		{"compressed array", []string{"sample", "m", "-o", "a.npy.gz"}, "ffjord sample: a.npy.gz: .npy is not written compressed, want it without .gz\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := ffjord(t, t.TempDir(), "", c.args...)
			assert.Equal(t, result{2, "", c.err}, got)
		})
	}
}

// TestFullDisk scores onto a disk of a megabyte. There is an error that names the file, and no file.
func TestFullDisk(t *testing.T) {
	at := learnt(t, "-columns", "height")
	disk := filepath.Join(at, "disk")
	require.NoError(t, os.Mkdir(disk, 0o700))
	if err := mountSmall(disk); err != nil {
		t.Skipf("fills a small disk, which can't be mounted here: %v", err)
	}
	defer func() { require.NoError(t, unmount(disk)) }()
	more(t, at, 60000)
	for _, name := range []string{"s.csv", "s.npy", "s.csv.gz"} {
		got := ffjord(t, at, "", "score", "m.safetensors", "rows.csv", "-o", filepath.Join("disk", name))
		assert.Equal(t, 1, got.code)
		assert.Contains(t, got.err, "ffjord score: write disk/"+name+": no space left on device")
		assert.NoFileExists(t, filepath.Join(disk, name))
		files, err := os.ReadDir(disk)
		require.NoError(t, err)
		for _, f := range files {
			require.NoError(t, os.Remove(filepath.Join(disk, f.Name())))
		}
	}
	drawn := ffjord(t, at, "", "sample", "m.safetensors", "-n", "100000", "-o", filepath.Join("disk", "x.csv"))
	assert.Equal(t, result{1, "", "ffjord sample: write disk/x.csv: no space left on device\n"}, drawn)
	files, err := os.ReadDir(disk)
	require.NoError(t, err)
	assert.Empty(t, files)
}
