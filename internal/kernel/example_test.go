package kernel_test

import (
	"fmt"

	"github.com/go-ffjord/ffjord/internal/kernel"
)

// A layer y = tanh(x·W + b) of two inputs and three outputs, for two rows.
func Example() {
	const n = 2
	var (
		x = []int32{0, 16} // columns of the arena
		y = []int32{32, 48, 64}
		// b, then W row by row.
		weights = []float64{0, 0, 0.5, 1, -1, 0, 0, 2, 0}
	)
	arena := make([]float64, 5*kernel.Pad(n))
	arena[x[0]], arena[x[1]+1] = 1, 1 // the rows (1, 0) and (0, 1)

	isa, err := kernel.FromEnv()
	if err != nil {
		fmt.Println(err)
		return
	}
	s, err := kernel.New[float64](isa)
	if err != nil {
		fmt.Println(err)
		return
	}
	s.MatMul(&kernel.MatMul{
		X: x, W: 3, WK: 3, WJ: 1,
		Init: kernel.Operand{Kind: kernel.Uniform, At: []int32{0, 1, 2}},
		Out:  kernel.Product{D: y},
	}, arena, weights, n)
	s.Unary(&kernel.Unary{D: y, X: y, Fn: kernel.Tanh}, arena, n)

	for row := range n {
		fmt.Printf("%.4f %.4f %.4f\n", arena[y[0]:][row], arena[y[1]:][row], arena[y[2]:][row])
	}
	// Output:
	// 0.7616 -0.7616 0.4621
	// 0.0000 0.9640 0.4621
}
