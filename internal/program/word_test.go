package program_test

import (
	"flag"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/internal/program"
)

func TestOneOf(t *testing.T) {
	f := flag.NewFlagSet("test", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	var word string
	choice := program.OneOf(&word, "b", "a", "b", "c", "d", "e", "f", "g")
	assert.Equal(t, "a, b, c, d, e, f,\ng", choice.List())
	f.Var(choice, "letter", "a `letter`")
	assert.Equal(t, "b", word)
	require.NoError(t, f.Parse([]string{"-letter", "g"}))
	assert.Equal(t, "g", word)
	assert.EqualError(t, f.Parse([]string{"-letter", "h"}), `invalid value "h" for flag -letter: want one of a, b, c, d, e, f, g`)
	assert.Equal(t, "g", word)
	var help strings.Builder
	f.SetOutput(&help)
	f.PrintDefaults()
	assert.Equal(t, "  -letter letter\n    \ta letter (default b)\n", help.String())
}
