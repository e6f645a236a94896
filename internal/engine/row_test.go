package engine

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/internal/kernel"
)

// A row alone has a layout of its own, whatever its operations read: columns out of order, of several buffers, repeated,
// parameters and parts of them, matrices of any width, packed and transposed.
func TestRowAlone(t *testing.T) {
	t.Run("float32", testRowAlone[float32])
	t.Run("float64", testRowAlone[float64])
}

func testRowAlone[T Float](t *testing.T) {
	for _, k := range kernelSets[T](t) {
		for _, width := range []int{1, 3, 8, 17, 40, 70} {
			t.Run(fmt.Sprint(k.ISA, " ", width), func(t *testing.T) {
				p := rowProgram[T](t, width)
				require.False(t, p.hasSums())
				m, err := NewMachine(p, k, 20)
				require.NoError(t, err)
				rng := rand.New(rand.NewPCG(7, uint64(width)))
				bound := map[string][]T{}
				for _, in := range p.uniforms {
					values := make([]T, p.matrices[in.matrix].rows*p.matrices[in.matrix].cols)
					for i := range values {
						values[i] = T(rng.NormFloat64())
					}
					bound[in.name] = values
				}
				bind := func(m *Machine[T]) {
					for name, values := range bound {
						m.Bind(name, values)
					}
				}
				bind(m)
				for _, columns := range m.rows {
					for _, column := range columns {
						for i := range column {
							column[i] = T(rng.NormFloat64())
						}
					}
				}
				require.NoError(t, m.Run(20))
				for _, i := range []int{0, 19} {
					requireSameAlone(t, m, i, bind)
				}
			})
		}
	}
}

func rowProgram[T Float](t *testing.T, width int) *Program {
	b := NewBuilder[T]()
	x, h := b.Rows("x", 3), b.Rows("h", 1)
	w, v, u := b.Uniform("w", 4, width), b.Uniform("v", width, width), b.Uniform("u", 1, width)
	hidden := b.Apply(kernel.Tanh, b.Apply(kernel.Add, b.MatMul(b.Concat(b.Slice(x, 1, 3, 1), h, b.Slice(x, 0, 1, 1)), w), u))
	next := b.MatMul(hidden, v)
	back := b.MatMul(next, b.Transpose(v))
	repeated := b.RepeatCols(h, width)
	mixed := b.Apply(kernel.Mul, b.Apply(kernel.Mul, b.Apply(kernel.Mul, hidden, u), b.Number(3)), repeated)
	sum := b.Apply(kernel.Sub, b.Apply(kernel.Add, b.Apply(kernel.Mul, back, repeated), mixed), b.Apply(kernel.Mul, u, b.Number(0.3)))
	turned := b.Concat(b.Slice(sum, width-1, width, 1), sum, b.Slice(next, 0, 1, 1))
	b.Output("sum", sum)
	b.Output("next", next)
	b.Output("turned", b.Apply(kernel.Max, b.Apply(kernel.Sin, turned), b.Apply(kernel.Exp, turned)))
	b.Output("total", b.SumCols(turned))
	b.Output("where", b.Apply(kernel.Where, b.Apply(kernel.Gt, hidden, repeated), u, sum))
	p, err := b.Finish()
	require.NoError(t, err)
	return p
}
