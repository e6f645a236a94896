// Ffjord learns the density of the rows of a file, tells how usual rows are, draws new ones, and serves all that.
//
//	go run ./cmd/ffjord fit rows.csv
//	go run ./cmd/ffjord score rows.safetensors new.csv
//
// ffjord -h lists what else it does, docs/program.md goes through all of it.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/go-ffjord/ffjord/internal/program"
)

func main() {
	signal.Ignore(syscall.SIGPIPE) // a reader that leaves makes a write fail
	ctx, stop := program.Signals(context.Background())
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run does what the arguments say and returns the exit code.
func run(ctx context.Context, args []string, in io.Reader, out, err io.Writer) int {
	a := &app{ctx: ctx, in: &waiting{ctx: ctx, r: in}, out: out, err: err, args: args}
	return a.exit(a.do())
}
