package engine

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/internal/kernel"
)

// finished compiles what write tells a builder.
func finished(t testing.TB, write func(b *Builder)) *Program {
	t.Helper()
	b := NewBuilder()
	write(b)
	p, err := b.Finish()
	require.NoError(t, err)
	return p
}

// codes lists the operations of a program's body.
func codes(p *Program) string {
	var names []string
	for i := range p.ops {
		name := p.ops[i].code.String()
		if p.ops[i].dst2 != noBuffer {
			name += "2"
		}
		names = append(names, name)
	}
	return strings.Join(names, " ")
}

// machine returns a machine with the plain Go kernels.
func machine(t testing.TB, p *Program, rows int) *Machine[float64] {
	t.Helper()
	k, err := kernel.New[float64](kernel.Go)
	require.NoError(t, err)
	m, err := NewMachine(p, k, rows)
	require.NoError(t, err)
	return m
}
