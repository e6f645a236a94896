package flows_test

import (
	"context"
	"fmt"
	"log"

	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/ode"
)

// Penalties as their rates at one point: a rotation, f = (-y, x), at (3, 4). It turns with f, so that its acceleration
// J f points to the centre and is as large as z.
func ExampleFieldPenalty() {
	penalties := []flows.FieldPenalty{flows.Kinetic, flows.Frobenius, flows.Acceleration, flows.L1, flows.L2}
	rates, err := graph.Compile[float64](func(g *graph.Graph) {
		z := g.Rows("z", 2)
		x, y := graph.SliceCols(z, 0, 1), graph.SliceCols(z, 1, 2)
		d := flows.Dynamics{Graph: g, T: g.Rows("t", 1), Z: z, F: graph.Concat(graph.Neg(y), x)}
		for _, p := range penalties {
			g.Output(string(p), p.Rate(d))
		}
	})
	if err != nil {
		log.Fatal(err)
	}
	m, err := rates.NewMachine(1)
	if err != nil {
		log.Fatal(err)
	}
	m.In("z")[0][0], m.In("z")[1][0] = 3, 4
	if err := m.Run(1); err != nil {
		log.Fatal(err)
	}
	for _, p := range penalties {
		fmt.Printf("%s: %.2f\n", p, m.Out(string(p))[0][0])
	}
	// Output:
	// kinetic: 6.25
	// frobenius: 1.00
	// acceleration: 6.25
	// l1: 3.50
	// l2: 3.54
}

// curl is the squared curl of a field in the plane, (∂f₁/∂z₂ - ∂f₂/∂z₁)².
type curl struct{}

func (curl) Rate(d flows.Dynamics) *graph.Node {
	unit := graph.FillCols(d.Z, 1, 1)
	byFirst := d.JVP(graph.PadCols(unit, 0, 2))
	bySecond := d.JVP(graph.PadCols(unit, 1, 2))
	return graph.Square(graph.Sub(graph.SliceCols(bySecond, 0, 1), graph.SliceCols(byFirst, 1, 2)))
}

// A regulariser of one's own is one method. Beside the state it is integrated like any other rate: a rotation by one
// radian a unit of time has a squared curl of 4, everywhere.
func ExampleRegularizer() {
	turn := ode.Problem{Widths: []int{2, 1}, Field: func(g *graph.Graph) ode.Field {
		return func(t *graph.Node, y ode.State) ode.State {
			f := graph.Concat(graph.Neg(graph.SliceCols(y[0], 1, 2)), graph.SliceCols(y[0], 0, 1))
			d := flows.Dynamics{Graph: g, T: t, Z: y[0], F: f}
			return ode.State{f, curl{}.Rate(d)}
		}
	}}
	it, err := ode.NewIntegrator[float64](turn, ode.Solver{Method: ode.RK4, Steps: 10})
	if err != nil {
		log.Fatal(err)
	}
	w, err := it.NewWorker(1)
	if err != nil {
		log.Fatal(err)
	}
	w.State(0)[0][0] = 1
	if err := w.Solve(context.Background(), 1, 0, 2, nil); err != nil {
		log.Fatal(err)
	}
	fmt.Printf("∫ curl² dt from 0 to 2 = %.2f\n", w.State(1)[0][0])
	// Output: ∫ curl² dt from 0 to 2 = 8.00
}
