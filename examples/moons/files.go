package main

import (
	"bytes"
	"errors"
	"io"
	"path/filepath"

	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/internal/atomicfile"
	"github.com/go-ffjord/ffjord/optim"
	"github.com/go-ffjord/ffjord/viz"
)

// Files that a run leaves behind. Each appears whole or not at all.
const (
	panelFile   = "panel.png"
	densityFile = "density.png"
	flowFile    = "flow.safetensors"
	historyFile = "history.csv"
	dotFile     = "graph.dot"
	svgFile     = "graph.svg"
)

func files() []string {
	return []string{panelFile, densityFile, flowFile, historyFile, dotFile, svgFile}
}

// folder is where the files go.
type folder struct {
	path    string
	written []string // so far
	failed  error    // what went wrong with the others
}

// put writes a file by a function that takes its path. A failure leaves the files to come alone.
func (f *folder) put(name string, write func(path string) error) {
	if err := write(filepath.Join(f.path, name)); err != nil {
		f.failed = errors.Join(f.failed, err)
		return
	}
	f.written = append(f.written, name)
}

// putText writes a file from what a function writes.
func (f *folder) putText(name string, write func(w io.Writer) error) {
	f.put(name, func(path string) error {
		var b bytes.Buffer
		if err := write(&b); err != nil {
			return err
		}
		return atomicfile.Write(path, b.Bytes())
	})
}

func (f *folder) putPicture(name string, p viz.Picture) {
	f.put(name, func(path string) error { return viz.Save(path, p) })
}

// keep writes what the training has made: the flow, whole, and its history.
func (f *folder) keep(flow *flows.Flow, history optim.History) {
	f.put(flowFile, func(path string) error { return flow.Save(path, nil) })
	f.putText(historyFile, history.WriteCSV)
}
