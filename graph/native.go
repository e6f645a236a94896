package graph

import (
	"errors"
	"fmt"

	"github.com/go-ffjord/ffjord/internal/engine"
	"github.com/go-ffjord/ffjord/internal/kernel"
)

// native runs a program on the project's own engine.
type native[T Float] struct{ *engine.Machine[T] }

var _ backend[float32] = native[float32]{}

func newNative[T Float](p *engine.Program, lanes int) (native[T], error) {
	isa, err := kernel.FromEnv()
	if err != nil {
		return native[T]{}, fmt.Errorf("graph: %w", err)
	}
	k, err := kernel.New[T](isa)
	if err != nil {
		return native[T]{}, fmt.Errorf("graph: %w", err)
	}
	m, err := engine.NewMachine(p, k, lanes)
	if err != nil {
		return native[T]{}, fmt.Errorf("graph: %w", err)
	}
	return native[T]{m}, nil
}

// Run runs the program on the first n rows.
func (m native[T]) Run(n int) error {
	err := m.Machine.Run(n)
	if err == nil {
		return nil
	}
	if unbound := (*engine.UnboundError)(nil); errors.As(err, &unbound) {
		return fmt.Errorf("graph: uniform input %q has no value", unbound.Name)
	}
	return err
}
