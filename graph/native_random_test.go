package graph_test

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"github.com/go-ffjord/ffjord/graph"
)

// choices make the choices of a random graph. The same choices build the same graph again.
type choices struct {
	list []int
	next int
}

// below returns a choice among n.
func (d *choices) below(n int) int {
	c := d.list[d.next%len(d.list)]
	d.next++
	return c % n
}

// randomProgram writes a graph of count operators over per-row and uniform values of 1 to 5 columns, with all of the
// latest values and the gradients of their sum as outputs. Operators keep values bounded, so that depth does no harm.
func randomProgram(list []int, count int) func(*graph.Graph) {
	return func(g *graph.Graph) {
		d := &choices{list: list}
		rows := []*graph.Node{g.Rows("x", 1+d.below(5)), g.Rows("y", 1+d.below(5))}
		uniform := []*graph.Node{g.Uniform("u", 1+d.below(5), 1+d.below(5)), g.Uniform("v", 1, 1+d.below(5))}
		wrt := append(append([]*graph.Node{}, rows...), uniform...)
		for range count {
			if d.below(4) == 0 {
				uniform = append(uniform, randomUniform(d, uniform))
			} else {
				rows = append(rows, randomRows(d, rows, uniform))
			}
		}
		var total *graph.Node
		for i, n := range rows[max(2, len(rows)-4):] {
			g.Output(fmt.Sprint("out", i), n)
			if s := graph.SumCols(n); total == nil {
				total = s
			} else {
				total = graph.Add(total, s)
			}
		}
		if total == nil {
			total = graph.SumCols(rows[0])
		}
		g.Output("total", graph.SumRows(total))
		for i, grad := range graph.Grad(total, wrt...) {
			if grad != nil {
				g.Output(fmt.Sprint("grad", i), grad)
			}
		}
	}
}

func pick(d *choices, from []*graph.Node) *graph.Node {
	return from[len(from)-1-d.below(min(len(from), 6))]
}

func cols(n *graph.Node) int { return n.Shape()[1] }

// fitted returns n with as many columns as wanted, by repeating, cutting or padding.
func fitted(d *choices, n *graph.Node, want int) *graph.Node {
	switch have := cols(n); {
	case have == want:
		return n
	case have == 1 && d.below(2) == 0:
		return graph.RepeatCols(n, want)
	case have < want:
		return graph.PadCols(n, d.below(want-have+1), want)
	default:
		from := d.below(have - want + 1)
		return graph.SliceCols(n, from, from+want)
	}
}

func randomUniform(d *choices, uniform []*graph.Node) *graph.Node {
	a, b := pick(d, uniform), pick(d, uniform)
	switch d.below(6) {
	case 0:
		return graph.Transpose(a)
	case 1:
		return graph.Tanh(graph.MatMul(a, graph.Transpose(fitted(d, b, cols(a)))))
	case 2:
		return graph.Scale(graph.Add(graph.SumRows(a), fitted(d, graph.SumRows(b), cols(a))), 0.1)
	case 3:
		return graph.Sin(graph.SumCols(a))
	case 4:
		return graph.Tanh(graph.Mul(a, graph.SliceCols(graph.SumRows(b), 0, 1)))
	}
	return graph.SliceRows(a, 0, 1+d.below(a.Shape()[0]))
}

func randomRows(d *choices, rows, uniform []*graph.Node) *graph.Node {
	a, b, u := pick(d, rows), pick(d, rows), pick(d, uniform)
	b = fitted(d, b, cols(a))
	row := fitted(d, graph.SliceRows(u, 0, 1), cols(a))
	switch d.below(20) {
	case 0:
		return graph.Tanh(graph.MatMul(a, graph.Transpose(fitted(d, u, cols(a)))))
	case 1:
		return graph.Tanh(graph.Add(graph.MatMul(fitted(d, a, u.Shape()[0]), u), graph.SumRows(u)))
	case 2:
		return graph.Scale(graph.Add(a, b), 0.5)
	case 3:
		return graph.Scale(graph.Sub(a, b), 0.5)
	case 4:
		return graph.Sin(graph.Mul(a, b))
	case 5:
		return graph.Mul(a, graph.Sigmoid(b))
	case 6:
		return graph.Scale(graph.Sub(row, a), 0.4)
	case 7:
		return graph.Tanh(graph.Mul(a, row))
	case 8:
		return graph.Div(a, graph.Shift(graph.Square(b), 1))
	case 9:
		return graph.Where(graph.Gt(a, graph.Fill(a, 0.2)), b, graph.Neg(a))
	case 10:
		return graph.Max(a, row)
	case 11:
		return graph.ReLU(graph.Sub(a, b))
	case 12:
		return graph.Softplus(graph.Neg(graph.Abs(a)))
	case 13:
		return fitted(d, graph.Concat(a, b), 1+d.below(5))
	case 14:
		return graph.Tanh(graph.SumCols(graph.Concat(a, graph.RepeatRowsLike(row, a))))
	case 15:
		return graph.JVP([]*graph.Node{graph.Tanh(graph.Mul(a, b))}, []*graph.Node{a}, []*graph.Node{graph.Cos(a)})[0]
	case 16:
		return graph.Sub(graph.Fill(a, 1), graph.Square(graph.Tanh(a)))
	case 17:
		return graph.Exp(graph.Neg(graph.Square(a)))
	case 18:
		return graph.RepeatRowsLike(row, a)
	}
	return graph.Mul(graph.Add(graph.Scale(graph.Sigmoid(a), 0.5), b), graph.FillCols(a, 0.5, 1))
}

// Random graphs with much sharing, and their gradients, agree on both engines.
func TestNativeRandomGraphs(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		list := rapid.SliceOfN(rapid.IntRange(0, 1<<20), 20, 200).Draw(rt, "choices")
		count := rapid.IntRange(5, 60).Draw(rt, "operators")
		n := rapid.IntRange(1, 700).Draw(rt, "rows")
		write := randomProgram(list, count)
		requireEngines[float64](t, 30, []int{n}, write)
		requireEngines[float32](t, 30, []int{n}, write)
	})
}
