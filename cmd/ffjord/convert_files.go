package main

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/internal/atomicfile"
	"github.com/go-ffjord/ffjord/internal/safetensors"
	"github.com/go-ffjord/ffjord/nn"
)

// errPickle is that of a file that torch.save or pickle has written.
var errPickle = errors.New("a pickle, which runs code of whoever wrote it and is not read: write the weights by " +
	"safetensors.torch.save_file(model.state_dict(), path), or by numpy.savez(path, **arrays)")

// isPickle reports whether a file begins like a pickle, or is an archive of torch.save with one in it.
func isPickle(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	var head [2]byte
	if _, err := io.ReadFull(f, head[:]); err != nil {
		return false
	}
	if head[0] == 0x80 && head[1] >= 2 && head[1] <= 5 { // PROTO and its number
		return true
	}
	archive, err := zip.OpenReader(path)
	if err != nil {
		return false
	}
	defer archive.Close()
	return slices.ContainsFunc(archive.File, func(f *zip.File) bool { return strings.HasSuffix(f.Name, ".pkl") })
}

// noPickle says of a pickle what it is, in place of what is wrong with it as another file.
func noPickle(path string, err error) error {
	if isPickle(path) {
		return fmt.Errorf("%s: %w", path, errPickle)
	}
	return err
}

// openWeights opens a file of weights, .safetensors or .npz, as one of safetensors with at least the wanted ones.
func openWeights(path string, want map[string]bool) (io.ReadCloser, error) {
	if isPickle(path) {
		return nil, fmt.Errorf("%s: %w", path, errPickle)
	}
	f, err := open(path)
	if err != nil {
		return nil, err
	}
	if !isZip(f) {
		return f, nil
	}
	defer f.Close()
	arrays, err := openNPZ(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	var file safetensors.File
	for _, name := range arrays.Names() {
		if !want[name] {
			continue
		}
		x, err := arrays.Read(name)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		shape := slices.Clone([]int(x.Shape()))
		if shape[1] == 1 {
			shape = shape[:1] // a vector is a row or a column
		}
		file.Tensors = append(file.Tensors, safetensors.Value{Name: name, Shape: shape, Data: x.Data()})
	}
	text, err := file.Encode()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return io.NopCloser(bytes.NewReader(text)), nil
}

// isZip reports whether f is an archive, and leaves it at its start.
func isZip(f *os.File) bool {
	var head [4]byte
	n, _ := f.ReadAt(head[:], 0)
	return string(head[:n]) == "PK\x03\x04"
}

func openNPZ(f *os.File) (*data.NPZ, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	return data.NewNPZ(f, info.Size())
}

// writeNPZ writes parameters as an archive of matrices, in their element type.
func writeNPZ(path string, params *nn.Params) error {
	file, err := atomicfile.Create(path)
	if err != nil {
		return err
	}
	defer file.Abort()
	archive := zip.NewWriter(file)
	for p := range params.All() {
		entry := &zip.FileHeader{Name: p.Name() + ".npy", Method: zip.Store, Modified: time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)}
		w, err := archive.CreateHeader(entry)
		if err != nil {
			return err
		}
		x, ok := p.Value().(*tensor.Dense)
		if !ok {
			return fmt.Errorf("parameter %q is a %T, want a matrix", p.Name(), p.Value())
		}
		if err := data.WriteNPY(w, x); err != nil {
			return fmt.Errorf("parameter %q: %w", p.Name(), err)
		}
	}
	if err := archive.Close(); err != nil {
		return err
	}
	return file.Commit()
}

// entry is a tensor of a file.
type entry struct {
	Name  string `json:"name"`
	Type  string `json:"type,omitempty"`
	Shape []int  `json:"shape,omitempty"`
	Error string `json:"error,omitempty"` // why it can't be imported
}

// list writes what is in a file.
func (c convertCommand) list(a *app) error {
	entries, err := listWeights(c.File)
	if err != nil {
		return noPickle(c.File, err)
	}
	if a.json {
		return a.writeJSON(entries)
	}
	lines := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	for _, e := range entries {
		fmt.Fprintf(lines, "%s\t%s\t%v\t%s\n", e.Name, e.Type, e.Shape, e.Error)
	}
	return lines.Flush()
}

func listWeights(path string) (entries []entry, err error) {
	f, err := open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if isZip(f) {
		arrays, err := openNPZ(f)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		for _, name := range arrays.Names() {
			x, err := arrays.Read(name)
			if err != nil {
				entries = append(entries, entry{Name: name, Error: err.Error()})
				continue
			}
			entries = append(entries, entry{Name: name, Type: x.Dtype().String(), Shape: x.Shape()})
		}
		return entries, nil
	}
	header, err := safetensors.ReadHeader(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	for _, t := range header.Tensors {
		e := entry{Name: t.Name, Type: string(t.DType)}
		for _, n := range t.Shape {
			e.Shape = append(e.Shape, int(n))
		}
		if t.DType.Floats(nil) == nil {
			e.Error = "no floating-point numbers"
		}
		entries = append(entries, e)
	}
	return entries, nil
}
