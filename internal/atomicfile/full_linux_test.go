package atomicfile_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/internal/atomicfile"
)

func TestFullDisk(t *testing.T) {
	folder := t.TempDir()
	if err := syscall.Mount("tmpfs", folder, "tmpfs", 0, "size=64k"); err != nil {
		t.Skip("fills a small disk, which can't be mounted here: ", err)
	}
	defer func() { require.NoError(t, syscall.Unmount(folder, 0)) }()
	path := filepath.Join(folder, "a")
	require.NoError(t, atomicfile.Write(path, make([]byte, 1000)))
	err := atomicfile.Write(path, make([]byte, 1<<20))
	assert.ErrorIs(t, err, syscall.ENOSPC)
	assert.ErrorContains(t, err, "write "+path+": no space left on device")
	got, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Len(t, got, 1000, "the older file")
	assert.Equal(t, []string{"a"}, names(t, folder))
	require.NoError(t, os.Remove(path))
}
