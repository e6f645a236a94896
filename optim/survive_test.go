package optim_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/internal/safetensors"
	"github.com/go-ffjord/ffjord/optim"
)

// TestMain is the process that TestKilledAnywhere kills, where its environment says so.
func TestMain(m *testing.M) {
	if path := os.Getenv("OPTIM_TEST_RUN"); path != "" {
		j := newJob(path)
		j.fit.Checkpoint.Every = 20 * time.Millisecond
		j.fit.Epochs = 1 << 20
		if err := j.run(-1, false); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
	}
	debug.SetGCPercent(400) // hundreds of graphs are built and dropped
	os.Exit(m.Run())
}

// A process that is killed at any moment leaves a whole checkpoint, which is later than the one before, and no litter
// beyond the file that it was writing.
func TestKilledAnywhere(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no signals that a process can send to another")
	}
	kills := 50
	if testing.Short() {
		kills = 3
	}
	path := filepath.Join(t.TempDir(), "run")
	rng := rand.New(rand.NewPCG(1, 1))
	steps := 0
	for kill := range kills {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "OPTIM_TEST_RUN="+path)
		var out strings.Builder
		cmd.Stdout = &out
		before, _ := os.Stat(path)
		require.NoError(t, cmd.Start())
		require.Eventually(t, func() bool { // it trains, and writes what it has
			now, err := os.Stat(path)
			return err == nil && (before == nil || !os.SameFile(before, now))
		}, time.Minute, time.Millisecond)
		time.Sleep(time.Duration(rng.IntN(100)) * time.Millisecond)
		require.NoError(t, cmd.Process.Kill())
		require.Error(t, cmd.Wait())
		require.Empty(t, out.String(), "it was killed, and did not fail")
		file, err := safetensors.Open(path)
		require.NoError(t, err, "kill %d", kill)
		require.Equal(t, "ffjord-go run", file.Metadata["format"])
		words, _ := file.Get("run")
		var now struct{ Now struct{ Step int } }
		require.NoError(t, json.Unmarshal(words.Data.([]byte), &now))
		require.GreaterOrEqual(t, now.Now.Step, steps, "kill %d", kill)
		steps = now.Now.Step
	}
	require.Positive(t, steps)
	j := newJob(path)
	j.fit.Epochs = 1 << 20
	var past optim.Event
	j.fit.Observe = func(e optim.Event) error {
		if e.Kind == optim.Resumed {
			past = e
		}
		return optim.ErrStop
	}
	require.NoError(t, j.fit.Run(background, j.flow.NLL(), jobRows))
	assert.Equal(t, steps, past.Step)
	assert.Len(t, past.Past, (past.Step-1)/8, "a step ends an epoch of eight once the file has been begun")
}

// failures counts what a run is told of its checkpoints, and lets it go on.
type failures []error

func (f *failures) add(err error) error {
	*f = append(*f, err)
	return nil
}

// spoilt runs a job whose checkpoints can't be written from step 10 on, once there is one, and can again when it has been
// told.
func spoilt(t *testing.T, path string, spoil, mend func()) failures {
	var failed failures
	j := newJob(path)
	j.fit.Checkpoint.Steps, j.fit.Checkpoint.Failed = 1, failed.add
	spoiled, mended := false, false
	j.fit.Observe = optim.Observers(j.history.Observe, func(e optim.Event) error {
		if e.Kind != optim.StepDone {
			return nil
		}
		switch {
		case !spoiled && e.Step >= 10:
			for !exists(path) {
				time.Sleep(time.Millisecond)
			}
			spoil()
			spoiled = true
		case spoiled && !mended && len(failed) > 0:
			mend()
			mended = true
		}
		time.Sleep(5 * time.Millisecond) // for a file to be written, or not
		return nil
	})
	require.NoError(t, j.fit.Run(background, j.flow.NLL(), jobRows))

	whole := newJob(filepath.Join(t.TempDir(), "run"))
	require.NoError(t, whole.run(-1, false))
	want := whole.left(t)
	require.True(t, assert.ObjectsAreEqual(want, j.left(t)), "training saw nothing of it")
	again := newJob(path)
	require.NoError(t, again.run(-1, false))
	require.True(t, assert.ObjectsAreEqual(want, again.left(t)), "the last checkpoint is whole")
	require.NotEmpty(t, failed)
	for _, err := range failed {
		var checkpoint *optim.CheckpointError
		require.ErrorAs(t, err, &checkpoint)
		assert.Equal(t, path, checkpoint.Path)
	}
	return failed
}

func TestFolderThatGoesAway(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "folder")
	require.NoError(t, os.Mkdir(folder, 0o700))
	failed := spoilt(t, filepath.Join(folder, "run"),
		func() { require.NoError(t, os.Rename(folder, folder+"2")) },
		func() { require.NoError(t, os.Rename(folder+"2", folder)) })
	assert.ErrorIs(t, failed[0], os.ErrNotExist)
}

func TestFileReplacedByAFolder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run")
	failed := spoilt(t, path,
		func() {
			require.NoError(t, os.Rename(path, path+"2"))
			for errors.Is(os.Mkdir(path, 0o700), os.ErrExist) { // there is the next already
				require.NoError(t, os.Rename(path, path+"2"))
			}
		},
		func() {
			require.NoError(t, os.Remove(path))
			require.NoError(t, os.Rename(path+"2", path))
		})
	assert.Regexp(t, "is a directory|file exists", failed[0].Error(), "as the system has it")
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// disk mounts a disk of a megabyte, or skips the test.
func disk(t *testing.T) string {
	folder := t.TempDir()
	if err := mount(folder, ""); err != nil {
		t.Skip("fills a small disk, which can't be mounted here: ", err)
	}
	t.Cleanup(func() { require.NoError(t, unmount(folder)) })
	return folder
}

func TestFullDisk(t *testing.T) {
	folder := disk(t)
	filler := filepath.Join(folder, "filler")
	failed := spoilt(t, filepath.Join(folder, "run"),
		func() {
			f, err := os.Create(filler)
			require.NoError(t, err)
			_, err = io.Copy(f, zeros{})
			require.ErrorIs(t, err, syscall.ENOSPC)
			require.NoError(t, f.Close())
		},
		func() { require.NoError(t, os.Remove(filler)) })
	assert.ErrorIs(t, failed[0], syscall.ENOSPC)
}

// zeros are without end.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestReadOnlyFolder(t *testing.T) {
	folder := disk(t)
	failed := spoilt(t, filepath.Join(folder, "run"),
		func() {
			for errors.Is(mount(folder, "ro"), syscall.EBUSY) { // a file is open
				time.Sleep(time.Millisecond)
			}
		},
		func() { require.NoError(t, mount(folder, "rw")) })
	assert.ErrorIs(t, failed[0], syscall.EROFS)
}

// Without a word to the contrary a checkpoint that can't be written ends the run, at its start where it is so then.
func TestUnwritableCheckpointEndsTheRun(t *testing.T) {
	path := filepath.Join(t.TempDir(), "none", "run")
	j := newJob(path)
	err := j.run(-1, false)
	require.ErrorIs(t, err, os.ErrNotExist)
	assert.ErrorContains(t, err, "optim: checkpoint "+path+": ")
	assert.Empty(t, j.history.Epochs, "before any training")

	path = t.TempDir()
	err = newJob(path).run(-1, false)
	assert.ErrorContains(t, err, "optim: checkpoint "+path+": ")
	assert.ErrorContains(t, err, "is a directory")

	folder := filepath.Join(t.TempDir(), "folder")
	require.NoError(t, os.Mkdir(folder, 0o700))
	path = filepath.Join(folder, "run")
	j = newJob(path)
	j.fit.Checkpoint.Steps = 1
	j.fit.Observe = func(e optim.Event) error {
		if e.Step == 5 && e.Kind == optim.StepDone {
			require.NoError(t, os.Rename(folder, folder+"2"))
		}
		time.Sleep(2 * time.Millisecond)
		return nil
	}
	err = j.fit.Run(background, j.flow.NLL(), jobRows)
	require.ErrorIs(t, err, os.ErrNotExist)

	j = newJob(filepath.Join(t.TempDir(), "none", "run"))
	j.fit.Checkpoint.Failed = func(error) error { panic("no luck") }
	var panicked *optim.PanicError
	require.ErrorAs(t, j.run(-1, false), &panicked)
	assert.Equal(t, "Checkpoint.Failed", panicked.Callback)
	enough := errors.New("enough")
	j.fit.Checkpoint.Failed = func(error) error { return enough }
	assert.ErrorIs(t, j.run(-1, false), enough)
}
