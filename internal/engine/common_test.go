package engine

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/internal/kernel"
)

// What all rows have in common is computed once a run, and nothing else changes: values and sums have the bits that they
// have where every row brings it as its own.
func TestCommonInputs(t *testing.T) {
	t.Run("float32", testCommonInputs[float32])
	t.Run("float64", testCommonInputs[float64])
}

func testCommonInputs[T Float](t *testing.T) {
	for _, k := range kernelSets[T](t) {
		for _, width := range []int{1, 2, 17, 40} {
			for _, rows := range []int{1, 20, 300} {
				t.Run(fmt.Sprint(k.ISA, " ", width, " ", rows), func(t *testing.T) {
					once, each := gatedProgram[T](t, width, true, rows > 1), gatedProgram[T](t, width, false, rows > 1)
					require.Less(t, len(once.ops)-common(once), len(each.ops), "nothing is done once a run")
					m, err := NewMachine(once, k, rows)
					require.NoError(t, err)
					n, err := NewMachine(each, k, rows)
					require.NoError(t, err)
					rng := rand.New(rand.NewPCG(uint64(width), uint64(rows)))
					for _, in := range once.uniforms {
						values := make([]T, once.matrices[in.matrix].rows*once.matrices[in.matrix].cols)
						for i := range values {
							values[i] = T(rng.NormFloat64())
						}
						m.Bind(in.name, values)
						n.Bind(in.name, values)
					}
					for range 3 { // runs, of which every one has another time
						for name, columns := range n.rows {
							for j, column := range columns {
								same := T(rng.NormFloat64())
								for i := range column {
									if column[i] = same; name == "x" {
										column[i] = T(rng.NormFloat64())
									}
								}
								copy(m.rows[name][j], column)
							}
						}
						require.NoError(t, m.Run(rows))
						require.NoError(t, n.Run(rows))
						for name, o := range n.outputs {
							for j, column := range o.cols {
								require.Equal(t, column[:rows], m.Columns(name)[j][:rows], "%s, column %d\n%v", name, j, once)
							}
						}
					}
					for name, o := range n.outputs {
						if !o.value.perRow {
							require.Equal(t, n.Sum(name), m.Sum(name), name)
						}
					}
				})
			}
		}
	}
}

// common counts the operations of a program that are done once a run.
func common(p *Program) int {
	n := 0
	for i := range p.ops {
		if p.ops[i].common {
			n++
		}
	}
	return n
}

// gatedProgram is a net whose layers are gated by functions of a time t and a step h, on demand with sums over rows,
// without which a row alone has a layout of its own; the time is also among the columns that a product multiplies, and
// what hangs on it alone is an output.
func gatedProgram[T Float](t *testing.T, width int, common, sums bool) *Program {
	b := NewBuilder[T]()
	declare := b.Rows
	if common {
		declare = b.Common
	}
	x, time, h := b.Rows("x", 2), declare("t", 1), declare("h", 2)
	w, v, a, u := b.Uniform("w", 3, width), b.Uniform("v", width, width), b.Uniform("a", 1, width), b.Uniform("u", 2, width)
	one := b.Number(1)
	late := b.Apply(kernel.Add, time, b.Apply(kernel.Mul, b.Slice(h, 0, 1, 1), b.Number(1./3)))
	gate := b.Apply(kernel.Sigmoid, b.Apply(kernel.Add, b.MatMul(late, a), b.Slice(b.RowValue(a, width), 0, width, 1)))
	shift := b.MatMul(b.Apply(kernel.Sin, b.MatMul(h, u)), b.Transpose(v))
	sum := b.Apply(kernel.Add, b.MatMul(b.Concat(x, time), w), a)
	y := b.Apply(kernel.Tanh, b.Apply(kernel.Add, b.Apply(kernel.Mul, sum, gate), shift))
	slope := b.Apply(kernel.Sub, one, b.Apply(kernel.Square, y))
	tangent := b.Apply(kernel.Mul, b.Apply(kernel.Mul, b.RowValue(a, width), gate), slope)
	next := b.MatMul(tangent, v)
	gated := b.Apply(kernel.Mul, next, gate)
	chosen := b.Apply(kernel.Where, b.Apply(kernel.Gt, next, shift), gate, b.Apply(kernel.Max, shift, y))
	reversed := make([]Value, width)
	for j := range reversed {
		reversed[j] = b.Slice(gate, width-1-j, width-j, 1)
	}
	less := b.Apply(kernel.Sub, b.Concat(reversed...), b.Apply(kernel.Mul, b.RepeatCols(late, width), chosen))
	b.Output("y", y)
	b.Output("next", next)
	b.Output("gated", gated)
	b.Output("less", less)
	b.Output("late", late)
	b.Output("of both", b.Apply(kernel.Sub, b.Apply(kernel.Mul, b.Apply(kernel.Mul, y, b.Number(1./3)), gate), b.Apply(kernel.Mul, shift, b.Number(.7))))
	b.Output("mixed", b.Concat(b.Apply(kernel.Exp, b.Concat(late, b.Slice(y, 0, 1, 1))), time))
	b.Output("largest", b.MaxCols(b.Concat(gate, y)))
	if sums {
		b.Output("gradient of a", b.MatMulRows(late, gated))
		b.Output("gradient of v", b.MatMulRows(gate, less))
		b.Output("sum", b.SumRows(b.Concat(gated, gate)))
	}
	p, err := b.Finish()
	require.NoError(t, err)
	return p
}
