package engine

import (
	"github.com/go-ffjord/ffjord/internal/kernel"
	"math"

	"testing"

	"github.com/stretchr/testify/require"
)

func TestBuilderFoldsAndMerges(t *testing.T) {
	for _, test := range []struct {
		name     string
		write    func(b *Builder, x, w Value) Value // x (rows, 3), w (3, 3)
		body     string
		prologue int
		epilogue int
	}{
		{"numbers", func(b *Builder, x, w Value) Value {
			return b.Apply(kernel.Add, x, b.Apply(kernel.Exp, b.Apply(kernel.Mul, b.Number(2), b.Number(3))))
		}, "affine", 0, 0},
		{"nothing to do", func(b *Builder, x, w Value) Value {
			same := b.Apply(kernel.Mul, b.Apply(kernel.Sub, x, b.Number(0)), b.Number(1))
			return b.Apply(kernel.Exp, b.Apply(kernel.Div, same, b.Number(1)))
		}, "unary", 0, 0},
		{"equal operations", func(b *Builder, x, w Value) Value {
			return b.Apply(kernel.Div, b.Apply(kernel.Exp, x), b.Apply(kernel.Exp, x))
		}, "unary binary", 0, 0},
		{"commuted operations", func(b *Builder, x, w Value) Value {
			y := b.Apply(kernel.Exp, x)
			return b.Apply(kernel.Max, b.Apply(kernel.Mul, x, y), b.Apply(kernel.Mul, y, x))
		}, "unary affine binary", 0, 0},
		{"uniform row", func(b *Builder, x, w Value) Value {
			return b.Apply(kernel.Mul, x, b.Apply(kernel.Tanh, b.SumRows(w)))
		}, "affine", 2, 0},
		{"uniform functions of rows", func(b *Builder, x, w Value) Value {
			row := b.RowValue(b.SumRows(w), 3)
			return b.Apply(kernel.Add, x, b.Apply(kernel.Mul, row, b.Apply(kernel.Tanh, row)))
		}, "affine", 3, 0},
		{"not needed", func(b *Builder, x, w Value) Value {
			b.Apply(kernel.Exp, x)
			b.SumRows(b.Apply(kernel.Tanh, x))
			b.MatMul(w, w)
			return b.Apply(kernel.Square, x)
		}, "affine", 0, 0},
		{"a 0 that makes 0 of -0", func(b *Builder, x, w Value) Value {
			return b.Apply(kernel.Recip, b.Apply(kernel.Add, x, b.Number(0)))
		}, "affine unary", 0, 0},
		{"row of a matrix", func(b *Builder, x, w Value) Value {
			return b.Apply(kernel.Mul, x, b.MatMul(b.Constant(1, 3, []float64{0, 1, 0}), w))
		}, "affine", 0, 0},
		{"views", func(b *Builder, x, w Value) Value {
			y := b.Concat(b.Slice(x, 1, 3, 1), b.Pad(b.Slice(x, 0, 1, 1), 1, 2))
			return b.Apply(kernel.Exp, b.Slice(y, 0, 3, 2)) // x₁ and 0
		}, "unary copy", 0, 0},
		{"padded product", func(b *Builder, x, w Value) Value {
			return b.MatMul(b.Pad(b.Slice(x, 0, 2, 1), 1, 3), w)
		}, "matmul", 0, 0},
		{"sums of two layers", func(b *Builder, x, w Value) Value {
			return b.Apply(kernel.Add, b.MatMulRows(x, b.Apply(kernel.Exp, x)), b.MatMulRows(b.Apply(kernel.Sin, x), x))
		}, "unary outer unary outer", 0, 0},
		{"sum of a uniform row", func(b *Builder, x, w Value) Value {
			return b.SumRows(b.RowValue(b.SumRows(w), 3))
		}, "", 1, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := finished(t, func(b *Builder) {
				b.Output("out", test.write(b, b.Rows("x", 3), b.Uniform("w", 3, 3)))
			})
			require.Equal(t, test.body, codes(p), "\n%s", p)
			require.Len(t, p.prologue, test.prologue, "\n%s", p)
			require.Len(t, p.epilogue, test.epilogue, "\n%s", p)
		})
	}
}

// A number, a uniform value and a column go through the same function, at the ends of its range too: numbers and
// uniform values by the very table that package kernel's tests hold to its bounds, columns within those bounds of it.
func TestFunctionsAgree(t *testing.T) {
	t.Run("float32", testFunctionsAgree[float32])
	t.Run("float64", testFunctionsAgree[float64])
}

func testFunctionsAgree[T Float](t *testing.T) {
	least, unit := 0x1p-149, 0x1p-24
	if elementSize[T]() == 8 {
		least, unit = 0x1p-1074, 0x1p-53
	}
	ends := []float64{0.3, 1.7, 0, math.Copysign(0, -1), least, -least, 0x1p-126, 0x1p-1022, -17, 88.8, -104, -720,
		709.5, 1e30, math.MaxFloat64, math.Inf(1), math.Inf(-1), math.NaN()}
	for _, k := range kernelSets[T](t) {
		for fn := kernel.Neg; fn <= kernel.Where; fn++ {
			for _, other := range []float64{1.7, 0, math.Inf(1)} {
				for _, first := range ends {
					in := []T{T(first), T(other), T(0.9)}[:fn.Operands()]
					b := NewBuilder[T]()
					var columns, uniforms, numbers []Value
					for i, v := range in {
						name := string(rune('a' + i))
						columns = append(columns, b.Rows(name, 1))
						uniforms = append(uniforms, b.Uniform("u"+name, 1, 1))
						numbers = append(numbers, b.Number(float64(v)))
					}
					b.Output("columns", b.Apply(fn, columns...))
					b.Output("uniforms", b.Apply(fn, uniforms...))
					b.Output("numbers", b.Apply(fn, numbers...))
					b.Output("mixed", b.Apply(fn, append([]Value{columns[0]}, uniforms[1:]...)...))
					p, err := b.Finish()
					require.NoError(t, err)
					m, err := NewMachine(p, k, 1)
					require.NoError(t, err)
					for i := range in {
						name := string(rune('a' + i))
						m.Rows(name)[0][0] = in[i]
						m.Bind("u"+name, in[i:i+1])
					}
					require.NoError(t, m.Run(1))
					want := T(fn.Of(float64(in[0]), float64(second(in)), float64(T(0.9))))
					if fn == kernel.Cube {
						want = T(in[0]*in[0]) * in[0]
					}
					for _, name := range []string{"uniforms", "numbers"} {
						got := m.Sum(name)[0]
						require.True(t, sameNumber(want, got), "%v(%v) of %s: %v, want %v", fn, in, name, got, want)
					}
					for _, name := range []string{"columns", "mixed"} {
						got := m.Columns(name)[0][0]
						bound := 6 * max(unit*math.Abs(float64(want)), least/2)
						if fn == kernel.Sin || fn == kernel.Cos {
							bound = 6 * unit
						}
						near := sameNumber(want, got) || math.Abs(float64(want)-float64(got)) <= bound
						require.True(t, near, "%v(%v) of %s in %v: %v, want %v", fn, in, name, k.ISA, got, want)
					}
				}
				if fn.Operands() == 1 {
					break
				}
			}
		}
	}
}

// second is the second of the numbers, 0 where there is one.
func second[T Float](in []T) T {
	if len(in) < 2 {
		return 0
	}
	return in[1]
}

func TestMachineErrors(t *testing.T) {
	p := finished(t, func(b *Builder) {
		b.Output("y", b.MatMul(b.Rows("x", 2), b.Uniform("w", 2, 2)))
	})
	m := machine(t, p, 3)
	require.EqualError(t, m.Run(1), `engine: uniform input "w" has no value`)
	require.EqualError(t, m.Run(4), "engine: run 4 rows on a machine of 3")
	require.Nil(t, m.Rows("y"))
	require.Nil(t, m.Columns("x"))
	require.Nil(t, m.Sum("y"))
	_, err := NewMachine(p, m.kernels, 0)
	require.EqualError(t, err, "engine: machine for 0 rows: want at least 1")
	b := NewBuilder[float64]()
	b.Output("a", b.Number(1))
	b.Output("a", b.Number(2))
	_, err = b.Finish()
	require.EqualError(t, err, `engine: two outputs "a"`)
}
