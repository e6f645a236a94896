package data

import (
	"github.com/go-ffjord/ffjord/internal/guard"
	"github.com/go-ffjord/ffjord/internal/limit"
)

// LimitError says that a file or a call would take more memory than is allowed, and how to allow more.
type LimitError = limit.Error

// PanicError says that a function which this package was given panicked.
type PanicError = guard.PanicError
