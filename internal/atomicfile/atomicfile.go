// Package atomicfile writes files that appear whole or not at all.
package atomicfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
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
// A path that is there and is no regular file, such as /dev/null, is ErrIrregular: it would be replaced by one.
//
// The file is written beside path under a name that begins with a dot and ends with .tmp. A process that is killed may
// leave one. A later Write to the same path removes it, where a system can tell that nobody writes it any more (by
// flock), and else after ten minutes.
func Write(path string, data []byte) error {
	f, err := Create(path)
	if err != nil {
		return err
	}
	if _, err := f.Write(data); err != nil {
		return errors.Join(err, f.Abort())
	}
	return f.Commit()
}

// WriteFrom writes what a function writes, as [Write] does. Where the function fails, its error is returned and an
// older file is as it was.
func WriteFrom(path string, write func(w io.Writer) error) error {
	var b bytes.Buffer
	if err := write(&b); err != nil {
		return err
	}
	return Write(path, b.Bytes())
}

// ErrIrregular says that what has the name of a file to be written is none.
var ErrIrregular = errors.New("it is no regular file")

// File is a file that has not appeared yet. Its errors are those of [Write].
type File struct {
	path string
	f    *os.File
	over bool
}

// Create begins a file, which appears under its name by [File.Commit].
func Create(path string) (*File, error) {
	f := &File{path: path}
	permissions := fs.FileMode(0o644)
	if info, err := os.Stat(path); err == nil {
		if info.IsDir() {
			return nil, f.named(syscall.EISDIR)
		}
		if !info.Mode().IsRegular() {
			return nil, f.named(ErrIrregular)
		}
		permissions = info.Mode().Perm()
	}
	folder, name := f.split()
	sweep(folder, name)
	var err error
	if f.f, err = create(folder, name, permissions); err != nil {
		return nil, f.named(err)
	}
	return f, nil
}

// Write appends to the file.
func (f *File) Write(p []byte) (int, error) {
	n, err := f.f.Write(p)
	return n, f.named(err)
}

// WriteAt writes in place of what was written before.
func (f *File) WriteAt(p []byte, at int64) (int, error) {
	n, err := f.f.WriteAt(p, at)
	return n, f.named(err)
}

// Commit makes the file appear, in place of an older one of that name. After an error there is no trace of it.
func (f *File) Commit() error {
	f.over = true
	err := f.f.Sync()
	if closedToRename {
		err = errors.Join(err, f.f.Close())
	}
	if err == nil {
		err = os.Rename(f.f.Name(), f.path)
	}
	if err != nil {
		err = errors.Join(err, os.Remove(f.f.Name()))
	}
	if !closedToRename {
		err = errors.Join(err, f.f.Close())
	}
	if err != nil {
		return f.named(err)
	}
	folder, _ := f.split()
	return f.named(syncFolder(folder))
}

// Abort removes what was written. After Commit, or a second time, it does nothing.
func (f *File) Abort() error {
	if f.over {
		return nil
	}
	f.over = true
	return f.named(errors.Join(f.f.Close(), os.Remove(f.f.Name())))
}

func (f *File) split() (folder, name string) {
	folder, name = filepath.Split(f.path)
	if folder == "" {
		folder = "."
	}
	return folder, name
}

// named makes err one of the path, and not of the temporary name, which says nothing to a reader.
func (f *File) named(err error) error {
	if err == nil {
		return nil
	}
	if inner := (*fs.PathError)(nil); errors.As(err, &inner) {
		err = inner.Err
	} else if inner := (*os.LinkError)(nil); errors.As(err, &inner) {
		err = inner.Err
	}
	return &fs.PathError{Op: "write", Path: f.path, Err: err}
}

// create makes a new file beside name, and holds it.
func create(folder, name string, permissions fs.FileMode) (*os.File, error) {
	for n := 0; ; n++ {
		temporary := filepath.Join(folder, fmt.Sprintf(".%s.%d-%d.tmp", name, os.Getpid(), n))
		f, err := os.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, permissions)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		hold(f)
		if named, err := os.Lstat(temporary); err == nil {
			if held, err := f.Stat(); err == nil && os.SameFile(held, named) {
				return f, nil
			}
		}
		_ = f.Close() // another has taken it for a leftover before it was held
	}
}

// old is the age of a leftover where nothing else tells one.
const old = 10 * time.Minute

// sweep removes what processes that were killed have left beside name. It is no error where that can't be done.
func sweep(folder, name string) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return
	}
	for _, e := range entries {
		if !isTemporary(e.Name(), name) {
			continue
		}
		if info, err := e.Info(); err == nil && info.Mode().IsRegular() {
			reclaim(filepath.Join(folder, e.Name()), time.Since(info.ModTime()))
		}
	}
}

// isTemporary reports whether that is what create calls a file beside name.
func isTemporary(file, name string) bool {
	rest, ok := strings.CutPrefix(file, "."+name+".")
	number, is := strings.CutSuffix(rest, ".tmp")
	return ok && is && number != "" && strings.Trim(number, "-0123456789") == ""
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
