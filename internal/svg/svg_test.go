package svg_test

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/internal/svg"
)

func TestWrite(t *testing.T) {
	dot := func(text string) func(io.Writer) error {
		return func(w io.Writer) error {
			_, err := io.WriteString(w, text)
			return err
		}
	}
	var b strings.Builder
	require.NoError(t, svg.Write(t.Context(), &b, dot(`digraph { a -> b [label="c"] }`)))
	assert.True(t, strings.HasSuffix(b.String(), "</svg>\n"))
	assert.Equal(t, 1, strings.Count(b.String(), `class="edge"`))
	assert.Equal(t, 2, strings.Count(b.String(), `class="node"`))

	assert.ErrorContains(t, svg.Write(t.Context(), &b, dot("no graph")), "svg: ")
	broken := errors.New("broken")
	assert.ErrorIs(t, svg.Write(t.Context(), &b, func(io.Writer) error { return broken }), broken)
}
