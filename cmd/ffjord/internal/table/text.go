package table

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/go-ffjord/ffjord/data"
)

// textRows deals the rows of a text table. Batches are cut where rows end, and each is parsed on a goroutine.
type textRows struct {
	r     *bufio.Reader
	close io.Closer
	csv   data.CSV // of columns that are called by their numbers
	head  []byte   // the line of these numbers
	all   []string // what the columns are called

	cutter cutter
	buf    []byte // read, and not yet cut
	line   int    // the first of buf, from 1
	ended  bool   // buf has the end of the text
	fault  error  // of reading
	follow bool   // a batch ends where the reader would wait for more
	size   int    // rows of a batch
	skip   int    // rows still to leave out
	most   int    // rows still to deal, -1 without a bound

	pending []chan parsed // in order
	known   *categories
	whole   bool            // categories are numbered over all rows, and not by batches
	timed   map[string]Kind // of the columns that hold times

	keep    []keeper
	missing map[string]bool // texts, of the columns that are kept
}

// parsed is what became of a batch's text.
type parsed struct {
	t    data.Table
	kept Kept
	err  error // in the place of t
	end  error // after t, where the rows before a wrong one are answered
}

// longest is the number of bytes that a row of a text may have.
const longest = 64 << 20

func (f File) openText(r *bufio.Reader, closing io.Closer) (*textRows, error) {
	t := &textRows{r: utf8Lines(r), close: closing, line: 1, follow: f.Follow, whole: f.whole, size: f.Batch, skip: f.Skip, most: -1}
	if f.Most != 0 {
		t.most = max(f.Most, 0)
	}
	sample := 1 << 16
	if f.Follow {
		sample = 1
	}
	t.cutter.comma = '\n' // no field ends: the first row is whole where its quotes are
	for !t.ended && (len(t.buf) < sample || bytes.IndexByte(t.buf, '\n') < 0) {
		if err := t.fill(); err != nil {
			return nil, err
		}
	}
	comma := f.Comma
	if comma == 0 {
		comma = Separator(t.buf)
	}
	if comma > 127 {
		return nil, fmt.Errorf("the delimiter %q, want a character of ASCII", comma)
	}
	t.cutter.comma = byte(comma)
	t.csv.Comma = comma
	if err := t.header(f); err != nil {
		return nil, err
	}
	wanted, err := f.choose(t.all)
	if err != nil {
		return nil, err
	}
	t.csv.OpenLevels = f.OpenLevels
	t.csv.Missing = append(Missing(), f.Missing...)
	for _, name := range wanted {
		t.csv.Columns = append(t.csv.Columns, t.number(name))
	}
	if err := t.kinds(f, wanted); err != nil {
		return nil, err
	}
	return t, t.lookAtKept(f)
}

// header reads what the columns are called.
func (t *textRows) header(f File) error {
	end, rows, lines := t.cutter.cut(t.buf, 1, t.ended)
	if rows == 0 {
		return errors.New("no lines, want at least a line of names and a row")
	}
	names, err := data.CSV{Comma: t.csv.Comma, NoHeader: f.NoHeader, NumericNames: true, NumberNames: true}.Rows(
		bytes.NewReader(t.buf[:end]))
	if err != nil {
		err = bare(err)
		if text, twice := strings.CutPrefix(err.Error(), "line 1 "); twice {
			err = errors.New(text)
		}
		return &Error{File: f.Name(), Line: 1, Err: err}
	}
	t.all = names.Names()
	if !f.NoHeader {
		if !f.NumericNames && !slices.ContainsFunc(t.all, func(name string) bool { return !isNumber(name) }) {
			return &Error{File: f.Name(), Line: 1, Err: errors.New("numbers and no names, " +
				"want -no-header if it is a row already, -numeric-names if these are the columns' names")}
		}
		t.buf, t.line = t.buf[end:], t.line+lines
	}
	if f.NoHeader {
		t.all = f.call(t.all)
	}
	numbers := make([]string, len(t.all))
	for j := range numbers {
		numbers[j] = strconv.Itoa(j)
	}
	t.head = []byte(strings.Join(numbers, string(t.csv.Comma)) + "\n")
	t.csv.NumericNames = true
	return nil
}

func isNumber(s string) bool {
	_, err := parseNumber(strings.TrimSpace(s))
	return err == nil
}

// parseNumber returns a number that is written as every program has it, and not as Go alone: 1_000, 0x1p4.
func parseNumber(s string) (float64, error) {
	if strings.ContainsAny(s, "_xX") {
		return 0, strconv.ErrSyntax
	}
	return strconv.ParseFloat(s, 64)
}

// number returns what the parser calls the column.
func (t *textRows) number(name string) string { return strconv.Itoa(slices.Index(t.all, name)) }

// fill reads on.
func (t *textRows) fill() error {
	if len(t.buf) > longest {
		return fmt.Errorf("a row is longer than %d MiB, want a text of rows (a quote may be open)", longest>>20)
	}
	if t.fault != nil {
		return t.fault
	}
	if cap(t.buf)-len(t.buf) < 1<<16 {
		t.buf = append(make([]byte, 0, 2*len(t.buf)+1<<17), t.buf...)
	}
	n, err := t.r.Read(t.buf[len(t.buf):cap(t.buf)])
	t.buf = t.buf[:len(t.buf)+n]
	if errors.Is(err, io.EOF) {
		t.ended = true
		return nil
	}
	t.fault = err
	return t.fault
}

// rows cuts the text of the next rows off, as many as asked for where there are as many, and returns the line where they
// begin and their number.
func (t *textRows) rows(most int) (text []byte, line, rows int, err error) {
	var end, lines int
	for {
		e, n, l := t.cutter.cut(t.buf[end:], most-rows, t.ended)
		end, rows, lines = end+e, rows+n, lines+l
		if rows == most || t.ended || t.follow && rows > 0 && t.r.Buffered() == 0 {
			break
		}
		if err := t.fill(); err != nil {
			return nil, 0, 0, err
		}
	}
	text, line = t.buf[:end:end], t.line
	t.buf, t.line = t.buf[end:], t.line+lines
	return text, line, rows, nil
}

// skipped leaves rows out.
func (t *textRows) skipped() error {
	for t.skip > 0 {
		_, _, rows, err := t.rows(min(t.skip, 1<<14))
		if err != nil {
			return err
		}
		if rows == 0 {
			break
		}
		t.skip -= rows
	}
	t.skip = 0
	return nil
}

// count returns the number of rows that are left.
func (t *textRows) count() (int, error) {
	for n := 0; ; {
		_, _, rows, err := t.rows(1 << 14)
		if err != nil || rows == 0 {
			return n, err
		}
		n += rows
	}
}

func (t *textRows) names() []string { return t.all }

func (t *textRows) kept() []keeper { return t.keep }

func (t *textRows) next() (batch, error) {
	workers := runtime.GOMAXPROCS(0)
	if t.follow {
		workers = 1
	}
	for len(t.pending) < workers {
		done := make(chan parsed, 1)
		t.pending = append(t.pending, done)
		if err := t.skipped(); err != nil {
			done <- parsed{err: err}
			break
		}
		size := t.size
		if t.most >= 0 {
			size = min(size, t.most)
		}
		text, line, rows, err := t.rows(size)
		if err == nil && rows == 0 {
			err = io.EOF
		}
		if err != nil {
			done <- parsed{err: err}
			break
		}
		if t.most >= 0 {
			t.most -= rows
		}
		go func() {
			done <- t.parsed(text, line)
		}()
	}
	p := <-t.pending[0]
	if p.err != nil {
		return batch{}, p.err
	}
	t.pending = t.pending[1:]
	if p.end != nil {
		end := make(chan parsed, 1)
		end <- parsed{err: p.end}
		t.pending = append([]chan parsed{end}, t.pending...)
	}
	values := p.t.Rows.Float64s()
	if t.whole {
		t.known.join(p.t, values)
		return batch{values: values}, nil
	}
	return batch{values, t.named(p.t.Levels), p.kept}, nil
}

// named are the categories of columns by what these are called.
func (t *textRows) named(levels map[string][]string) map[string][]string {
	named := make(map[string][]string, len(levels))
	for number, of := range levels {
		at, _ := strconv.Atoi(number) // it is one
		named[t.all[at]] = of
	}
	return named
}

// parsed reads the rows of a text that begins at a line: those that stand before a wrong one too where each is waited for.
func (t *textRows) parsed(text []byte, line int) parsed {
	read, kept, err := t.parse(text, line)
	at := (*data.LineError)(nil)
	if !t.follow || !errors.As(err, &at) {
		return parsed{t: read, kept: kept, err: err}
	}
	right := 0
	for range at.Line - line {
		right += bytes.IndexByte(text[right:], '\n') + 1
	}
	if len(bytes.TrimSpace(text[:right])) == 0 {
		return parsed{err: err}
	}
	before, kept, wrong := t.parse(text[:right], line)
	return parsed{t: before, kept: kept, err: wrong, end: err}
}

// parse reads the rows of a text that begins at a line.
func (t *textRows) parse(text []byte, line int) (read data.Table, kept Kept, err error) {
	if len(t.keep) == 0 {
		read, err = t.csv.Read(t.numbered(text))
	} else {
		read, kept, err = t.readKept(text)
	}
	if at := (*data.LineError)(nil); errors.As(err, &at) {
		at.Line, at.Last = at.Line+line-2, at.Last+line-2 // the line of numbers was 1
		if j, failed := strconv.Atoi(at.Column); failed == nil {
			at.Column = t.all[j]
		}
	}
	return read, kept, err
}

// numbered is a text of rows below the line of the columns' numbers.
func (t *textRows) numbered(text []byte) io.Reader {
	return io.MultiReader(bytes.NewReader(t.head), bytes.NewReader(text))
}

// levels sorts the categories that were not known before.
func (t *textRows) levels(values []float64) map[string][]string {
	levels := make(map[string][]string)
	for j, number := range t.csv.Columns {
		at, _ := strconv.Atoi(number) // it is one
		if _, ok := t.csv.Levels[number]; ok {
			levels[t.all[at]] = t.known.levels[number]
		} else if slices.Contains(t.csv.Categories, number) {
			levels[t.all[at]] = t.known.sorted(number, values, j, len(t.csv.Columns))
		}
	}
	return levels
}

func (t *textRows) times() map[string]Kind { return t.timed }

// unknown returns a column whose categories are not known beforehand, "" if there is none.
func (t *textRows) unknown() string {
	for _, number := range t.csv.Categories {
		at, _ := strconv.Atoi(number) // it is one
		return t.all[at]
	}
	return ""
}

func (t *textRows) Close() error { return t.close.Close() }
