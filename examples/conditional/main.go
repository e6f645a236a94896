// Conditional learns one density for each letter of a text, all with one flow
// that is told by a condition which letter to be: p(x|c), c a column for each
// letter with a 1 in its own. The letters are pictures read as densities.
//
//	go run ./examples/conditional
//	go run ./examples/conditional -labels FLOW
//
// Read learn.go for the job itself, letters.go for the data, flags.go for the
// settings and the other files for what it tells and draws.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
)

// Exit codes of the program.
const (
	done        = 0
	failed      = 1
	misused     = 2   // a flag is wrong; nothing was trained
	interrupted = 130 // as a shell has it for Ctrl-C
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the program at once
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run is the program: results go to stdout, progress and errors to stderr.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	s, err := parse(args)
	if errors.Is(err, flag.ErrHelp) {
		help(stdout)
		return done
	}
	var labels []label
	if err == nil {
		labels, err = letters(s.labels)
	}
	if err == nil {
		err = tryFile(s.out)
	}
	if err != nil {
		fmt.Fprintf(stderr, "conditional: %v\n", err)
		return misused
	}
	switch err := learn(ctx, s, labels, stdout, stderr); {
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(stderr, "conditional: interrupted")
		return interrupted
	case err != nil:
		fmt.Fprintf(stderr, "conditional: %v\n", err)
		return failed
	}
	return done
}

// tryFile finds out whether a file can be written, and leaves none behind.
func tryFile(path string) error {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return fmt.Errorf("-out: %s is in the way: it is no regular file", path)
	}
	probe, err := os.CreateTemp(filepath.Dir(path), ".probe-*")
	if err != nil {
		return fmt.Errorf("-out: %w", err)
	}
	probe.Close()
	return os.Remove(probe.Name())
}
