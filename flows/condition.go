package flows

import (
	"fmt"
	"math"

	"github.com/go-ffjord/ffjord/graph"
)

// conditionMap is what conditions go through before a layer sees them, in float64: (c - mean) / std. Empty is nothing.
type conditionMap struct{ mean, std []float64 }

// conditionMap checks the flow's StandardizeCond.
func (f *Flow) conditionMap() (conditionMap, error) {
	m := conditionMap{f.StandardizeCond.Mean, f.StandardizeCond.Std}
	for _, field := range []struct {
		name   string
		values []float64
		least  float64
	}{{"Mean", m.mean, -math.MaxFloat64}, {"Std", m.std, math.SmallestNonzeroFloat64}} {
		if field.values != nil && len(field.values) != f.Cond {
			return m, fmt.Errorf("flows: StandardizeCond: %s has %d numbers, want one for each of the condition's %d columns",
				field.name, len(field.values), f.Cond)
		}
		for d, v := range field.values {
			if !(v >= field.least && v <= math.MaxFloat64) {
				return m, fmt.Errorf("flows: StandardizeCond: %s[%d] is %v, want a finite number, and a positive Std", field.name, d, v)
			}
		}
	}
	return m, nil
}

// of returns what a layer sees of column d.
func (m conditionMap) of(d int, c float64) float64 {
	if m.mean != nil {
		c -= m.mean[d]
	}
	if m.std != nil {
		c /= m.std[d]
	}
	return c
}

// readConditions is readColumns of conditions.
func readConditions[T graph.Float](dst [][]T, m conditionMap, t table, from, to int) {
	if m.mean == nil && m.std == nil {
		readColumns(dst, t, from, to)
		return
	}
	for d, col := range dst {
		for i := range to - from {
			col[i] = T(m.of(d, t.at(from+i, d)))
		}
	}
}

// pullConditions makes gradients by what layers see (rows, cond), row-major, those by the conditions.
func pullConditions[T graph.Float](m conditionMap, grads []T) {
	for i := range grads {
		if m.std != nil {
			grads[i] = T(float64(grads[i]) / m.std[i%len(m.std)])
		}
	}
}
