package main

import (
	"errors"
	"io/fs"
	"os"
)

// lock is a file that one process holds at a time.
type lock struct {
	f *os.File
}

// errHeld says that another process holds it.
var errHeld = errors.New("another process is writing it: want to wait for that, or another -o")

// hold makes the file and holds it until release. A process that is killed lets go of it.
func hold(path string) (*lock, error) {
	for {
		f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
		if wrong := (*fs.PathError)(nil); errors.As(err, &wrong) {
			return nil, wrong.Err
		}
		if err := holdFile(f); err != nil {
			return nil, errors.Join(err, f.Close())
		}
		held, err := f.Stat()
		if err != nil {
			return nil, errors.Join(err, f.Close())
		}
		if named, err := os.Stat(path); err == nil && os.SameFile(held, named) {
			return &lock{f}, nil
		}
		_ = f.Close() // whoever held it before has removed it meanwhile
	}
}

// release removes the file and lets go of it.
func (l *lock) release() {
	_ = os.Remove(l.f.Name()) // where it can't be removed the next one finds it, and that nobody holds it
	_ = l.f.Close()
}
