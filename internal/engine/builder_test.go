package engine

import (
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
			return b.Apply(Add, x, b.Apply(Exp, b.Apply(Mul, b.Number(2), b.Number(3))))
		}, "affine", 0, 0},
		{"nothing to do", func(b *Builder, x, w Value) Value {
			return b.Apply(Exp, b.Apply(Div, b.Apply(Mul, b.Apply(Add, x, b.Number(0)), b.Number(1)), b.Number(1)))
		}, "unary", 0, 0},
		{"equal operations", func(b *Builder, x, w Value) Value {
			return b.Apply(Div, b.Apply(Exp, x), b.Apply(Exp, x))
		}, "unary binary", 0, 0},
		{"commuted operations", func(b *Builder, x, w Value) Value {
			y := b.Apply(Exp, x)
			return b.Apply(Max, b.Apply(Mul, x, y), b.Apply(Mul, y, x))
		}, "unary affine binary", 0, 0},
		{"uniform row", func(b *Builder, x, w Value) Value {
			return b.Apply(Mul, x, b.Apply(Tanh, b.SumRows(w)))
		}, "affine", 2, 0},
		{"uniform functions of rows", func(b *Builder, x, w Value) Value {
			row := b.RowValue(b.SumRows(w), 3)
			return b.Apply(Add, x, b.Apply(Mul, row, b.Apply(Tanh, row)))
		}, "affine", 3, 0},
		{"not needed", func(b *Builder, x, w Value) Value {
			b.Apply(Exp, x)
			b.SumRows(b.Apply(Tanh, x))
			b.MatMul(w, w)
			return b.Apply(Square, x)
		}, "affine", 0, 0},
		{"selected columns", func(b *Builder, x, w Value) Value {
			turn := b.Constant(3, 3, []float64{0, 1, 0, 0, 0, 1, 1, 0, 0})
			return b.Apply(Exp, b.MatMul(x, turn))
		}, "unary", 0, 0},
		{"row of a matrix", func(b *Builder, x, w Value) Value {
			return b.Apply(Mul, x, b.MatMul(b.Constant(1, 3, []float64{0, 1, 0}), w))
		}, "affine", 0, 0},
		{"views", func(b *Builder, x, w Value) Value {
			y := b.Join(b.Cut(x, 1, 3, 1), b.Pad(b.Cut(x, 0, 1, 1), 1, 2))
			return b.Apply(Exp, b.Cut(y, 0, 3, 2)) // x₁ and 0
		}, "unary copy", 0, 0},
		{"padded product", func(b *Builder, x, w Value) Value {
			return b.MatMul(b.Pad(b.Cut(x, 0, 2, 1), 1, 3), w)
		}, "matmul", 0, 0},
		{"sums of two layers", func(b *Builder, x, w Value) Value {
			return b.Apply(Add, b.MatMulRows(x, b.Apply(Exp, x)), b.MatMulRows(b.Apply(Sin, x), x))
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

// A number, a uniform value and a column go through the same function with the same result.
func TestFunctionsAgree(t *testing.T) {
	in := []float64{0.3, 1.7, 0.9}
	for fn := Neg; fn <= Where; fn++ {
		t.Run(fn.String(), func(t *testing.T) {
			p := finished(t, func(b *Builder) {
				var columns, uniforms, numbers []Value
				for i := range fn.Operands() {
					name := string(rune('a' + i))
					columns = append(columns, b.Rows(name, 1))
					uniforms = append(uniforms, b.Uniform("u"+name, 1, 1))
					numbers = append(numbers, b.Number(in[i]))
				}
				b.Output("columns", b.Apply(fn, columns...))
				b.Output("uniforms", b.Apply(fn, uniforms...))
				b.Output("numbers", b.Apply(fn, numbers...))
				b.Output("mixed", b.Apply(fn, append([]Value{columns[0]}, uniforms[1:]...)...))
			})
			m := machine(t, p, 1)
			for i := range fn.Operands() {
				name := string(rune('a' + i))
				m.Rows(name)[0][0] = in[i]
				m.Bind("u"+name, in[i:i+1])
			}
			require.NoError(t, m.Run(1))
			want := fn.eval(in[0], in[1], in[2])
			for name, got := range map[string]float64{"columns": m.Columns("columns")[0][0], "uniforms": m.Sum("uniforms")[0],
				"numbers": m.Sum("numbers")[0], "mixed": m.Columns("mixed")[0][0]} {
				require.InDelta(t, want, got, 1e-15*max(1, want), name) // one rounding more or less
			}
		})
	}
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
	b := NewBuilder()
	b.Output("a", b.Number(1))
	b.Output("a", b.Number(2))
	_, err = b.Finish()
	require.EqualError(t, err, `engine: two outputs "a"`)
}
