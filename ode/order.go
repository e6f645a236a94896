package ode

import (
	"fmt"
	"math"
	"slices"
)

// checkOrder reports orders that the coefficients don't have.
func (m *Tableau) checkOrder() error {
	if has := m.order(m.B, 1, m.Order); has != m.Order && m.Order <= checkedOrder {
		return fmt.Errorf("ode: method %q: Order is %d, and its coefficients have order %s", m.Name, m.Order, atLeast(has, m.Order))
	}
	if m.E == nil {
		if m.ErrorOrder != 0 {
			return fmt.Errorf("ode: method %q: ErrorOrder is %d, and there is no E", m.Name, m.ErrorOrder)
		}
		return nil
	}
	if has := m.order(m.E, 0, m.ErrorOrder); has != m.ErrorOrder && m.ErrorOrder <= checkedOrder {
		return fmt.Errorf("ode: method %q: ErrorOrder is %d, and E is the error of a solution of order %s", m.Name, m.ErrorOrder, atLeast(has, m.ErrorOrder))
	}
	return nil
}

// atLeast writes an order that was looked at up to one above the claimed one.
func atLeast(has, claimed int) string {
	if has > claimed {
		return fmt.Sprintf("%d or more", has)
	}
	return fmt.Sprint(has)
}

// checkedOrder is the largest order whose conditions are looked at.
const checkedOrder = 8

// order returns the order of weights: to how many vertices, up to one more than claimed, all rooted trees t have
// Σ wᵢ Φᵢ(t) = scale/γ(t) (Butcher 1963; Hairer, Nørsett & Wanner 1993, II, theorem 2.13). Weights of a solution have scale
// 1; those of an error, the difference of two solutions, 0.
func (m *Tableau) order(weights []float64, scale float64, claimed int) int {
	const roundOff = 1e-9 // coefficients with 10 digits or more pass
	for p := 1; p <= min(claimed+1, checkedOrder); p++ {
		for _, t := range trees(p) {
			sum, size := 0., 1.
			for i, phi := range m.elementary(t) {
				sum += weights[i] * phi
				size = max(size, math.Abs(weights[i]*phi))
			}
			if math.Abs(sum-scale/t.density()) > roundOff*size {
				return p - 1
			}
		}
	}
	return min(claimed+1, checkedOrder)
}

// tree is a rooted tree: the trees that hang on its root.
type tree []tree

// trees returns all rooted trees of so many vertices.
func trees(vertices int) []tree {
	var out []tree
	for _, t := range forests(vertices-1, vertices-1) {
		out = append(out, tree(t))
	}
	return out
}

// forests returns all multisets of trees of so many vertices together, none of them larger than largest.
func forests(vertices, largest int) [][]tree {
	if vertices == 0 {
		return [][]tree{nil}
	}
	var out [][]tree
	for size := min(vertices, largest); size > 0; size-- {
		all := trees(size)
		for copies := 1; copies*size <= vertices; copies++ {
			for _, rest := range forests(vertices-copies*size, size-1) {
				for _, some := range chosen(all, copies) {
					out = append(out, slices.Concat(some, rest))
				}
			}
		}
	}
	return out
}

// chosen returns all multisets of n of the trees.
func chosen(all []tree, n int) [][]tree {
	if n == 0 {
		return [][]tree{nil}
	}
	var out [][]tree
	for i, t := range all {
		for _, rest := range chosen(all[i:], n-1) {
			out = append(out, append([]tree{t}, rest...))
		}
	}
	return out
}

// vertices returns the number of the tree's vertices.
func (t tree) vertices() float64 {
	n := 1.
	for _, u := range t {
		n += u.vertices()
	}
	return n
}

// density returns γ(t), the number of vertices times the densities of what hangs on the root.
func (t tree) density() float64 {
	d := t.vertices()
	for _, u := range t {
		d *= u.density()
	}
	return d
}

// elementary returns Φᵢ(t) of every stage i: the product over the trees u on the root of Σⱼ aᵢⱼ Φⱼ(u).
func (m *Tableau) elementary(t tree) []float64 {
	out := slices.Repeat([]float64{1}, len(m.B))
	for _, u := range t {
		inner := m.elementary(u)
		for i := range out {
			sum := 0.
			for j, a := range m.A[i] {
				sum += a * inner[j]
			}
			out[i] *= sum
		}
	}
	return out
}
