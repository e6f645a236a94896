package main

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestWaiting reads as its reader does, in any pieces and up to its error.
func TestWaiting(t *testing.T) {
	text := strings.Repeat("0123456789", 20_000)
	for _, r := range []io.Reader{strings.NewReader(text), iotest.HalfReader(strings.NewReader(text)), iotest.DataErrReader(strings.NewReader(text))} {
		got, err := io.ReadAll(iotest.OneByteReader(&waiting{ctx: t.Context(), r: r}))
		require.NoError(t, err)
		assert.Equal(t, text, string(got))
	}
	bad := errors.New("bad")
	_, err := io.ReadAll(&waiting{ctx: t.Context(), r: io.MultiReader(strings.NewReader("x"), iotest.ErrReader(bad))})
	assert.ErrorIs(t, err, bad)
}

// TestNobodyWritesStandardInput interrupts commands that wait for it: they end, and say by what.
func TestNobodyWritesStandardInput(t *testing.T) {
	at := made{}.save(t)
	for _, args := range [][]string{
		{"score", "m.safetensors"}, {"score", "m.safetensors", "-follow"}, {"score", "m.safetensors", "-", "-o", "s.csv"}, {"fit", "-"},
		{"impute", "m.safetensors", "-", "-o", "f.csv"}, {"check", "m.safetensors", "-data", "-"}, {"plot", "corner", "m.safetensors", "-data", "-", "-o", "p.png"},
	} {
		t.Chdir(at)
		ctx, stop := context.WithCancelCause(t.Context())
		var out, errs strings.Builder
		read, write := io.Pipe()
		code := make(chan int)
		go func() { code <- run(ctx, args, read, &out, &errs) }()
		_, err := write.Write([]byte("height,weight\n170,")) // once this is read the command waits for more
		require.NoError(t, err)
		stop(errors.New("enough"))
		assert.Equal(t, 130, <-code, "%s", args)
		assert.Contains(t, errs.String(), "ffjord "+args[0]+": ", "%s", args)
		assert.Contains(t, errs.String(), "enough", "%s", args)
		require.NoError(t, write.Close())
	}
}
