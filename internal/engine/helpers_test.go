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
	b := NewBuilder[float64]()
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

// kernelSets returns the kernels of every instruction set that this processor has.
func kernelSets[T Float](t testing.TB) []*kernel.Set[T] {
	var sets []*kernel.Set[T]
	for _, isa := range []kernel.ISA{kernel.Go, kernel.AVX2, kernel.AVX512} {
		if isa.Supported() {
			k, err := kernel.New[T](isa)
			require.NoError(t, err)
			sets = append(sets, k)
		}
	}
	return sets
}
