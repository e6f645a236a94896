package tabular_test

import (
	"math/rand/v2"

	"gorgonia.org/tensor"
)

func seeded(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0)) }

func table[T float32 | float64](rows, dim int, values ...T) *tensor.Dense {
	return tensor.New(tensor.WithShape(rows, dim), tensor.WithBacking(values))
}

// counted is a table whose every number is different: row i, column j is 10 i + j.
func counted[T float32 | float64](rows, dim int) *tensor.Dense {
	values := make([]T, rows*dim)
	for i := range values {
		values[i] = T(10*(i/dim) + i%dim)
	}
	return table(rows, dim, values...)
}
