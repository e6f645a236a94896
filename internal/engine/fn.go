package engine

import "github.com/go-ffjord/ffjord/internal/kernel"

// Fn is an element-wise function; the functions are those of package kernel.
type Fn = kernel.Fn
