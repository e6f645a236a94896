package data

import (
	"archive/zip"
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/internal/place"
	"github.com/go-ffjord/ffjord/internal/quote"
)

// NPZ is an archive of arrays by name, as NumPy's savez and savez_compressed write it: a zip file of .npy files.
type NPZ struct {
	// MaxBytes bounds the memory of an array that Read returns: a small archive may hold a huge array of one number.
	// More is a [LimitError]. Zero means 1 GiB, or four times the archive's size if that is more.
	MaxBytes int64
	// Missing lets NaN through in Rows, as a value that is missing. Otherwise it is refused.
	Missing bool

	files *zip.Reader
	size  int64
}

// NewNPZ reads the list of the arrays in the size bytes of r.
func NewNPZ(r io.ReaderAt, size int64) (*NPZ, error) {
	files, err := zip.NewReader(r, size)
	if err != nil {
		return nil, place.In("data: npz", err)
	}
	return &NPZ{files: files, size: size}, nil
}

// Names returns the names of the arrays, sorted.
func (z *NPZ) Names() []string {
	var names []string
	for _, f := range z.files.File {
		if name, ok := strings.CutSuffix(f.Name, ".npy"); ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// Rows opens the array of that name to be read row by row; its close closes the array alone.
func (z *NPZ) Rows(name string) (RowReader, error) {
	f, err := z.open(name)
	if err != nil {
		return nil, err
	}
	rows, err := NewNPYRows(f)
	if err != nil {
		return nil, errors.Join(place.In("data: npz: array "+quote.Text(name), err), f.Close())
	}
	rows.Missing = z.Missing
	return closing{rows, f, "data: npz: array " + quote.Text(name)}, nil
}

// Read reads the array of that name, as [ReadNPY] does. Its checksum is checked as well.
func (z *NPZ) Read(name string) (*tensor.Dense, error) {
	f, err := z.open(name)
	if err != nil {
		return nil, err
	}
	x, err := readNPY(f, cmp.Or(z.MaxBytes, max(1<<30, 4*z.size)))
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, place.In("data: npz: array "+quote.Text(name), err)
	}
	return x, nil
}

func (z *NPZ) open(name string) (io.ReadCloser, error) {
	if z.MaxBytes < 0 {
		return nil, fmt.Errorf("data: npz: MaxBytes is %d, want 0 or more", z.MaxBytes)
	}
	var found *zip.File
	for _, f := range z.files.File {
		if f.Name != name+".npy" {
			continue
		}
		if found != nil {
			return nil, fmt.Errorf("data: npz: more than one array is called %s", quote.Text(name))
		}
		found = f
	}
	if found == nil {
		return nil, fmt.Errorf("data: npz: no array %s among %s", quote.Text(name), quoteAll(z.Names()))
	}
	f, err := found.Open()
	if err != nil {
		return nil, place.In("data: npz: array "+quote.Text(name), err)
	}
	return f, nil
}
