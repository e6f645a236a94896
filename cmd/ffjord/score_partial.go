package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"github.com/go-ffjord/ffjord/cmd/ffjord/internal/table"
	"github.com/go-ffjord/ffjord/internal/atomicfile"
)

// partial is a file of scores that grows under another name, with a journal beside it of how far it is, so that a run
// that is killed can go on. It gets its own name when all rows are there.
type partial struct {
	r       *scoring
	path    string // of the file that grows
	as      string // the name that says how it is written
	f       *os.File
	encoder table.Appender
	journal journal
	written time.Time // of the journal
}

// journal says how far a score is, and of what.
type journal struct {
	Of    origin `json:"of"`
	Bytes int64  `json:"bytes"`
	Tally tally  `json:"tally"`
}

// origin is what scores are of: a run goes on only if it is the same.
type origin struct {
	Model     string    `json:"model"` // SHA-256
	Rows      string    `json:"rows"`
	Size      int64     `json:"size"`
	Modified  time.Time `json:"modified"`
	Out       string    `json:"out"`
	Batch     int       `json:"batch"`
	Keep      []string  `json:"keep,omitempty"`
	Top       int       `json:"top"`
	Threshold float64   `json:"threshold"`
	Part      shard     `json:"part"`
	Input     input     `json:"input"`
}

// same reports whether the two are the same work.
func (o origin) same(other origin) bool { return reflect.DeepEqual(o, other) }

func (r *scoring) origin() (origin, error) {
	o := origin{Rows: r.File, Out: r.Out, Batch: r.Batch, Keep: r.Keep, Top: r.Top, Threshold: r.Threshold, Part: r.part,
		Input: r.input}
	var err error
	if o.Model, err = checksum(r.Model); err != nil {
		return o, err
	}
	if o.Rows != "-" {
		info, err := statFile(o.Rows)
		if err != nil {
			return o, err
		}
		o.Size, o.Modified = info.Size(), info.ModTime().UTC().Round(0)
	}
	return o, nil
}

// newPartial looks where a file begins, or goes on.
func (r *scoring) newPartial() (*partial, error) {
	p := &partial{r: r, path: r.Out + ".partial", as: partialName(r.Out, len(r.Keep) > 0)}
	var err error
	if p.journal.Of, err = r.origin(); err != nil {
		return nil, err
	}
	if r.Resume {
		err = p.resume()
	}
	return p, err
}

// partialName says how the rows of an output are written until all are there: as the output is where that grows by its rows, and
// else in a format that does and holds the same.
func partialName(out string, texts bool) string {
	switch {
	case table.Appends(out):
		return out
	case !texts:
		return out + ".npy"
	case table.Typed(out):
		return out + ".jsonl"
	}
	return strings.TrimSuffix(out, filepath.Ext(out)) // which says how it is compressed
}

// begin opens the file.
func (p *partial) begin() (err error) {
	if !p.r.Resume {
		err := os.Remove(p.journalPath()) // of a run that nobody went on with
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	if p.f, err = os.OpenFile(p.path, os.O_RDWR|os.O_CREATE, 0o644); err != nil {
		return err
	}
	if err := p.f.Truncate(p.journal.Bytes); err != nil {
		return err
	}
	if _, err := p.f.Seek(0, io.SeekEnd); err != nil {
		return err
	}
	p.written = time.Now()
	p.encoder, err = table.NewAppender(p.as, p.f, p.r.columns(), p.r.tally.Rows)
	return err
}

func (p *partial) journalPath() string { return p.path + ".json" }

// resume reads how far the run before was.
func (p *partial) resume() error {
	text, err := os.ReadFile(p.journalPath())
	if _, begun := os.Stat(p.path); errors.Is(err, fs.ErrNotExist) && begun == nil {
		return nil // it was killed before there was a journal
	}
	if err != nil {
		return fmt.Errorf("no run to go on with, want none of -resume: %w", err)
	}
	var j journal
	if err := json.Unmarshal(text, &j); err != nil || j.Bytes < 0 || j.Tally.Rows < 0 {
		return fmt.Errorf("%s is no journal of a score: begin anew without -resume", p.journalPath())
	}
	if now := p.journal.Of.Keep; !slices.Equal(j.Of.Keep, now) {
		return fmt.Errorf("%s was begun with -keep %s, want the same to go on and not -keep %s, or none of -resume", p.path,
			keptNames(j.Of.Keep), keptNames(now))
	}
	if !j.Of.same(p.journal.Of) {
		return fmt.Errorf("%s is of another model, file or flags: want the same to go on, or none of -resume", p.journalPath())
	}
	if info, err := os.Stat(p.path); err != nil || info.Size() < j.Bytes {
		return fmt.Errorf("%s has not the %d bytes that its journal tells of: begin anew without -resume", p.path, j.Bytes)
	}
	if j.Tally.Rows == 0 {
		j.Bytes = 0 // what comes before the first row is written again
	}
	p.journal = j
	r := p.r
	r.tally, r.already = j.Tally, j.Tally.Rows
	r.f.Skip += r.already
	if r.f.Most > 0 {
		r.f.Most -= r.already
		if r.f.Most == 0 {
			r.f.Most = -1
		}
	}
	return nil
}

// keptNames are the columns of -keep as the flag has them.
func keptNames(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return kong.JoinEscaped(names, ',')
}

func (p *partial) encode(to []byte, kept table.Kept, rows []float64) []byte {
	return p.encoder.Append(to, kept, rows)
}

func (p *partial) write(text []byte, rows int, so tally) error {
	if err := p.encoder.WriteRows(text, rows); err != nil {
		return p.named(err)
	}
	const every = time.Second
	if time.Since(p.written) < every {
		p.journal.Tally = so
		return nil
	}
	return p.note(so)
}

// note writes how far the file is.
func (p *partial) note(so tally) error {
	at, err := p.f.Seek(0, io.SeekCurrent)
	if err != nil {
		return err
	}
	if err := p.f.Sync(); err != nil {
		return p.named(err)
	}
	p.journal.Bytes, p.journal.Tally = at, so
	text, err := json.Marshal(p.journal)
	if err != nil {
		return err
	}
	p.written = time.Now()
	return atomicfile.Write(p.journalPath(), text)
}

// named says which file could not be written: the one that is wanted.
func (p *partial) named(err error) error {
	if path := (*os.PathError)(nil); errors.As(err, &path) {
		return &os.PathError{Op: "write", Path: p.r.Out, Err: path.Err}
	}
	return err
}

func (p *partial) failed(err error) error {
	if p.f == nil {
		return err // nothing was begun
	}
	if bad := (*table.Error)(nil); errors.As(err, &bad) {
		_ = p.f.Close()
		p.forget()
		return err
	}
	ended := p.r.a.ctx.Err() != nil && errors.Is(err, context.Cause(p.r.a.ctx))
	if ended {
		err = errors.Join(err, p.note(p.r.tally))
	}
	_ = p.f.Close()
	if _, missing := os.Stat(p.journalPath()); missing != nil {
		p.forget()
		return err
	}
	return fmt.Errorf("%w; the same command with -resume goes on from row %d", err, p.journal.Tally.Rows+1)
}

// forget removes what a run would go on from.
func (p *partial) forget() {
	_ = os.Remove(p.path)
	_ = os.Remove(p.journalPath())
}

// done gives the file its name.
func (p *partial) done() error {
	err := p.encoder.Close()
	if err == nil {
		err = p.f.Sync()
	}
	if err = errors.Join(err, p.f.Close()); err != nil {
		return p.named(err)
	}
	if p.as == p.r.Out {
		err = os.Rename(p.path, p.r.Out)
	} else {
		err = p.convert()
	}
	if err != nil {
		return err
	}
	p.forget()
	return p.r.writeManifest()
}

// convert writes the rows as the output is written.
func (p *partial) convert() error {
	columns := p.r.columns()
	f := table.Written(p.path, p.as, columns)
	if table.Typed(p.r.Out) && p.r.tally.Rows > 0 {
		var err error
		if columns, err = f.KeptKinds(columns); err != nil {
			return err
		}
	}
	w, err := table.Create(p.r.Out, nil, columns)
	if err != nil {
		return err
	}
	defer w.Abort()
	if p.r.tally.Rows > 0 {
		if err := copyRows(f, w); err != nil {
			return err
		}
	}
	return w.Close()
}

// copyRows writes all rows of a file.
func copyRows(f table.File, w *table.Writer) error {
	return f.Each(func(b table.Batch) error { return w.Write(b.Kept, table.Values(b.Table)) })
}
