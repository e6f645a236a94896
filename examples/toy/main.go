// Toy learns densities of the plane that the literature knows by name, with the flow of the FFJORD paper, and tells how
// far it stays from the truth.
//
//	go run ./examples/toy
//	go run ./examples/toy -data 2spirals
//	go run ./examples/toy -all
//	go run ./examples/toy -h
//
// Read learn.go for the job itself, flags.go for its settings, and report.go and picture.go for what it shows.
package main

import (
	"context"
	"io"

	"github.com/go-ffjord/ffjord/internal/program"
)

func main() { app().Main() }

// app is the program. A wrong flag, or a file that can't be written, comes out before any work.
func app() program.Program {
	f, s := flags()
	return program.Program{Flags: f, About: about, Prepare: func() (program.Work, error) {
		if err := check(f); err != nil {
			return nil, err
		}
		if err := program.TryFile("out", s.out); err != nil {
			return nil, err
		}
		return func(ctx context.Context, stdout, stderr io.Writer) error { return learn(ctx, *s, stdout, stderr) }, nil
	}}
}
