package graph

import (
	"fmt"
	"runtime"
	"strings"

	"gorgonia.org/tensor"
)

// BuildError says what went wrong while a graph was built.
type BuildError struct {
	Op     string         // the operator that refused, or "" where the failure is not an operator's
	Shapes []tensor.Shape // of its operands
	Site   string         // file:line of the caller of the operator
	Err    error
}

func (e *BuildError) Error() string {
	var b strings.Builder
	b.WriteString("graph: ")
	if e.Op != "" {
		b.WriteString(e.Op)
		for i, s := range e.Shapes {
			b.WriteString([]string{" ", ", "}[min(i, 1)])
			b.WriteString(shapeString(s))
		}
		b.WriteString(": ")
	}
	b.WriteString(e.Err.Error())
	if e.Site != "" {
		b.WriteString(" (at " + e.Site + ")")
	}
	return b.String()
}

func (e *BuildError) Unwrap() error { return e.Err }

// bailout carries a failure from an operator to Build.
type bailout struct{ err *BuildError }

// Fail ends the building of a graph: Build returns an error of this text, with the file and line of the first caller
// outside the packages that write graphs. Layers and other writers of graphs report their own mistakes with it.
func Fail(format string, args ...any) {
	panic(bailout{&BuildError{Err: fmt.Errorf(format, args...)}})
}

func fail(op string, operands []*Node, format string, args ...any) {
	panic(bailout{&BuildError{Op: op, Shapes: shapes(operands), Err: fmt.Errorf(format, args...)}})
}

func shapes(ns []*Node) []tensor.Shape {
	var out []tensor.Shape
	for _, n := range ns {
		if n != nil {
			out = append(out, n.Shape())
		}
	}
	return out
}

// shapeString writes a shape with the symbolic row count as a word.
func shapeString(s tensor.Shape) string {
	parts := make([]string, len(s))
	for i, d := range s {
		parts[i] = fmt.Sprint(d)
		if d == SymbolicRows {
			parts[i] = "rows"
		}
	}
	return "(" + strings.Join(parts, ", ") + ")"
}

// buildError turns a recovered panic into the error that Build returns. It runs inside the deferred call, where the
// stack still holds the frames that failed.
func buildError(recovered any) *BuildError {
	e := &BuildError{}
	switch r := recovered.(type) {
	case bailout:
		e = r.err
	case error:
		e.Err = fmt.Errorf("a function called by Build panicked: %w", r)
	default:
		e.Err = fmt.Errorf("a function called by Build panicked: %v", r)
	}
	e.Site = callSite()
	return e
}

// writers are the packages whose frames are passed over in search of the place that a user can act on.
var writers = []string{
	"runtime.", "sync.", "slices.", "sort.", "iter.", "gorgonia.org/", "github.com/chewxy/hm.",
	"github.com/go-ffjord/ffjord/graph.", "github.com/go-ffjord/ffjord/nn.",
	"github.com/go-ffjord/ffjord/ode.", "github.com/go-ffjord/ffjord/flows.",
	"github.com/go-ffjord/ffjord/optim.",
}

// callSite returns file:line of the innermost frame outside writers, or "" where all of the stack is inside.
func callSite() string {
	pcs := make([]uintptr, 128)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs)])
	for {
		f, more := frames.Next()
		if !isWriter(f.Function) && f.File != "" {
			return fmt.Sprintf("%s:%d", shortPath(f.File), f.Line)
		}
		if !more {
			return ""
		}
	}
}

func isWriter(function string) bool {
	for _, w := range writers {
		if strings.HasPrefix(function, w) {
			return true
		}
	}
	return false
}

// shortPath keeps a file's folder and name.
func shortPath(file string) string {
	parts := strings.Split(file, "/")
	return strings.Join(parts[max(0, len(parts)-2):], "/")
}
