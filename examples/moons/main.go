// Moons learns the density of two interleaved half circles with a continuous normalizing flow and shows what it learnt:
// the flow, the data and the settings of TensorFlow Probability's FFJORD demo.
//
//	go run ./examples/moons
//	go run ./examples/moons -h
//
// Read learn.go for the job itself, flags.go for its settings and the other files for what it leaves behind. A program
// of one's own is shorter: see examples/quickstart.
package main

import (
	"context"
	"io"

	"github.com/go-ffjord/ffjord/internal/program"
)

func main() { moons().Main() }

// moons is the program. A wrong flag, or a folder that nothing can be written to, comes out before any work.
func moons() program.Program {
	f, s := flags()
	return program.Program{Flags: f, About: about, Prepare: func() (program.Work, error) {
		if err := s.check(); err != nil {
			return nil, err
		}
		if err := program.TryFolder("out", s.Out, files()...); err != nil {
			return nil, err
		}
		return func(ctx context.Context, stdout, stderr io.Writer) error { return learn(ctx, *s, stdout, stderr) }, nil
	}}
}
