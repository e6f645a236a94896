package ode

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// There are 1, 1, 2, 4, 9, 20, 48, 115 rooted trees of 1 to 8 vertices (Cayley 1857).
func TestTreesAreAllThereAre(t *testing.T) {
	for i, want := range []int{1, 1, 2, 4, 9, 20, 48, 115} {
		assert.Len(t, trees(i+1), want)
	}
}

// Every method of the package has the order that it claims, and its error estimate too, and no other.
func TestMethodsHaveTheirOrders(t *testing.T) {
	for _, m := range Methods() {
		assert.NoError(t, m.checkOrder(), m.Name)
	}
}

// A method of one's own with a wrong or missing order is told what it has.
func TestWrongOrders(t *testing.T) {
	for want, change := range map[string]func(m *Tableau){
		"Order is 0, and its coefficients have order 1 or more":                func(m *Tableau) { m.Order = 0 },
		"Order is 6, and its coefficients have order 5":                        func(m *Tableau) { m.Order = 6 },
		"Order is 4, and its coefficients have order 5 or more":                func(m *Tableau) { m.Order = 4 },
		"ErrorOrder is 0, and E is the error of a solution of order 1 or more": func(m *Tableau) { m.ErrorOrder = 0 },
		"ErrorOrder is 5, and E is the error of a solution of order 4":         func(m *Tableau) { m.ErrorOrder = 5 },
		"ErrorOrder is 4, and there is no E":                                   func(m *Tableau) { m.E = nil },
	} {
		m := *Dopri5
		change(&m)
		_, err := Solver{Method: &m, Steps: 3}.WithDefaults()
		assert.ErrorContains(t, err, `ode: method "dopri5": `+want)
	}
}
