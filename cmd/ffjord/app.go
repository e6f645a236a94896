package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"
	"golang.org/x/term"

	"github.com/go-ffjord/ffjord/cmd/ffjord/internal/table"
	"github.com/go-ffjord/ffjord/internal/program"
)

// app is what every command is given: where it reads and writes, and until when.
type app struct {
	ctx      context.Context
	in       io.Reader
	out, err io.Writer
	args     []string
	command  string
	json     bool
	model    *kong.Application
}

// alarmed is the exit code of a command that has found what it was to look for.
const alarmed = 3

// usageError says that arguments are wrong. Nothing was done.
type usageError struct{ error }

func (e *usageError) Unwrap() error { return e.error }

// usagef returns a usageError.
func usagef(text string, args ...any) error { return &usageError{fmt.Errorf(text, args...)} }

// alarmError says what a command, which did its work, was to look for and has found.
type alarmError struct{ text string }

func (e *alarmError) Error() string { return e.text }

// exit tells of the error, in one line where it is short, and returns the exit code.
func (a *app) exit(err error) int {
	if err == nil {
		return program.Done
	}
	if errors.Is(err, syscall.EPIPE) {
		return 128 + int(syscall.SIGPIPE) // the reader of the output has seen enough
	}
	if a.ctx.Err() != nil && errors.Is(err, context.Canceled) {
		err = context.Cause(a.ctx) // and not where in the work that was
	}
	name := "ffjord"
	if a.command != "" {
		name += " " + a.command
	}
	fmt.Fprintf(a.err, "%s: %v\n", name, err)
	if alarm := (*alarmError)(nil); errors.As(err, &alarm) {
		return alarmed
	}
	usage, argument := (*usageError)(nil), (*table.ArgumentError)(nil)
	if errors.As(err, &usage) || errors.As(err, &argument) {
		return program.Misused
	}
	if a.ctx.Err() == nil {
		return program.Failed
	}
	if s := (*program.SignalError)(nil); errors.As(context.Cause(a.ctx), &s) {
		if n, ok := s.Signal.(syscall.Signal); ok {
			return 128 + int(n)
		}
	}
	return program.Interrupted
}

// writeJSON writes a result for other programs.
func (a *app) writeJSON(result any) error {
	text, err := json.MarshalIndent(result, "", "  ")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(a.out, string(text))
	return err
}

// The colours of a terminal.
const (
	bold   = "1"
	faint  = "2"
	red    = "31"
	green  = "32"
	yellow = "33"
)

// paint colours a text for w, where that is a terminal that has colours and nobody has turned them off.
func paint(w io.Writer, colour, text string) string {
	if os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb" || !isTerminal(w) {
		return text
	}
	return "\x1b[" + colour + "m" + text + "\x1b[0m"
}

func isTerminal(w any) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// width returns the number of characters in a line of w: those of a terminal, and 120 elsewhere.
func width(w any) int {
	if f, ok := w.(*os.File); ok {
		if columns, _, err := term.GetSize(int(f.Fd())); err == nil && columns > 0 {
			return columns
		}
	}
	return 120
}

// version is that of the module the program was built from.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	at := info.Main.Version
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && (at == "" || at == "(devel)") {
			at = "devel " + s.Value[:min(len(s.Value), 12)]
		}
	}
	return strings.Trim(at, "()")
}
