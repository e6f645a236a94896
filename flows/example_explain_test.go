package flows_test

import (
	"context"
	"fmt"
	"log"

	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/nn"
	"github.com/go-ffjord/ffjord/ode"
)

// On the way to the base, dz/dt = z|z|² grows fast far from zero: the far row takes many steps, the near one few.
func ExampleFlow_Explain() {
	flow := flows.Flow{
		Dim:    2,
		Blocks: flows.FFJORD{Field: well{}, Solver: ode.Solver{RTol: 1e-6, ATol: 1e-8}},
		Params: &nn.Params{Dtype: tensor.Float64},
	}
	x := data.Rows(2, 0.1, 0, 0.7, 0)
	told, err := flow.Explain(context.Background(), x)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("log p: %.2f, -log p in the mean: %.2f\n", told.LogProb, told.NLL())
	near, far := told.Cost[0], told.Cost[1]
	fmt.Println("the far row takes more than four times as many steps:", far.Accepted > 4*near.Accepted)
	fmt.Println("and its smallest is shorter:", far.Smallest < near.Smallest)
	attempts := near.Accepted + near.Rejected + far.Accepted + far.Rejected
	fmt.Println("every attempt is told:", len(told.Steps) == attempts)
	// Output:
	// log p: [-1.80 -6.26], -log p in the mean: 4.03
	// the far row takes more than four times as many steps: true
	// and its smallest is shorter: true
	// every attempt is told: true
}
