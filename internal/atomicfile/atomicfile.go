// Package atomicfile writes files that appear whole or not at all.
package atomicfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// Write writes a file whole or not at all, in place of an older one of that name, whose permissions it keeps, and onto
// the disk, so that a power cut leaves the one or the other.
//
// The error is a *fs.PathError that names path: a path that is a folder is syscall.EISDIR, a full disk syscall.ENOSPC,
// a folder that is not there fs.ErrNotExist, one that nothing may be written to fs.ErrPermission. Whatever it is, an
// older file is as it was.
//
// The file is written beside path under a name that begins with a dot and ends with .tmp. A process that is killed may
// leave one; a later Write to the same path removes those of ten minutes and more.
func Write(path string, data []byte) error {
	if err := write(path, data); err != nil {
		if inner := (*fs.PathError)(nil); errors.As(err, &inner) {
			err = inner.Err // of the temporary name, which says nothing to a reader
		} else if inner := (*os.LinkError)(nil); errors.As(err, &inner) {
			err = inner.Err
		}
		return &fs.PathError{Op: "write", Path: path, Err: err}
	}
	return nil
}

func write(path string, data []byte) error {
	permissions := fs.FileMode(0o644)
	if info, err := os.Stat(path); err == nil {
		if info.IsDir() {
			return syscall.EISDIR
		}
		permissions = info.Mode().Perm()
	}
	folder, name := filepath.Split(path)
	if folder == "" {
		folder = "."
	}
	f, err := create(folder, name, permissions)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	sweep(folder, name)
	return syncFolder(folder)
}

// create makes a new file beside name.
func create(folder, name string, permissions fs.FileMode) (*os.File, error) {
	for n := 0; ; n++ {
		temporary := filepath.Join(folder, fmt.Sprintf(".%s.%d-%d.tmp", name, os.Getpid(), n))
		f, err := os.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, permissions)
		if !errors.Is(err, fs.ErrExist) {
			return f, err
		}
	}
}

// sweep removes what processes that were killed have left beside name. It is no error where that can't be done.
func sweep(folder, name string) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), "."+name+".") || !strings.HasSuffix(e.Name(), ".tmp") {
			continue
		}
		if info, err := e.Info(); err == nil && time.Since(info.ModTime()) > 10*time.Minute {
			_ = os.Remove(filepath.Join(folder, e.Name()))
		}
	}
}

// syncFolder makes the names in a folder last.
func syncFolder(folder string) error {
	if runtime.GOOS == "windows" || runtime.GOOS == "js" {
		return nil // where a folder can't be synced
	}
	d, err := os.Open(folder)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
