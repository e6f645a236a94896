package guard_test

import (
	"errors"
	"fmt"
	"io"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/internal/guard"
)

func TestCall(t *testing.T) {
	require.NoError(t, guard.Call("f", func() error { return nil }))
	assert.Equal(t, io.EOF, guard.Call("f", func() error { return io.EOF }))

	err := fmt.Errorf("outer: %w", guard.Call("Observer", func() error { panic("no luck") }))
	assert.EqualError(t, err, "outer: Observer panicked: no luck")
	var p *guard.PanicError
	require.ErrorAs(t, err, &p)
	assert.Equal(t, "no luck", p.Value)
	assert.Contains(t, fmt.Sprintf("%+v", p), "guard_test.go")
	assert.NotContains(t, fmt.Sprintf("%v", p), "guard_test.go")
}

func TestPanicWithAnErrorUnwraps(t *testing.T) {
	err := guard.Call("f", func() error { panic(io.ErrUnexpectedEOF) })
	assert.ErrorIs(t, err, io.ErrUnexpectedEOF)
	var runtimeError runtime.Error
	err = guard.Call("f", func() error { return []error{}[len(err.Error())] })
	assert.ErrorAs(t, err, &runtimeError)
}

func TestInnermostCallbackIsNamed(t *testing.T) {
	err := guard.Call("Trainer.Run", func() error {
		panic(guard.Call("Schedule", func() error { panic(1) }))
	})
	assert.EqualError(t, err, "Schedule panicked: 1")
}

func TestGoexitBecomesAnError(t *testing.T) {
	err := guard.Go("layer", func() error { runtime.Goexit(); return nil })
	assert.EqualError(t, err, "layer failed: it ended its goroutine by runtime.Goexit")
	assert.True(t, errors.Is(err, guard.ErrExit))
	assert.Equal(t, io.EOF, guard.Go("layer", func() error { return io.EOF }))
	assert.EqualError(t, guard.Go("layer", func() error { panic("no luck") }), "layer panicked: no luck")
}
