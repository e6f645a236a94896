package table

import (
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/internal/quote"
)

// Error says what is wrong in a file, and where: `rows.csv:17: column "age": "x", want a number`.
type Error struct {
	File   string
	Line   int // of a text, from 1; 0 where it is the whole file
	Column string
	Err    error
}

func (e *Error) Error() string {
	where := e.File
	if e.Line > 0 {
		where += fmt.Sprintf(":%d", e.Line)
	}
	if e.Column != "" {
		where += fmt.Sprintf(": column %s", quote.Text(e.Column))
	}
	return fmt.Sprintf("%s: %v", where, e.Err)
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// ArgumentError says that an argument does not fit the file: it names what is not there, for one, or it is not there.
type ArgumentError struct {
	Flag, Value string // -flag value; no value where there is none and the file wants one
	Err         error
}

func (e *ArgumentError) Error() string {
	if e.Value == "" {
		return e.Err.Error()
	}
	return fmt.Sprintf("-%s %s: %v", e.Flag, e.Value, e.Err)
}

// Unwrap returns the cause.
func (e *ArgumentError) Unwrap() error { return e.Err }

// Absent says that the flag names what is not in the file.
func (f File) Absent(flag, name, what string, among []string) error {
	return &ArgumentError{flag, name, fmt.Errorf("no such %s in %s, want one of %s", what, f.Name(), list(among))}
}

// named makes of err an *Error of this file.
func (f File) named(err error) error {
	if known := (*Error)(nil); errors.As(err, &known) {
		return err
	}
	if known := (*ArgumentError)(nil); errors.As(err, &known) {
		return err
	}
	if path := (*fs.PathError)(nil); errors.As(err, &path) {
		return &Error{File: f.Name(), Err: path.Err}
	}
	if line := (*data.LineError)(nil); errors.As(err, &line) {
		if line.Field > 0 {
			return &Error{File: f.Name(), Line: line.Line, Err: fmt.Errorf("field %d: %w", line.Field, line.Err)}
		}
		return &Error{File: f.Name(), Line: line.Line, Column: line.Column, Err: line.Err}
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = fmt.Errorf("%w: the file is cut off", err)
	}
	return &Error{File: f.Name(), Err: err}
}
