package main

import (
	"bytes"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/internal/atomicfile"
	"github.com/go-ffjord/ffjord/internal/svg"
)

// dotCommand draws the graph of a step.
type dotCommand struct {
	Model     string `arg:"" help:"Model that fit has made, or a flow alone."`
	Out       string `short:"o" default:"-" help:"Output: a picture as .svg, or text for Graphviz as .dot; - is standard output, as text." placeholder:"FILE"`
	Block     int    `default:"-1" help:"Block, counted from the base. Without it the first that has a solver." placeholder:"N"`
	Gradients bool   `help:"The step's gradients, as in training."`
	Whole     bool   `help:"All stages of the step in full. Without it what repeats is one node."`
	Rows      int    `default:"128" help:"Rows that the times are measured with; 0 measures none."`
}

// Help is shown below the flags.
func (dotCommand) Help() string {
	return `The graph of one step of the solver through a block, coloured by the time that each operation takes on one core.

Examples:
  ffjord dot rows.safetensors -o step.svg
  ffjord dot rows.safetensors -gradients -whole | dot -Tpdf > step.pdf`
}

// Run writes the graph.
func (c dotCommand) Run(a *app) error {
	if err := checkEnding("o", c.Out, "-", ".svg", ".dot", ".gv"); err != nil {
		return err
	}
	if c.Rows < 0 {
		return usagef("-rows %d, want 0 or more", c.Rows)
	}
	if err := checkModel(c.Model); err != nil {
		return err
	}
	flow, err := flows.Load(a.ctx, c.Model, fixedNoise(), nil)
	if err != nil {
		return err
	}
	s, err := c.choose(flow)
	if err != nil {
		return err
	}
	g, times, err := s.measure(a.ctx, c)
	if err != nil {
		return err
	}
	var text bytes.Buffer
	if err := graph.DOT(&text, g, s.options(c, g, times)); err != nil {
		return err
	}
	return c.write(a, s, text.Bytes(), times)
}

// write writes the drawing, and tells where the time goes.
func (c dotCommand) write(a *app, s step, text []byte, times map[*graph.Node]time.Duration) error {
	if c.Out == "-" {
		if a.json {
			return a.writeJSON(s.costs(c, times))
		}
		_, err := a.out.Write(text)
		return err
	}
	if strings.EqualFold(filepath.Ext(c.Out), ".svg") {
		var picture bytes.Buffer
		if err := svg.Write(a.ctx, &picture, func(w io.Writer) error {
			_, err := w.Write(text)
			return err
		}); err != nil {
			return err
		}
		text = picture.Bytes()
	}
	if err := atomicfile.Write(c.Out, text); err != nil {
		return err
	}
	costs := s.costs(c, times)
	if a.json {
		return a.writeJSON(costs)
	}
	_, err := fmt.Fprintf(a.err, "%s: %s\n", c.Out, costs)
	return err
}
