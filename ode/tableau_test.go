package ode_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/ode"
)

// embeddedOrders are the orders of the solutions that the error estimates compare with.
var embeddedOrders = map[string]int{"heun": 1, "bosh3": 2, "tsit5": 4, "dopri5": 4, "dopri8": 7, "dop853": 5}

// coefficientTolerance allows for the rounding of published coefficients of up to 50 in sums of a dozen.
const coefficientTolerance = 2e-13

func TestTableauIsConsistent(t *testing.T) {
	for _, m := range ode.Methods() {
		t.Run(m.Name, func(t *testing.T) {
			named, err := ode.Method(m.Name)
			require.NoError(t, err)
			assert.Same(t, m, named)
			assert.Zero(t, m.C[0])
			for i, row := range m.A {
				assert.Len(t, row, i, "stage %d", i+1)
				assert.InDelta(t, m.C[i], sum(row), coefficientTolerance, "Σ a of stage %d is its c", i+1)
			}
			assert.InDelta(t, 1, sum(m.B), coefficientTolerance, "Σ b")
			assert.InDelta(t, 0, sum(m.E), coefficientTolerance, "Σ e")
			assert.Equal(t, embeddedOrders[m.Name] > 0, m.E != nil, "embeddedOrders has a line for a method with an error estimate")
		})
	}
	_, err := ode.Method("leapfrog")
	assert.EqualError(t, err, `ode: there is no method "leapfrog"; want one of euler, midpoint, heun, rk4, rk4-3/8, bosh3, tsit5, dopri5, dopri8, dop853`)
}

func TestStages(t *testing.T) {
	want := map[string]int{
		"euler": 1, "midpoint": 2, "heun": 2, "rk4": 4, "rk4-3/8": 4, "bosh3": 3, "tsit5": 6, "dopri5": 6, "dopri8": 13, "dop853": 12,
	}
	for _, m := range ode.Methods() {
		if assert.Contains(t, want, m.Name, "a new method has a line here") {
			assert.Equal(t, want[m.Name], m.Stages(), m.Name)
		}
	}
}

// A method has order p if and only if Σ bᵢ Φᵢ(τ) = 1/γ(τ) for every rooted tree τ of at most p vertices (Hairer,
// Nørsett & Wanner 1993, theorem II.2.13).
func TestOrderConditions(t *testing.T) {
	assert.Equal(t, []int{0, 1, 1, 2, 4, 9, 20, 48, 115}, counts(trees(8)), "the number of rooted trees of each size")
	for _, m := range ode.Methods() {
		t.Run(m.Name, func(t *testing.T) {
			assert.Equal(t, m.Order, orderOf(m, m.B), "order of the solution")
			if m.E != nil {
				embedded := make([]float64, len(m.B))
				for i := range embedded {
					embedded[i] = m.B[i] - m.E[i]
				}
				assert.Equal(t, embeddedOrders[m.Name], orderOf(m, embedded), "order of the embedded solution")
			}
		})
	}
}

// orderOf returns the number of vertices up to which the weights b meet all order conditions.
func orderOf(m *ode.Tableau, b []float64) int {
	order := 0
	for size, level := range trees(9) {
		for _, tree := range level {
			var s float64
			for i, w := range b {
				s += w * tree.weight(m, i)
			}
			if math.Abs(s-1/tree.gamma()) > coefficientTolerance {
				return order
			}
		}
		order = size
	}
	return order
}

// tree is a rooted tree: the subtrees at its root, in the order of their index among all trees.
type tree struct {
	size     int
	children []*tree
}

// trees returns all rooted trees of 0 ... n vertices by size.
func trees(n int) [][]*tree {
	out := [][]*tree{nil}
	var all []*tree
	for size := 1; size <= n; size++ {
		var level []*tree
		var grow func(left, from int, children []*tree)
		grow = func(left, from int, children []*tree) {
			if left == 0 {
				level = append(level, &tree{size, append([]*tree(nil), children...)})
			}
			for i := from; i < len(all) && all[i].size <= left; i++ {
				grow(left-all[i].size, i, append(children, all[i]))
			}
		}
		grow(size-1, 0, nil)
		out = append(out, level)
		all = append(all, level...)
	}
	return out
}

func counts(levels [][]*tree) []int {
	var out []int
	for _, l := range levels {
		out = append(out, len(l))
	}
	return out
}

// gamma is the density γ(τ): the product of the sizes of all subtrees.
func (τ *tree) gamma() float64 {
	g := float64(τ.size)
	for _, c := range τ.children {
		g *= c.gamma()
	}
	return g
}

// weight is Φᵢ(τ), the product over the subtrees c at the root of Σⱼ aᵢⱼ Φⱼ(c).
func (τ *tree) weight(m *ode.Tableau, i int) float64 {
	p := 1.0
	for _, c := range τ.children {
		var s float64
		for j, a := range m.A[i] {
			if a != 0 {
				s += a * c.weight(m, j)
			}
		}
		p *= s
	}
	return p
}

func sum(v []float64) float64 {
	var s float64
	for _, x := range v {
		s += x
	}
	return s
}
