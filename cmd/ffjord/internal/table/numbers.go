package table

import (
	"archive/zip"
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/internal/quote"
)

// arrayRows deals the rows of an array of numbers.
type arrayRows struct {
	rows    data.RowReader
	close   io.Closer
	all     []string
	columns []int // that are wanted
	row     []float64
	gaps    []float64 // numbers that stand for a missing value
	at      int       // rows read
	size    int
	skip    int
	most    int // rows still to deal, -1 without a bound
	keep    []keeper
}

func (f File) openNPY(r *bufio.Reader, closing io.Closer) (*arrayRows, error) {
	rows, err := data.NewNPYRows(r)
	if err != nil {
		return nil, bare(err)
	}
	rows.Missing = true
	return f.array(rows, closing)
}

func (f File) openNPZ(r io.Reader, closing io.Closer) (*arrayRows, error) {
	at, size, err := seekable(r, closing)
	if err != nil {
		return nil, err
	}
	archive, err := data.NewNPZ(at, size)
	if errors.Is(err, zip.ErrFormat) {
		return nil, errors.New("no archive of arrays, or the end of one is missing: want a whole .npz file")
	}
	if err != nil {
		return nil, bare(err)
	}
	archive.Missing = true
	name := f.Array
	if names := archive.Names(); name == "" {
		switch len(names) {
		case 0:
			return nil, errors.New("an archive without arrays, want one that numpy.savez has written")
		case 1:
		default:
			return nil, &ArgumentError{Flag: "array", Err: fmt.Errorf("%s has %d arrays, want -array with the name of one: %s",
				f.Name(), len(names), shapes(archive, names))}
		}
		name = names[0]
	} else if !slices.Contains(names, name) {
		return nil, f.Absent("array", name, "array", names)
	}
	rows, err := archive.Rows(name)
	if err != nil {
		return nil, bare(err)
	}
	return f.array(rows, closing)
}

// shapes lists arrays with the widths of their rows.
func shapes(archive *data.NPZ, names []string) string {
	const most = 12
	var told []string
	for _, name := range names[:min(len(names), most)] {
		told = append(told, quote.Text(name)+" "+width(archive, name))
	}
	if more := len(names) - most; more > 0 {
		told = append(told, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(told, ", ")
}

// width says how many columns an array has, or that it is no table.
func width(archive *data.NPZ, name string) string {
	rows, err := archive.Rows(name)
	if err != nil {
		return "(no table)"
	}
	if of, ok := rows.(io.Closer); ok {
		defer of.Close()
	}
	if rows.Dim() == 1 {
		return "(1 column)"
	}
	return fmt.Sprintf("(%d columns)", rows.Dim())
}

func (f File) array(rows data.RowReader, closing io.Closer) (*arrayRows, error) {
	a := &arrayRows{
		rows: rows, close: closing, row: make([]float64, rows.Dim()), gaps: f.gaps(""), size: f.Batch, skip: f.Skip, most: -1,
	}
	if f.Most != 0 {
		a.most = max(f.Most, 0)
	}
	for j := range rows.Dim() {
		a.all = append(a.all, strconv.Itoa(j))
	}
	a.all = f.call(a.all)
	wanted, err := f.choose(a.all)
	if err != nil {
		return nil, err
	}
	for _, name := range wanted {
		a.columns = append(a.columns, slices.Index(a.all, name))
	}
	if a.keep, err = f.keepers(a.all); err != nil {
		return nil, err
	}
	for i := range a.keep {
		a.keep[i].Kind = cmp.Or(a.keep[i].Kind, Number)
	}
	for _, name := range f.Categories {
		return nil, &ArgumentError{"categories", name, errors.New("an array has no columns of text")}
	}
	return a, nil
}

func (a *arrayRows) names() []string { return a.all }

func (a *arrayRows) kept() []keeper { return a.keep }

func (a *arrayRows) next() (batch, error) {
	for ; a.skip > 0; a.skip-- {
		if err := a.read(); err != nil {
			return batch{}, err
		}
	}
	size := a.size
	if a.most >= 0 {
		size = min(size, a.most)
		a.most -= size
	}
	var kept Kept
	values := make([]float64, 0, size*len(a.columns))
	for len(values) < cap(values) {
		err := a.read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return batch{}, err
		}
		for _, j := range a.columns {
			v := a.row[j]
			if slices.Contains(a.gaps, v) {
				v = math.NaN()
			}
			values = append(values, v)
		}
		for i := range a.keep {
			kept.addNumber(a.row[a.keep[i].place])
		}
	}
	if len(values) == 0 {
		return batch{}, io.EOF
	}
	return batch{values: values, kept: kept}, nil
}

func (a *arrayRows) read() error {
	err := a.rows.ReadRow(a.row)
	if err == nil {
		a.at++
		return nil
	}
	if errors.Is(err, io.EOF) {
		return io.EOF
	}
	return bare(err)
}

func (a *arrayRows) times() map[string]Kind { return nil }

func (a *arrayRows) levels([]float64) map[string][]string { return nil }

func (a *arrayRows) Close() error {
	if rows, ok := a.rows.(io.Closer); ok {
		return errors.Join(rows.Close(), a.close.Close())
	}
	return a.close.Close()
}

// seekable returns r to be read at any place: the file itself, and the whole in memory where it is compressed or piped.
func seekable(r io.Reader, closing io.Closer) (io.ReaderAt, int64, error) {
	if file, ok := closing.(*os.File); ok {
		info, err := file.Stat()
		if err == nil && info.Mode().IsRegular() {
			return file, info.Size(), nil
		}
	}
	const most = 4 << 30
	whole, err := io.ReadAll(io.LimitReader(r, most+1))
	switch {
	case err != nil:
		return nil, 0, err
	case len(whole) > most:
		return nil, 0, fmt.Errorf("more than %d GiB through a pipe, want a file", most>>30)
	}
	return bytes.NewReader(whole), int64(len(whole)), nil
}
