// Package program has what all programs of this module do alike: they read flags, look whether what they are to write
// can be written before they work for minutes, end early but in order on a signal, and say by their exit code how it went.
package program

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// Exit codes. After a signal n that ended the work early the code is 128 + n, as a shell has it: 130 for Ctrl-C.
const (
	Done        = 0
	Failed      = 1
	Misused     = 2 // a flag is wrong; no work was done
	Interrupted = 128 + int(syscall.SIGINT)
)

// Program is a program with flags.
type Program struct {
	// Name begins every line that tells of a failure.
	Name string
	// Help writes what -h shows.
	Help func(w io.Writer)
	// Prepare reads the flags and returns the work to be done. What it finds wrong is the user's mistake, and nothing
	// has been done by then; flag.ErrHelp asks for help.
	Prepare func(args []string) (Work, error)
}

// Work is what a program does. Results go to stdout, progress and advice to stderr. When ctx is done it ends soon, keeping
// what it has.
type Work func(ctx context.Context, stdout, stderr io.Writer) error

// Main runs the program and exits.
func (p Program) Main() {
	signal.Ignore(syscall.SIGPIPE) // a reader that leaves makes a write fail, and ends nothing
	ctx, stop := Signals(context.Background())
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	os.Exit(p.Run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// Run runs the program and returns its exit code.
func (p Program) Run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	work, err := p.Prepare(args)
	if errors.Is(err, flag.ErrHelp) {
		p.Help(stdout)
		return Done
	}
	if err != nil {
		fmt.Fprintf(stderr, "%s: %v\n", p.Name, err)
		return Misused
	}
	if err = work(ctx, stdout, stderr); err == nil {
		return Done
	}
	fmt.Fprintf(stderr, "%s: %v\n", p.Name, err)
	if ctx.Err() == nil {
		return Failed
	}
	if s := (*SignalError)(nil); errors.As(context.Cause(ctx), &s) {
		if n, ok := s.Signal.(syscall.Signal); ok {
			return 128 + int(n)
		}
	}
	return Interrupted
}

// SignalError is the cause of a context's end that came by a signal.
type SignalError struct{ Signal os.Signal }

func (e *SignalError) Error() string { return e.Signal.String() }

// Signals returns a context that ends on the first signal to end the program: Ctrl-C, a shutdown's SIGTERM, the SIGHUP of
// a terminal that is closed. Its cause is a *SignalError. After stop signals do again what they did before.
func Signals(parent context.Context) (ctx context.Context, stop func()) {
	ctx, cancel := context.WithCancelCause(parent)
	came := make(chan os.Signal, 1)
	signal.Notify(came, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	go func() {
		select {
		case s := <-came:
			cancel(&SignalError{s})
		case <-ctx.Done():
		}
	}()
	return ctx, func() {
		signal.Stop(came)
		cancel(context.Canceled)
	}
}
