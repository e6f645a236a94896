// Package guard keeps what a user's functions do wrong from ending the program: a panic becomes an error that names
// the function and keeps the stack.
package guard

import (
	"errors"
	"fmt"
	"io"
	"runtime/debug"
)

// ErrExit is the value of a PanicError where the function did not panic but ended its goroutine by runtime.Goexit.
var ErrExit = errors.New("it ended its goroutine by runtime.Goexit")

// PanicError says that a function which the library was given, or one that it called, panicked. Its %+v has the stack.
type PanicError struct {
	Callback string // which function: "Observer", "layer *mine.Gate", "Base.Sample"
	Value    any    // of the panic; ErrExit after runtime.Goexit
	Stack    []byte // of the goroutine that panicked
}

func (e *PanicError) Error() string {
	if e.Value == ErrExit {
		return fmt.Sprintf("%s failed: %v", e.Callback, ErrExit)
	}
	return fmt.Sprintf("%s panicked: %v", e.Callback, e.Value)
}

// Unwrap returns the panic's value where that is an error.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

// Format writes the error, and for %+v the stack after it.
func (e *PanicError) Format(s fmt.State, verb rune) {
	_, _ = io.WriteString(s, e.Error())
	if verb == 'v' && s.Flag('+') {
		_, _ = fmt.Fprintf(s, "\n%s", e.Stack)
	}
}

// Call calls f on the caller's goroutine and returns its error; a panic becomes a *PanicError. runtime.Goexit goes on:
// nothing can stop it, and the caller's deferred functions run.
func Call(callback string, f func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = Recovered(callback, r)
		}
	}()
	return f()
}

// Go is Call on a goroutine of its own, which it waits for: runtime.Goexit becomes an error too.
func Go(callback string, f func() error) error {
	result := make(chan error, 1)
	go func() {
		returned := false
		var err error
		defer func() {
			if !returned {
				err = &PanicError{Callback: callback, Value: ErrExit, Stack: debug.Stack()}
			}
			result <- err
		}()
		err = Call(callback, f)
		returned = true
	}()
	return <-result
}

// Recovered makes the error of a recovered panic; call it in the deferred function, where the stack still stands. A
// *PanicError that was panicked with stays what it is, since it names the inner function.
func Recovered(callback string, value any) *PanicError {
	if e, ok := value.(*PanicError); ok {
		return e
	}
	return &PanicError{Callback: callback, Value: value, Stack: debug.Stack()}
}
