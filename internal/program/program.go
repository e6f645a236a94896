// Package program has what all programs of this module do alike: they read flags, find out before minutes of work
// whether their output can be written, end early but in order on a signal, and say by their exit code how it went.
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
	// Flags are those of the command line. Their name is the program's and begins every line that tells of a failure.
	Flags *flag.FlagSet
	// About is what -h shows above the flags.
	About string
	// Prepare returns the work to be done, once the flags have been read. What it finds wrong is the user's mistake,
	// and nothing has been done by then.
	Prepare func() (Work, error)
}

// Work is what a program does. Results go to stdout, progress and advice to stderr. When ctx is done it ends soon,
// keeping what it has.
type Work func(ctx context.Context, stdout, stderr io.Writer) error

// Main runs the program and exits.
func (p Program) Main() {
	signal.Ignore(syscall.SIGPIPE) // a reader that leaves makes a write fail, and ends nothing
	ctx, stop := Signals(context.Background())
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	os.Exit(p.Run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// Run runs the program, once, and returns its exit code.
func (p Program) Run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	work, err := p.prepare(args)
	if errors.Is(err, flag.ErrHelp) {
		fmt.Fprint(stdout, p.About)
		p.Flags.SetOutput(stdout)
		p.Flags.PrintDefaults()
		return Done
	}
	if err != nil {
		fmt.Fprintf(stderr, "%s: %v\n", p.Flags.Name(), err)
		return Misused
	}
	if err = work(ctx, stdout, stderr); err == nil {
		return Done
	}
	fmt.Fprintf(stderr, "%s: %v\n", p.Flags.Name(), err)
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

// prepare reads the flags, without a word to the user, and prepares the work. The error is flag.ErrHelp where help is
// asked for.
func (p Program) prepare(args []string) (Work, error) {
	p.Flags.SetOutput(io.Discard)
	p.Flags.Usage = func() {}
	if err := p.Flags.Parse(args); err != nil {
		return nil, err
	}
	if p.Flags.NArg() > 0 {
		return nil, fmt.Errorf("%q is no flag; -h lists the flags", p.Flags.Arg(0))
	}
	return p.Prepare()
}

// SignalError is the cause of a context's end that came by a signal.
type SignalError struct{ Signal os.Signal }

func (e *SignalError) Error() string { return e.Signal.String() }

// Signals returns a context that ends on the first signal to end the program: Ctrl-C, a shutdown's SIGTERM, the SIGHUP
// of a terminal that is closed. Its cause is a *SignalError. After stop signals do again what they did before.
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
