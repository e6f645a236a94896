package data

import (
	"math"
	"slices"

	"gorgonia.org/tensor"
)

// moments are the running mean and sum of squared deviations of each column, free of cancellation (Welford 1962).
type moments struct {
	rows          float64
	mean, squares []float64
}

func (m *moments) add(x *tensor.Dense) {
	dim := x.Shape()[1]
	if x.Dtype() == tensor.Float32 {
		addMoments(m, x.Float32s(), dim)
	} else {
		addMoments(m, x.Float64s(), dim)
	}
}

func addMoments[T float](m *moments, values []T, dim int) {
	if m.mean == nil {
		m.mean, m.squares = make([]float64, dim), make([]float64, dim)
	}
	for row := range slices.Chunk(values, dim) {
		m.rows++
		for j, v := range row {
			d := float64(v) - m.mean[j]
			m.mean[j] += d / m.rows
			m.squares[j] += d * (float64(v) - m.mean[j])
		}
	}
}

// std returns the standard deviations √(squares/rows).
func (m *moments) std() []float64 {
	std := make([]float64, len(m.squares))
	for j, s := range m.squares {
		std[j] = math.Sqrt(s / m.rows)
	}
	return std
}
