package graph

import (
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"

	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/internal/guard"
)

// PanicError says that a function of one's own, such as a layer, panicked while a graph was built or run, and which.
// Its %+v has the stack.
type PanicError = guard.PanicError

// BuildError says what went wrong while a graph was built. A panic is wrapped as a [*PanicError]; its %+v has the
// stack.
type BuildError struct {
	Op     string         // the operator that refused, or "" where the failure is not an operator's
	Shapes []tensor.Shape // of its operands
	Site   string         // file:line of the innermost call outside of the packages that write graphs
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

// Format writes the error and, for %+v, the stack of a panic after it.
func (e *BuildError) Format(s fmt.State, verb rune) {
	_, _ = io.WriteString(s, e.Error())
	if p := (*PanicError)(nil); verb == 'v' && s.Flag('+') && errors.As(e.Err, &p) {
		_, _ = fmt.Fprintf(s, "\n%s", p.Stack)
	}
}

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

// failure makes the error of a panic while a graph was built. It is for the deferred function that recovers, while the
// stack still holds the frames that failed.
func failure(recovered any) *BuildError {
	site, function := callSite()
	e := &BuildError{Site: site}
	if b, ok := recovered.(bailout); ok {
		*e = *b.err
		e.Site = site
		return e
	}
	if function == "" {
		function = "a function called by Build"
	}
	e.Err = guard.Recovered(function, recovered)
	return e
}

// callSite returns file:line of the innermost frame outside of the packages that write graphs, and the name of its
// function: the place that a user can act on. Both are "" where all of the stack is inside.
func callSite() (site, function string) {
	pcs := make([]uintptr, 1024)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(1, pcs)])
	own, _ := frames.Next()
	module := strings.TrimSuffix(own.Function, "graph.callSite")
	for more := true; more; {
		var f runtime.Frame
		if f, more = frames.Next(); f.File != "" && !isWriter(module, f) {
			return fmt.Sprintf("%s:%d", shortPath(f.File), f.Line), f.Function[strings.LastIndex(f.Function, "/")+1:]
		}
	}
	return "", ""
}

// passedOver are the packages beside the module's own whose frames are passed over.
var passedOver = []string{"runtime.", "sync.", "slices.", "sort.", "iter.", "gorgonia.org/", "github.com/chewxy/hm."}

// isWriter reports whether a frame is of a package that writes graphs: any of this module but its tests and programs.
func isWriter(module string, f runtime.Frame) bool {
	if inside, ok := strings.CutPrefix(f.Function, module); ok {
		return !strings.HasSuffix(f.File, "_test.go") && !strings.HasPrefix(inside, "examples/")
	}
	return slices.ContainsFunc(passedOver, func(p string) bool { return strings.HasPrefix(f.Function, p) })
}

// shortPath keeps a file's folder and name.
func shortPath(file string) string {
	parts := strings.Split(file, "/")
	return strings.Join(parts[max(0, len(parts)-2):], "/")
}
