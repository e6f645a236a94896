package engine

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/go-ffjord/ffjord/internal/kernel"
)

// A random program is a list of steps on values of one shape, per row or the same for all rows: the compiled program
// must give the very bits that the steps give one after the other, each result rounded to T, whatever the passes make
// of them.
type randomStep struct {
	fn       Fn
	operands [3]int  // earlier values
	product  bool    // x·W in place of fn
	turn     bool    // the columns in the other order in place of fn
	number   float64 // an operand where useNum
	useNum   bool
	first    bool // the number is the first operand
}

// extremes are factors and inputs at which products leave the range of a type, sums lose digits and differences cancel.
var extremes = []float64{0, math.Copysign(0, -1), 1, -1, 2, -.5, 3, 1. / 3, .1, 1 + 0x1p-23, 1 - 0x1p-24, 7.1,
	1e10, -1e10, 1e20, 1e-20, -1e-20, 1e30, -1e30, 1e-30, 3e38, -3e38, 1e-38, 1e-44,
	1e150, -1e150, 1e-150, 1e200, 1e-200, 1.7e308, 1e-308, 5e-324, math.Inf(1), math.Inf(-1), math.NaN()}

const (
	randomCols = 2
	randomRows = kernel.Lanes + 3
)

func drawSteps(rt *rapid.T) []randomStep {
	fns := []Fn{kernel.Mul, kernel.Mul, kernel.Mul, kernel.Mul, kernel.Add, kernel.Add, kernel.Sub, kernel.Sub,
		kernel.Sub, kernel.Neg, kernel.Square, kernel.Cube, kernel.Recip, kernel.Div, kernel.Max, kernel.Where,
		kernel.Abs, kernel.Tanh, kernel.Sigmoid, kernel.Sqrt}
	steps := make([]randomStep, rapid.IntRange(1, 24).Draw(rt, "steps"))
	for i := range steps {
		s := &steps[i]
		s.fn = rapid.SampledFrom(fns).Draw(rt, "fn")
		for k := range s.operands {
			// Of three inputs and the results so far, one of the latest.
			s.operands[k] = rapid.IntRange(max(0, i-2), i+2).Draw(rt, "operand")
		}
		what := rapid.IntRange(0, 9).Draw(rt, "what")
		s.product, s.turn = what == 0, what == 1
		if s.useNum = s.fn.Operands() == 2 && rapid.Bool().Draw(rt, "number?"); s.useNum {
			s.number = rapid.SampledFrom(extremes).Draw(rt, "number")
			s.first = rapid.Bool().Draw(rt, "first?")
		}
	}
	return steps
}

// rounded does one step in T by Go's own operators; functions that T has no operator for are the kernel's.
func rounded[T Float](k *kernel.Set[T], fn Fn, a, b, c T) T {
	switch fn {
	case kernel.Neg:
		return -a
	case kernel.Square:
		return a * a
	case kernel.Cube:
		return T(a*a) * a
	case kernel.Mul:
		return a * b
	case kernel.Add:
		return a + b
	case kernel.Sub:
		return a - b
	case kernel.Div:
		return a / b
	case kernel.Recip:
		return 1 / a
	case kernel.Max:
		return max(a, b)
	case kernel.Where:
		if a != 0 {
			return b
		}
		return c
	}
	arena := make([]T, kernel.Lanes)
	arena[0] = a
	k.Unary(&kernel.Unary{D: []int32{0}, X: []int32{0}, Fn: fn}, arena, 1)
	return arena[0]
}

// product is x·W in T: by the kernel alone for a row, in Go for what is the same for all of them.
func product[T Float](k *kernel.Set[T], x [randomCols]T, w []T, uniform bool) (y [randomCols]T) {
	if uniform {
		for i, v := range w {
			y[i%randomCols] += T(x[i/randomCols] * v)
		}
		return y
	}
	arena := make([]T, 2*randomCols*kernel.Lanes)
	var in, out []int32
	for j, v := range x {
		in, out = append(in, int32(j*kernel.Lanes)), append(out, int32((j+randomCols)*kernel.Lanes))
		arena[in[j]] = v
	}
	k.MatMul(&kernel.MatMul{X: in, WK: randomCols, WJ: 1, Out: kernel.Product{D: out}}, arena, w, 1)
	for j := range y {
		y[j] = arena[out[j]]
	}
	return y
}

func TestRandomProgramsKeepEveryStep(t *testing.T) {
	t.Run("float32", testRandomPrograms[float32])
	t.Run("float64", testRandomPrograms[float64])
}

func testRandomPrograms[T Float](t *testing.T) {
	for _, k := range kernelSets[T](t) {
		t.Run(k.ISA.String(), func(t *testing.T) {
			rapid.Check(t, func(rt *rapid.T) { testRandomProgram(rt, k) })
		})
	}
}

func testRandomProgram[T Float](rt *rapid.T, k *kernel.Set[T]) {
	steps := drawSteps(rt)
	extreme := rapid.SampledFrom(extremes)
	drawRow := func(name string) (row [randomCols]T) {
		for j := range row {
			row[j] = T(extreme.Draw(rt, name))
		}
		return row
	}
	w := make([]T, randomCols*randomCols)
	for i := range w {
		w[i] = T(extreme.Draw(rt, "w"))
	}
	u := drawRow("u")
	rows := make([][2][randomCols]T, randomRows)
	common := rapid.Bool().Draw(rt, "y is common?")
	y := drawRow("y")
	for i := range rows {
		if !common {
			y = drawRow("y")
		}
		rows[i] = [2][randomCols]T{drawRow("x"), y}
	}

	b := NewBuilder[T]()
	weights := b.Uniform("w", randomCols, randomCols)
	declare := b.Rows
	if common {
		declare = b.Common
	}
	values := []Value{b.Rows("x", randomCols), declare("y", randomCols), b.Uniform("u", 1, randomCols)}
	for _, s := range steps {
		if s.product {
			values = append(values, b.MatMul(values[s.operands[0]], weights))
			continue
		}
		if s.turn {
			v := values[s.operands[0]]
			values = append(values, b.Concat(b.Slice(v, 1, 2, 1), b.Slice(v, 0, 1, 1)))
			continue
		}
		var in []Value
		for i := range s.fn.Operands() {
			in = append(in, values[s.operands[i]])
		}
		if s.useNum {
			if in[1] = b.Number(s.number); s.first {
				in[0], in[1] = in[1], in[0]
			}
		}
		values = append(values, b.Apply(s.fn, in...))
	}
	for i, v := range values[len(values)-min(len(steps), 3):] {
		b.Output(fmt.Sprint(i), b.RowValue(v, randomCols))
		b.Output(fmt.Sprint("second of ", i), b.Slice(b.RowValue(v, randomCols), 1, 2, 1))
	}
	p, err := b.compile(drawPasses(rt), verifier(rt))
	require.NoError(rt, err)
	m, err := NewMachine(p, k, randomRows)
	require.NoError(rt, err)
	bind := func(m *Machine[T]) {
		m.Bind("w", w)
		m.Bind("u", u[:])
	}
	bind(m)
	for i, r := range rows {
		for j := range randomCols {
			m.Rows("x")[j][i] = r[0][j]
			if y := m.Rows("y")[j]; i < len(y) {
				y[i] = r[1][j]
			}
		}
	}
	require.NoError(rt, m.Run(randomRows))
	requireSameAlone(rt, m, randomRows-1, bind)

	for i, r := range rows {
		want := [][randomCols]T{r[0], r[1], u}
		for _, s := range steps {
			operand := values[s.operands[0]]
			// A choice between equal uniform values is uniform too.
			uniform := !operand.perRow || !anyColumn(b.refs[operand.list])
			if s.product {
				want = append(want, product(k, want[s.operands[0]], w, uniform))
				continue
			}
			var y [randomCols]T
			if s.turn {
				x := want[s.operands[0]]
				want = append(want, [randomCols]T{x[1], x[0]})
				continue
			}
			for j := range y {
				p, q := want[s.operands[0]][j], want[s.operands[1]][j]
				if s.useNum {
					if q = T(s.number); s.first {
						p, q = q, p
					}
				}
				y[j] = rounded(k, s.fn, p, q, want[s.operands[2]][j])
				if uniform && s.fn.Operands() == 1 && s.fn != kernel.Cube {
					y[j] = T(s.fn.Of(float64(want[s.operands[0]][j]), 0, 0))
				}
			}
			want = append(want, y)
		}
		for o, w := range want[len(want)-min(len(steps), 3):] {
			for j := range w {
				got := m.Columns(fmt.Sprint(o))[j][i]
				if !sameNumber(w[j], got) {
					rt.Fatalf("row %d, output %d, column %d: %v, step by step %v\n%+v\n%s", i, o, j, got, w[j], steps, p)
				}
			}
		}
	}
}

// requireSameAlone runs row i of m's inputs in a machine for a single row, and requires what m gives that row.
func requireSameAlone[T Float](rt require.TestingT, m *Machine[T], i int, bind func(alone *Machine[T])) {
	alone, err := NewMachine(m.prog, m.kernels, 1)
	require.NoError(rt, err)
	bind(alone)
	for name, columns := range m.rows {
		for j, column := range columns {
			alone.Rows(name)[j][0] = column[min(i, len(column)-1)] // one number where all rows have it in common
		}
	}
	require.NoError(rt, alone.Run(1))
	for name, o := range m.outputs {
		for j, column := range o.cols {
			if got := alone.Columns(name)[j][0]; !sameNumber(column[i], got) {
				require.Failf(rt, "a row alone", "output %s, column %d: %v, in a tile %v\n%s", name, j, got, column[i], m.prog)
			}
		}
	}
}

// sameNumber reports whether two numbers are one, zeros of one sign, or both NaN.
func sameNumber[T Float](a, b T) bool {
	if a != a || b != b {
		return a != a && b != b
	}
	return a == b && math.Signbit(float64(a)) == math.Signbit(float64(b))
}
