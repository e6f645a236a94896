package engine

import (
	"math"
	"reflect"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/go-ffjord/ffjord/internal/kernel"
)

// verifier fails a test where a pass leaves what is no program.
func verifier(t require.TestingT) func(pass, *compiler) {
	return func(p pass, c *compiler) { require.NoError(t, verify(p, c)) }
}

// without returns the passes but one.
func without(name string) []pass {
	return slices.DeleteFunc(slices.Clone(passes), func(p pass) bool { return p.name == name })
}

// drawPasses leaves out some of the optional passes.
func drawPasses(rt *rapid.T) []pass {
	return slices.DeleteFunc(slices.Clone(passes), func(p pass) bool {
		return p.optional && rapid.IntRange(0, 3).Draw(rt, p.name) == 0
	})
}

// stepsMachine compiles some steps of a net wide enough for every pass and runs them for rows.
func stepsMachine[T Float](t *testing.T, k *kernel.Set[T], passes []pass, rows int) *Machine[T] {
	const width = packedFrom / 2
	b := NewBuilder[T]()
	writeSteps(b, width, 3)
	p, err := b.compile(passes, verifier(t))
	require.NoError(t, err)
	m, err := NewMachine(p, k, rows)
	require.NoError(t, err)
	number := func(i int) T { return T(math.Sin(float64(3*i + 1))) }
	for _, name := range []string{"z", "h", "g"} {
		for j, c := range m.Rows(name) {
			for i := range c {
				c[i] = number(i + 100*j + len(name))
			}
		}
	}
	for _, name := range []string{"v", "w"} {
		values := make([]T, 2*width)
		for i := range values {
			values[i] = number(i+int(name[0])) / 16
		}
		m.Bind(name, values)
	}
	require.NoError(t, m.Run(rows))
	return m
}

// Without any one of the optional passes values per row have the same bits, and sums the same value.
func TestOptionalPassesChangeNothing(t *testing.T) {
	t.Run("float32", testOptionalPasses[float32])
	t.Run("float64", testOptionalPasses[float64])
}

func testOptionalPasses[T Float](t *testing.T) {
	const rows = 45
	unit := 0x1p-24
	if elementSize[T]() == 8 {
		unit = 0x1p-53
	}
	for _, k := range kernelSets[T](t) {
		want := stepsMachine(t, k, passes, rows)
		for _, p := range passes {
			if !p.optional {
				continue
			}
			got := stepsMachine(t, k, without(p.name), rows)
			require.False(t, reflect.DeepEqual(want.prog.ops, got.prog.ops), "%s does nothing here", p.name)
			for _, name := range []string{"z", "gz", "diagonal"} {
				require.Equal(t, want.Columns(name), got.Columns(name), "%s without %s in %v", name, p.name, k.ISA)
			}
			for _, name := range []string{"gv", "gw"} {
				for i, v := range want.Sum(name) {
					// Two sums of 45 terms of order 1 differ by the rounding of their orders.
					sum := float64(got.Sum(name)[i])
					require.InDelta(t, float64(v), sum, 45*4*unit, "%s without %s in %v", name, p.name, k.ISA)
				}
			}
		}
	}
}

// The verifier sees what a pass could do wrong.
func TestVerifierFindsFaults(t *testing.T) {
	last := passes[len(passes)-1]
	for name, spoil := range map[string]func(c *compiler){
		"an operation too late": func(c *compiler) { c.ops[0], c.ops[1] = c.ops[1], c.ops[0] },
		"an operation lost":     func(c *compiler) { c.ops[0].code = opNone },
		"written twice":         func(c *compiler) { c.ops[1].dst = c.ops[0].dst },
		"a width":               func(c *compiler) { c.ops[0].w.cols-- },
		"no such number":        func(c *compiler) { c.ops[0].in[mmInit] = operand{kernel.Const, 1 << 20} },
		"no such column": func(c *compiler) {
			c.ops[0].in[mmX] = columnsOf(c.intern([]ref{{c.ops[0].dst, 99}, {c.ops[0].dst, 0}}))
		},
		"two buffers in one place": func(c *compiler) { clear(c.prog.slots) },
	} {
		t.Run(name, func(t *testing.T) {
			b := NewBuilder[float64]()
			writeSteps(b, 8, 2)
			_, err := b.compile(passes, func(p pass, c *compiler) {
				if p.name == last.name {
					require.NoError(t, verify(p, c))
					spoil(c)
					require.Error(t, verify(p, c))
				}
			})
			require.NoError(t, err)
		})
	}
}
