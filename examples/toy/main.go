// Toy learns densities of the plane that the literature knows by name, with the
// flow of the FFJORD paper, and tells how far it stays from the truth.
//
//	go run ./examples/toy
//	go run ./examples/toy -data 2spirals
//	go run ./examples/toy -all
//	go run ./examples/toy -h
//
// Read learn.go for the job itself, flags.go for its settings, and report.go
// and picture.go for what it shows.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
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
	if err != nil {
		fmt.Fprintf(stderr, "toy: %v\n", err)
		return misused
	}
	err = learn(ctx, s, stdout, stderr)
	if err != nil {
		fmt.Fprintf(stderr, "toy: %v\n", err)
	}
	switch {
	case err == nil:
		return done
	case ctx.Err() != nil:
		return interrupted
	}
	return failed
}
