package table

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/go-ffjord/ffjord/cmd/ffjord/internal/jsontext"
	"github.com/go-ffjord/ffjord/internal/quote"
)

// jsonRows deals the rows of a text that has a JSON object on each line, whose members are the columns. One that is not
// there is missing, as null is.
type jsonRows struct {
	heldColumns
	r     *bufio.Reader
	close io.Closer
	file  string
	line  int        // the last that was read, from 1
	ahead []jsonLine // that were read to see what the columns hold

	all     []string       // of the first rows
	places  map[string]int // of the wanted columns
	closed  bool           // another column is an error, since all are wanted
	missing map[string]bool
	stamps  []int // the last line that had the column

	keep   []keeper
	keptAt map[string]int // of the columns that are kept
	found  [][]byte       // their values in the line at hand

	size   int // rows of a batch
	skip   int
	most   int   // rows still to deal, -1 without a bound
	fault  error // after the rows that were dealt
	whole  bool
	follow bool
}

// jsonLine is a line that is not empty, without its end.
type jsonLine struct {
	text []byte
	line int
}

func (f File) openJSON(r *bufio.Reader, closing io.Closer) (*jsonRows, error) {
	j := &jsonRows{
		r: utf8Lines(r), close: closing, file: f.Name(), size: f.Batch, skip: f.Skip, most: -1, whole: f.whole, follow: f.Follow,
		missing: f.missing(), places: make(map[string]int), closed: f.Columns == nil,
	}
	if f.Most != 0 {
		j.most = max(f.Most, 0)
	}
	known := f.Columns
	for _, c := range f.Keep {
		known = append(slices.Clip(known), c.Name)
	}
	if err := j.sample(slices.Concat(known, f.Exclude)); err != nil {
		return nil, err
	}
	if err := checkNames(j.all); err != nil {
		return nil, err
	}
	if f.Follow { // the first line alone was read
		for _, name := range known {
			if !slices.Contains(j.all, name) {
				j.all = append(j.all, name)
			}
		}
	}
	wanted, err := f.choose(j.all)
	if err != nil {
		return nil, err
	}
	for _, name := range f.Exclude {
		j.places[name] = -1
	}
	for i, name := range wanted {
		j.places[name] = i
	}
	j.stamps = make([]int, len(wanted))
	if j.heldColumns, err = f.jsonColumns(j, wanted); err != nil {
		return nil, err
	}
	return j, j.lookAtKept(f)
}

// sample reads the first lines, and the names of their members in the order in which they come. It reads on while one of
// the names that are looked for is not there.
func (j *jsonRows) sample(names []string) error {
	const most, size = 1000, 1 << 16
	known, sought := make(map[string]bool), make(map[string]bool)
	for _, name := range names {
		sought[name] = true
	}
	for read := 0; len(j.ahead) == 0 || !j.follow && read < longest; {
		if (len(j.ahead) >= most || read >= size) && len(sought) == 0 {
			break
		}
		line, err := j.read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		line.text = bytes.Clone(line.text)
		read += len(line.text)
		j.ahead = append(j.ahead, line)
		if line.text, err = object(line.text); err != nil {
			if len(j.ahead) == 1 {
				return &Error{File: j.file, Line: line.line, Err: err}
			}
			break // it is told when its turn comes
		}
		jsontext.Members(line.text, func(name, _ []byte) {
			if text := bareText(unquoted(name)); !known[text] {
				known[text] = true
				delete(sought, text)
				j.all = append(j.all, text)
			}
		})
	}
	if len(j.ahead) == 0 {
		return errors.New("no lines, want a JSON object on each")
	}
	return nil
}

// read reads the next line that is not empty. Its text is good until the next call.
func (j *jsonRows) read() (jsonLine, error) {
	for {
		var long []byte
		for {
			part, err := j.r.ReadSlice('\n')
			if len(long) > 0 || errors.Is(err, bufio.ErrBufferFull) {
				if len(long)+len(part) > longest {
					return jsonLine{}, &Error{File: j.file, Line: j.line + 1, Err: fmt.Errorf("it is longer than %d MiB, want a row on each line", longest>>20)}
				}
				long = append(long, part...)
				part = long
			}
			if errors.Is(err, bufio.ErrBufferFull) {
				continue
			}
			if err != nil && (!errors.Is(err, io.EOF) || len(part) == 0) {
				return jsonLine{}, err
			}
			j.line++
			if text := bytes.TrimSpace(part); len(text) > 0 {
				return jsonLine{text, j.line}, nil
			}
			break
		}
	}
}

// take returns the next line.
func (j *jsonRows) take() (jsonLine, error) {
	if len(j.ahead) == 0 {
		return j.read()
	}
	line := j.ahead[0]
	j.ahead = j.ahead[1:]
	return line, nil
}

// object checks that a line is a JSON object, and returns it with null for NaN, which is no JSON and what Python writes.
func object(text []byte) ([]byte, error) {
	text = jsontext.WithoutNaN(text)
	switch {
	case text[0] == '[':
		return nil, errors.New(`a JSON array, want an object on each line, such as {"a": 1, "b": "x"}: jq -c ".[]" writes that`)
	case text[0] != '{':
		return nil, fmt.Errorf(`%s, want a JSON object on each line, such as {"a": 1, "b": "x"}`, quote.Text(string(text)))
	}
	switch err := jsontext.Check(text); {
	case errors.Is(err, jsontext.ErrEnds):
		return nil, errors.New("the line ends before its JSON object does, want one object on each line")
	case err != nil:
		return nil, fmt.Errorf("%w, want a JSON object on each line", err)
	}
	return text, nil
}

// unquoted returns the text of a JSON string that is valid.
func unquoted(text []byte) string {
	if bytes.IndexByte(text, '\\') < 0 {
		return string(text[1 : len(text)-1])
	}
	var s string
	_ = json.Unmarshal(text, &s) // valid
	return s
}

func (j *jsonRows) names() []string { return j.all }

func (j *jsonRows) kept() []keeper { return j.keep }

func (j *jsonRows) next() (batch, error) {
	if j.fault != nil {
		return batch{}, j.fault
	}
	for ; j.skip > 0; j.skip-- {
		if _, err := j.take(); err != nil {
			return batch{}, err
		}
	}
	if !j.whole {
		j.forget()
	}
	size := j.size
	if j.most >= 0 {
		size = min(size, j.most)
	}
	var kept Kept
	values := make([]float64, 0, size*len(j.heldColumns))
	for len(values) < cap(values) && (len(values) == 0 || !j.follow || len(j.ahead) > 0 || j.r.Buffered() > 0) {
		line, err := j.take()
		if err == nil {
			values, err = j.append(values, &kept, line)
		}
		if err != nil {
			j.fault = err
			break
		}
	}
	rows := len(values) / len(j.heldColumns)
	if j.most >= 0 {
		j.most -= rows
	}
	switch {
	case rows == 0 && j.fault == nil:
		j.fault = io.EOF
		fallthrough
	case rows == 0:
		return batch{}, j.fault
	}
	return batch{values, j.known(), kept}, nil
}

// append appends the wanted values of a line, and those that are kept.
func (j *jsonRows) append(values []float64, kept *Kept, line jsonLine) ([]float64, error) {
	text, err := object(line.text)
	if err != nil {
		return values, &Error{File: j.file, Line: line.line, Err: err}
	}
	from := len(values)
	for range j.heldColumns {
		values = append(values, math.NaN())
	}
	var failed *Error
	clear(j.found)
	jsontext.Members(text, func(name, value []byte) {
		if failed != nil {
			return
		}
		column := bareText(unquoted(name))
		if at, keep := j.keptAt[column]; keep && j.found[at] == nil {
			j.found[at] = value
		} else if keep {
			failed = &Error{Column: column, Err: errTwice}
			return
		}
		place, known := j.places[column]
		switch {
		case !known && j.closed:
			failed = &Error{Column: column, Err: fmt.Errorf("the rows before have no such column, want one of %s (-exclude leaves it out, "+
				"-columns says which are wanted)", list(j.all))}
		case !known || place < 0:
		case j.stamps[place] == line.line:
			failed = &Error{Column: column, Err: errTwice}
		default:
			j.stamps[place] = line.line
			if values[from+place], err = j.value(j.heldColumns[place], value); err != nil {
				failed = &Error{Column: column, Err: err}
			}
		}
	})
	if failed == nil {
		failed = j.addKept(kept)
	}
	if failed != nil {
		failed.File, failed.Line = j.file, line.line
		return values[:from], failed
	}
	return values, nil
}

// addKept appends the values of a line that are kept.
func (j *jsonRows) addKept(kept *Kept) *Error {
	for i := range j.keep {
		as, text, err := j.keep[i].ofJSON(j.found[i])
		if err == nil {
			err = j.keep[i].add(kept, as, text)
		}
		if err != nil {
			kept.cut(i)
			return &Error{Column: j.keep[i].Name, Err: err}
		}
	}
	return nil
}

var errTwice = errors.New("it is there twice, want each column once")

// count returns the number of rows that are left. It parses none of them.
func (j *jsonRows) count() (int, error) {
	for n := 0; ; n++ {
		switch _, err := j.take(); {
		case errors.Is(err, io.EOF):
			return n, nil
		case err != nil:
			return n, err
		}
	}
}

func (j *jsonRows) Close() error { return j.close.Close() }
