package graph

import "fmt"

// Engine is a way to run programs. The zero value is the project's own engine.
type Engine uint8

const (
	// Native compiles a program to vector kernels over tiles of rows. It refuses operators that it does not know.
	Native Engine = iota
	// Tape runs a program on Gorgonia's TapeMachine: slow, and able to run every operator of Gorgonia's.
	Tape
)

var engineNames = [...]string{"native", "tape"}

func (e Engine) String() string {
	if int(e) < len(engineNames) {
		return engineNames[e]
	}
	return fmt.Sprintf("Engine(%d)", uint8(e))
}

// MarshalText returns the engine's name.
func (e Engine) MarshalText() ([]byte, error) { return []byte(e.String()), nil }

// UnmarshalText sets the engine by its name, "native" or "tape", so that flag.TextVar takes an [*Engine].
func (e *Engine) UnmarshalText(text []byte) error {
	for i, name := range engineNames {
		if name == string(text) {
			*e = Engine(i)
			return nil
		}
	}
	return fmt.Errorf("graph: unknown engine %q, want native or tape", text)
}

// backend is a machine of one of the engines. Counts and lengths are known to be right; names may not be there, for
// which it returns nil.
type backend[T Float] interface {
	Rows(name string) [][]T    // columns of an input per row
	Columns(name string) [][]T // and of an output
	Sum(name string) []T       // an output that is not per row
	Bind(name string, values []T)
	Rebind() // all that is bound has changed
	Reset()
	Run(n int) error
}
