package flows_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/nn"
)

// dz/dt = z³ leaves every bound at t = 1/(2z₀²). The rows beside the one that fails have their results.
func ExampleSolveError() {
	cube := nn.Func(func(z *graph.Node) *graph.Node { return graph.Cube(z) })
	flow := flows.Flow{Dim: 1, Blocks: flows.FFJORD{Field: cube}, Params: &nn.Params{Dtype: tensor.Float64}}
	z := data.Rows(1, 0.1, 2, -0.5)
	x, _, err := flow.Forward(context.Background(), z)
	var failed *flows.SolveError
	if !errors.As(err, &failed) {
		log.Fatal(err)
	}
	for _, row := range failed.Rows {
		fmt.Printf("row %d failed in block %d at t = %.3f\n", row.Row, row.Block, row.T)
	}
	fmt.Printf("%.2f\n", x.Float64s())
	// Output:
	// row 1 failed in block 0 at t = 0.125
	// [0.10 NaN -0.71]
}
