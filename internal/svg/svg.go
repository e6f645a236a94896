// Package svg draws graphs in the language of Graphviz as SVG, with nothing but this process. It is internal because it
// brings Graphviz along, which library packages must not make their importers link.
package svg

import (
	"bytes"
	"context"
	"fmt"
	"io"

	"github.com/goccy/go-graphviz"

	"github.com/go-ffjord/ffjord/internal/svg/early"
)

var _ = early.Late()

// Write lays out the graph that dot writes and draws it to w.
func Write(ctx context.Context, w io.Writer, dot func(w io.Writer) error) error {
	var text bytes.Buffer
	if err := dot(&text); err != nil {
		return err
	}
	gv, err := graphviz.New(ctx)
	if err != nil {
		return fmt.Errorf("svg: %w", err)
	}
	defer gv.Close()
	parsed, err := graphviz.ParseBytes(text.Bytes())
	if err != nil {
		return fmt.Errorf("svg: %w", err)
	}
	defer parsed.Close()
	if err := gv.Render(ctx, parsed, graphviz.SVG, w); err != nil {
		return fmt.Errorf("svg: %w", err)
	}
	return nil
}
