package nn

import (
	"errors"
	"fmt"

	"github.com/go-ffjord/ffjord/internal/guard"
	"github.com/go-ffjord/ffjord/internal/limit"
	"github.com/go-ffjord/ffjord/internal/quote"
	"github.com/go-ffjord/ffjord/internal/safetensors"
)

// The kinds of a [TensorError], for errors.Is.
var (
	ErrMissing   = errors.New("the tensor is missing")
	ErrForeign   = errors.New("the tensor is not of this model")
	ErrShape     = errors.New("the tensor has another shape")
	ErrElements  = errors.New("the tensor has elements of another type")
	ErrNotFinite = errors.New("the tensor has a number that is NaN or infinite")
)

// TensorError says which tensor of a file is not what the model asks for, and why.
type TensorError struct {
	Tensor string // its name, in the file or, where it is missing, in the model
	Kind   error  // ErrMissing, ErrForeign, ErrShape, ErrElements or ErrNotFinite
	text   string
}

func (e *TensorError) Error() string { return e.text }

// Unwrap returns the kind.
func (e *TensorError) Unwrap() error { return e.Kind }

func tensorError(tensor string, kind error, format string, args ...any) error {
	return &TensorError{tensor, kind, fmt.Sprintf(format, args...)}
}

// foreign is the error of a tensor that the model does not ask for.
func foreign(name string) error {
	return tensorError(name, ErrForeign, "tensor %s is not of this model", quote.Text(name))
}

// DamagedError says that a file does not have the checksum that it was written with.
type DamagedError = safetensors.ChecksumError

// LimitError says that a file goes beyond a bound on memory or work.
type LimitError = limit.Error

// PanicError says that a function of the caller's, such as an Init, has panicked, and which. Its %+v has the stack.
type PanicError = guard.PanicError
