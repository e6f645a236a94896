package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/go-ffjord/ffjord/flows/model"
)

// loadModel loads a model that fit has made.
func loadModel(a *app, path string) (*model.Model, error) {
	if err := checkModel(path); err != nil {
		return nil, err
	}
	m, err := model.Load(a.ctx, path, nil)
	if errors.Is(err, model.ErrNoTable) {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return m, err
}

// checkModel tells a file that is no model at all by its first bytes, those of another kind of file among them: rows in
// the place of the model, for one.
func checkModel(path string) error {
	file, err := open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	if info.IsDir() {
		return fmt.Errorf("%s is a directory, want a model that ffjord fit has made", path)
	}
	head := make([]byte, 9) // the length of the header, and its first brace
	if _, err := io.ReadFull(file, head); err != nil || head[8] != '{' || head[7] != 0 {
		return fmt.Errorf("%s is no model, want one that ffjord fit has made (.safetensors)", path)
	}
	return nil
}

// open opens a file to be read. Its error begins with the path, as those of other files do.
func open(path string) (*os.File, error) {
	file, err := os.Open(path)
	return file, pathFirst(err)
}

// statFile tells of a file to be read, with an error as that of open.
func statFile(path string) (os.FileInfo, error) {
	info, err := os.Stat(path)
	return info, pathFirst(err)
}

func pathFirst(err error) error {
	if wrong := (*fs.PathError)(nil); errors.As(err, &wrong) {
		return fmt.Errorf("%s: %w", wrong.Path, wrong.Err)
	}
	return err
}
