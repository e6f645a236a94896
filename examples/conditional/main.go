// Conditional learns one density for each letter of a text, all with one flow that is told by a condition which letter
// to be: p(x|c), c a column for each letter with a 1 in its own. The letters are pictures read as densities.
//
//	go run ./examples/conditional
//	go run ./examples/conditional -labels FLOW
//
// Read learn.go for the job itself, letters.go for the data, flags.go for the settings and the other files for what it
// tells and draws.
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
		labels, err := letters(s.labels)
		if err != nil {
			return nil, err
		}
		if err := program.TryFile("out", s.out); err != nil {
			return nil, err
		}
		return func(ctx context.Context, stdout, stderr io.Writer) error {
			return learn(ctx, *s, labels, stdout, stderr)
		}, nil
	}}
}
