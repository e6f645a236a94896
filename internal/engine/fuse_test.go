package engine

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFusion(t *testing.T) {
	one := func(b *Builder, v Value) Value { return b.Apply(Sub, b.Number(1), v) }
	for _, test := range []struct {
		name  string
		write func(b *Builder, x, y, w, u Value) []Value // x, y (rows, 4), w (4, 4), u (1, 4)
		want  string
	}{
		{"layer", func(b *Builder, x, y, w, u Value) []Value {
			return []Value{b.Apply(Tanh, b.Apply(Add, b.MatMul(x, w), u))}
		}, "matmul unary"},
		{"product added up", func(b *Builder, x, y, w, u Value) []Value {
			return []Value{b.Apply(Add, b.MatMul(x, w), b.MatMul(y, w))}
		}, "matmul matmul"},
		{"product with bias, scaled and added", func(b *Builder, x, y, w, u Value) []Value {
			return []Value{b.Apply(Add, y, b.Apply(Mul, x, b.Apply(Add, b.MatMul(x, w), u)))}
		}, "matmul"},
		{"slope of tanh", func(b *Builder, x, y, w, u Value) []Value {
			z := b.Apply(Tanh, x)
			return []Value{z, one(b, b.Apply(Square, z))}
		}, "unary2"},
		{"slope of tanh with its square", func(b *Builder, x, y, w, u Value) []Value {
			z := b.Apply(Tanh, x)
			return []Value{one(b, b.Apply(Square, z)), b.Apply(Square, z)}
		}, "unary2 affine"},
		{"slope of sigmoid", func(b *Builder, x, y, w, u Value) []Value {
			z := b.Apply(Sigmoid, x)
			return []Value{b.Apply(Mul, z, one(b, z))}
		}, "unary2"},
		{"slope of sigmoid, of the other sign", func(b *Builder, x, y, w, u Value) []Value {
			return []Value{b.Apply(Mul, b.Apply(Sigmoid, b.Apply(Neg, x)), b.Apply(Sigmoid, x))}
		}, "unary2"},
		{"product of a sum that is scaled early and late", func(b *Builder, x, y, w, u Value) []Value {
			p := b.MatMul(x, w)
			z := b.Apply(Tanh, b.Apply(Mul, p, y))
			return []Value{b.Apply(Mul, p, b.Apply(Exp, z))}
		}, "matmul2 unary unary affine"},
		{"weighted sum", func(b *Builder, x, y, w, u Value) []Value {
			return []Value{b.Apply(Sub, b.Apply(Mul, x, b.Number(2)), b.Apply(Mul, y, b.Number(3)))}
		}, "affine"},
		{"product and sum", func(b *Builder, x, y, w, u Value) []Value {
			return []Value{b.Apply(Add, y, b.Apply(Mul, x, b.Apply(Neg, y)))}
		}, "affine"},
		{"scale of a repeated column", func(b *Builder, x, y, w, u Value) []Value {
			h := b.Apply(Mul, b.Cut(y, 1, 2, 1), b.Number(0.5))
			return []Value{b.Apply(Mul, x, b.RepeatCols(h, 4))}
		}, "affine"},
		{"two products of one sum", func(b *Builder, x, y, w, u Value) []Value {
			p := b.MatMul(x, w)
			return []Value{b.Apply(Mul, p, y), b.Apply(Add, b.Apply(Mul, p, x), y)}
		}, "matmul2"},
		{"sum beside its product", func(b *Builder, x, y, w, u Value) []Value {
			p := b.MatMul(x, w)
			return []Value{p, b.Apply(Mul, p, y)}
		}, "matmul2"},
		{"a value with other readers", func(b *Builder, x, y, w, u Value) []Value {
			z := b.Apply(Mul, x, y)
			return []Value{b.Apply(Add, z, x), b.Apply(Exp, z)}
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
