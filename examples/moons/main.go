// Moons learns the density of two interleaved half circles with a continuous
// normalizing flow and shows what it learnt: the flow, the data and the
// settings of TensorFlow Probability's FFJORD demo.
//
//	go run ./examples/moons
//	go run ./examples/moons -h
//
// Read learn.go for the job itself, flags.go for its settings and the other
// files for what it leaves behind.
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
	if err == nil {
		err = makeFolder(s)
	}
	if err != nil {
		fmt.Fprintf(stderr, "moons: %v\n", err)
		return misused
	}
	err = learn(ctx, s, stdout, stderr)
	if errors.Is(err, context.Canceled) {
		err = errors.New("interrupted before anything was learnt; nothing is written")
	}
	if err != nil {
		fmt.Fprintf(stderr, "moons: %v\n", err)
	}
	switch {
	case err == nil:
		return done
	case ctx.Err() != nil:
		return interrupted
	}
	return failed
}
