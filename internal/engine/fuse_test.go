package engine

import (
	"github.com/go-ffjord/ffjord/internal/kernel"

	"testing"

	"github.com/stretchr/testify/require"
)

func TestFusion(t *testing.T) {
	one := func(b *Builder, v Value) Value { return b.Apply(kernel.Sub, b.Number(1), v) }
	for _, test := range []struct {
		name  string
		write func(b *Builder, x, y, w, u Value) []Value // x, y (rows, 4), w (4, 4), u (1, 4)
		want  string
	}{
		{"layer", func(b *Builder, x, y, w, u Value) []Value {
			return []Value{b.Apply(kernel.Tanh, b.Apply(kernel.Add, b.MatMul(x, w), u))}
		}, "matmul unary"},
		{"product added up", func(b *Builder, x, y, w, u Value) []Value {
			return []Value{b.Apply(kernel.Add, b.MatMul(x, w), b.MatMul(y, w))}
		}, "matmul matmul"},
		{"product with bias, scaled and added", func(b *Builder, x, y, w, u Value) []Value {
			return []Value{b.Apply(kernel.Add, y, b.Apply(kernel.Mul, x, b.Apply(kernel.Add, b.MatMul(x, w), u)))}
		}, "matmul"},
		{"slope of tanh", func(b *Builder, x, y, w, u Value) []Value {
			z := b.Apply(kernel.Tanh, x)
			return []Value{z, one(b, b.Apply(kernel.Square, z))}
		}, "unary2"},
		{"slope of tanh with its square", func(b *Builder, x, y, w, u Value) []Value {
			z := b.Apply(kernel.Tanh, x)
			return []Value{one(b, b.Apply(kernel.Square, z)), b.Apply(kernel.Square, z)}
		}, "unary2 affine"},
		{"y(1-y), which is 0 where σ(x)σ(-x) is not", func(b *Builder, x, y, w, u Value) []Value {
			z := b.Apply(kernel.Sigmoid, x)
			return []Value{b.Apply(kernel.Mul, z, one(b, z))}
		}, "unary affine affine"},
		{"slope of sigmoid", func(b *Builder, x, y, w, u Value) []Value {
			return []Value{b.Apply(kernel.Mul, b.Apply(kernel.Sigmoid, b.Apply(kernel.Neg, x)), b.Apply(kernel.Sigmoid, x))}
		}, "unary2"},
		{"product of a sum that is scaled early and late", func(b *Builder, x, y, w, u Value) []Value {
			p := b.MatMul(x, w)
			z := b.Apply(kernel.Tanh, b.Apply(kernel.Mul, p, y))
			return []Value{b.Apply(kernel.Mul, p, b.Apply(kernel.Exp, z))}
		}, "matmul2 unary unary affine"},
		{"weighted sum", func(b *Builder, x, y, w, u Value) []Value {
			return []Value{b.Apply(kernel.Sub, b.Apply(kernel.Mul, x, b.Number(2)), b.Apply(kernel.Mul, y, b.Number(3)))}
		}, "affine"},
		{"product and sum", func(b *Builder, x, y, w, u Value) []Value {
			return []Value{b.Apply(kernel.Add, y, b.Apply(kernel.Mul, x, b.Apply(kernel.Neg, y)))}
		}, "affine"},
		{"scale of a repeated column", func(b *Builder, x, y, w, u Value) []Value {
			h := b.Apply(kernel.Mul, b.Slice(y, 1, 2, 1), b.Number(0.5))
			return []Value{b.Apply(kernel.Mul, x, b.RepeatCols(h, 4))}
		}, "affine"},
		{"two products of one sum", func(b *Builder, x, y, w, u Value) []Value {
			p := b.MatMul(x, w)
			return []Value{b.Apply(kernel.Mul, p, y), b.Apply(kernel.Add, b.Apply(kernel.Mul, p, x), y)}
		}, "matmul2"},
		{"sum beside its product", func(b *Builder, x, y, w, u Value) []Value {
			p := b.MatMul(x, w)
			return []Value{p, b.Apply(kernel.Mul, p, y)}
		}, "matmul2"},
		{"factors in a row", func(b *Builder, x, y, w, u Value) []Value {
			return []Value{b.Apply(kernel.Mul, b.Apply(kernel.Mul, x, b.Number(3)), b.Number(1e20))}
		}, "affine affine"},
		{"signs in a row", func(b *Builder, x, y, w, u Value) []Value {
			return []Value{b.Apply(kernel.Neg, b.Apply(kernel.Mul, b.Apply(kernel.Neg, x), b.Number(3)))}
		}, "affine"},
		{"square of a multiple", func(b *Builder, x, y, w, u Value) []Value {
			return []Value{b.Apply(kernel.Square, b.Apply(kernel.Mul, x, b.Number(1e20)))}
		}, "affine affine"},
		{"multiple of a difference", func(b *Builder, x, y, w, u Value) []Value {
			return []Value{b.Apply(kernel.Mul, b.Apply(kernel.Sub, x, y), b.Number(3))}
		}, "affine affine"},
		{"product of multiples", func(b *Builder, x, y, w, u Value) []Value {
			return []Value{b.Apply(kernel.Mul, b.Apply(kernel.Mul, x, b.Number(3)), b.Apply(kernel.Mul, y, b.Number(5)))}
		}, "affine affine"},
		{"a value with other readers", func(b *Builder, x, y, w, u Value) []Value {
			z := b.Apply(kernel.Mul, x, y)
			return []Value{b.Apply(kernel.Add, z, x), b.Apply(kernel.Exp, z)}
		}, "affine affine unary"},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := finished(t, func(b *Builder) {
				x, y, w, u := b.Rows("x", 4), b.Rows("y", 4), b.Uniform("w", 4, 4), b.Uniform("u", 1, 4)
				for i, v := range test.write(b, x, y, w, u) {
					b.Output(string(rune('a'+i)), v)
				}
			})
			require.Equal(t, test.want, codes(p), "\n%s", p)
		})
	}
}

// A product with a sum that reads another product with it comes after that one, and is not made beside it.
func TestProductOfAProduct(t *testing.T) {
	p := finished(t, func(b *Builder) {
		x, y := b.Rows("x", 2), b.Rows("y", 2)
		sum := b.MatMul(x, b.Uniform("w", 2, 2))
		first := b.Apply(kernel.Mul, sum, y)
		turned := b.Concat(b.Slice(first, 1, 2, 1), b.Slice(first, 0, 1, 1))
		b.Output("out", b.Apply(kernel.Mul, sum, turned))
	})
	m := machine(t, p, 1)
	m.Bind("w", []float64{1, 2, 3, 4})
	m.Rows("x")[0][0], m.Rows("x")[1][0], m.Rows("y")[0][0], m.Rows("y")[1][0] = 1, 1, 5, 7
	require.NoError(t, m.Run(1))
	require.Equal(t, [2]float64{4 * 6 * 7, 6 * 4 * 5}, [2]float64{m.Columns("out")[0][0], m.Columns("out")[1][0]}, "\n%s", p)
}
