package atomicfile_test

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/internal/atomicfile"
)

func names(t *testing.T, folder string) (out []string) {
	entries, err := os.ReadDir(folder)
	require.NoError(t, err)
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return out
}

func TestWriteFrom(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	some := func(w io.Writer) error { _, err := io.WriteString(w, "some"); return err }
	require.NoError(t, atomicfile.WriteFrom(path, some))
	broken := errors.New("broken")
	assert.ErrorIs(t, atomicfile.WriteFrom(path, func(w io.Writer) error { return errors.Join(some(w), some(w), broken) }), broken)
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, "some", string(b), "the older file is as it was")
}

func TestWrite(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "a[b.txt")
	require.NoError(t, atomicfile.Write(path, []byte("one")))
	require.NoError(t, os.Chmod(path, 0o600))
	require.NoError(t, atomicfile.Write(path, []byte("two")))
	got, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, "two", string(got))
	info, err := os.Stat(path)
	require.NoError(t, err)
	assert.Equal(t, fs.FileMode(0o600), info.Mode().Perm(), "an older file's permissions")
	assert.Equal(t, []string{"a[b.txt"}, names(t, folder), "nothing else is left")
}

func TestWriteToThePresentFolder(t *testing.T) {
	t.Chdir(t.TempDir())
	require.NoError(t, atomicfile.Write("a", []byte("one")))
	assert.Equal(t, []string{"a"}, names(t, "."))
}

func TestFailuresNameThePathAndItsCause(t *testing.T) {
	folder := t.TempDir()
	file := filepath.Join(folder, "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	for _, c := range []struct {
		name, path string
		want       error
	}{
		{"folder", folder, syscall.EISDIR},
		{"no folder", filepath.Join(folder, "none", "a"), fs.ErrNotExist},
		{"a file as folder", filepath.Join(file, "a"), syscall.ENOTDIR},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := atomicfile.Write(c.path, []byte("x"))
			require.ErrorIs(t, err, c.want)
			var path *fs.PathError
			require.True(t, errors.As(err, &path))
			assert.Equal(t, c.path, path.Path)
			assert.Equal(t, []string{"file"}, names(t, folder))
		})
	}
}

// A process that was killed leaves its file; one that is still being written is let alone, and so are files of others.
func TestLeftoversAreSwept(t *testing.T) {
	folder := t.TempDir()
	left, others := ".a.1-0.tmp", []string{".a.b.1-0.tmp", ".a.mine.tmp", ".b.1-0.tmp"}
	before := time.Now().Add(-time.Hour)
	for _, name := range append(others, left) {
		path := filepath.Join(folder, name)
		require.NoError(t, os.WriteFile(path, nil, 0o600))
		require.NoError(t, os.Chtimes(path, before, before))
	}
	long, err := atomicfile.Create(filepath.Join(folder, "a"))
	require.NoError(t, err)
	require.NoError(t, atomicfile.Write(filepath.Join(folder, "a"), []byte("short")))
	_, err = long.Write([]byte("long"))
	require.NoError(t, err)
	require.NoError(t, long.Commit())
	got, err := os.ReadFile(filepath.Join(folder, "a"))
	require.NoError(t, err)
	assert.Equal(t, "long", string(got), "the last to commit")
	assert.Equal(t, append(others, "a"), names(t, folder))
}

// A device or a pipe would be replaced by a file.
func TestIrregularFilesStay(t *testing.T) {
	before, err := os.Stat(os.DevNull)
	require.NoError(t, err)
	require.ErrorIs(t, atomicfile.Write(os.DevNull, []byte("x")), atomicfile.ErrIrregular)
	after, err := os.Stat(os.DevNull)
	require.NoError(t, err)
	assert.True(t, os.SameFile(before, after))
}

// Of many writers one wins, whole.
func TestWritersSideBySide(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a")
	var group sync.WaitGroup
	for _, c := range []byte("abcdefgh") {
		group.Go(func() { assert.NoError(t, atomicfile.Write(path, bytes.Repeat([]byte{c}, 1<<16))) })
	}
	group.Wait()
	got, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, strings.Repeat(string(got[:1]), 1<<16), string(got))
	assert.Len(t, names(t, filepath.Dir(path)), 1)
}
