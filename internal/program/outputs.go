package program

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// TryFile finds out whether a file that the flag names can be written, and leaves none behind: a mistake should not
// come out after minutes of work.
func TryFile(flag, path string) error {
	if path == "" {
		return fmt.Errorf("-%s is empty: want a file", flag)
	}
	return try(flag, filepath.Dir(path), path)
}

// TryFolder makes a folder that the flag names and finds out whether these files can be written to it.
func TryFolder(flag, folder string, files ...string) error {
	if folder == "" {
		return fmt.Errorf("-%s is empty: want a folder", flag)
	}
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return fmt.Errorf("-%s: %w", flag, err)
	}
	paths := make([]string, len(files))
	for i, name := range files {
		paths[i] = filepath.Join(folder, name)
	}
	return try(flag, folder, paths...)
}

// try finds out whether paths of a folder can be written.
func try(flag, folder string, paths ...string) error {
	if info, err := os.Stat(folder); err != nil {
		return fmt.Errorf("-%s: %w", flag, err)
	} else if !info.IsDir() {
		return fmt.Errorf("-%s: %s is no folder", flag, folder)
	}
	for _, path := range paths {
		if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
			return fmt.Errorf("-%s: %s is in the way: it is no regular file", flag, path)
		}
	}
	err := probe(folder)
	if at := (*fs.PathError)(nil); errors.As(err, &at) {
		return fmt.Errorf("-%s: write %s: %w", flag, strings.Join(paths, ", "), at.Err) // and not of a file that nobody asked for
	}
	return err
}

// probe writes a file to a folder and removes it.
func probe(folder string) error {
	f, err := os.CreateTemp(folder, ".probe-*")
	if err != nil {
		return err
	}
	_, err = f.Write(make([]byte, 4096)) // a full disk takes names, and no bytes
	return errors.Join(err, f.Close(), os.Remove(f.Name()))
}
