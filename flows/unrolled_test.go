package flows_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/nn"
	"github.com/go-ffjord/ffjord/ode"
)

// unrolled is the loss of the demo's flow and its gradient as one Gorgonia graph of the whole integration, for one row
// count, on Gorgonia's TapeMachine: what one would write without this library's loop over a step.
type unrolled struct {
	vm    gorgonia.VM
	nodes int
	loss  gorgonia.Value
	grads map[string]*gorgonia.Value
}

// unroll builds and compiles the graph over the parameters of f, a demo.
func unroll(f *flows.Flow, x *tensor.Dense, steps int) (*unrolled, error) {
	u := &unrolled{grads: map[string]*gorgonia.Value{}}
	var reads gorgonia.Nodes
	g, err := graph.Build(f.Params.DtypeOrDefault(), x.Shape()[0], func(g *graph.Graph) {
		z := g.Rows("x", 2)
		start, end := graph.FillCols(z, 1, 1), graph.FillCols(z, 0, 1)
		state := ode.State{z, graph.FillCols(z, 0, 1)}
		for b := 3; b >= 0; b-- {
			leave := g.Group(fmt.Sprintf("block %d", b))
			state = ode.RK4.Unroll(g, unrolledField(g, f.Params, b), start, end, state, steps)
			leave()
		}
		logp := graph.Add(f.Base.LogProb(nn.NewScope(g, f.Params, "base", nil), state[0]), state[1])
		loss := graph.Scale(graph.SumRows(logp), -1/float64(x.Shape()[0]))
		reads = append(reads, gorgonia.Read(loss, &u.loss))
		var wrt []*graph.Node
		for _, in := range g.Inputs()[1:] {
			wrt = append(wrt, in.Node)
		}
		for i, grad := range graph.Grad(loss, wrt...) {
			value := new(gorgonia.Value)
			reads = append(reads, gorgonia.Read(grad, value))
			u.grads[wrt[i].Name()] = value
		}
	})
	if err != nil {
		return nil, err
	}
	var inputs gorgonia.Nodes
	for _, in := range g.Inputs() {
		inputs = append(inputs, in.Node)
		value := gorgonia.Value(x)
		if !in.PerRow {
			value = f.Params.Get(in.Name).Value()
		}
		if err := gorgonia.Let(in.Node, value); err != nil {
			return nil, err
		}
	}
	u.nodes = len(g.Expr().AllNodes())
	program, where, err := gorgonia.CompileFunction(g.Expr(), inputs, reads)
	if err != nil {
		return nil, err
	}
	u.vm = gorgonia.NewTapeMachine(g.Expr(), gorgonia.WithPrecompiled(program, where))
	return u, nil
}

// unrolledField is the field and exact trace of a block of the demo. All blocks are in one graph, where a scope of its
// own keeps the parameters of each apart.
func unrolledField(g *graph.Graph, params *nn.Params, block int) ode.Field {
	mlp := nn.MLP{Hidden: []int{8, 8}, Time: nn.Tile, Act: nn.Tanh}
	return func(t *graph.Node, y ode.State) ode.State {
		f := mlp.Apply(nn.NewScope(g, params, "", t).In(fmt.Sprintf("block%d", block)), y[0])
		return ode.State{f, flows.Exact{}.Trace(g, y[0], f)}
	}
}

func (u *unrolled) run() error {
	u.vm.Reset()
	return u.vm.RunAll()
}

// The loop over a compiled step is the graph of the whole integration: the same loss, the same gradients.
func TestFlowIsTheUnrolledGraph(t *testing.T) {
	f := demo(tensor.Float64, nil)
	for i, b := range f.Blocks.(flows.Chain) {
		block := b.(flows.FFJORD)
		block.Solver.Steps = 2
		f.Blocks.(flows.Chain)[i] = block
	}
	x := draw(seeded(1), 7, 2, 1)
	loss, err := f.NLL().Loss(t.Context(), x)
	require.NoError(t, err)
	u, err := unroll(f, x, 2)
	require.NoError(t, err)
	defer u.vm.Close()
	require.NoError(t, u.run())
	const roundOff = 1e-13 // a thousand operations on numbers of order 1
	assert.InDelta(t, u.loss.Data().([]float64)[0], loss, roundOff)
	require.Len(t, u.grads, f.Params.Len())
	for p := range f.Params.All() {
		grad, err := p.Grad()
		require.NoError(t, err)
		assert.InDeltaSlice(t, (*u.grads[p.Name()]).Data().([]float64), grad.Data().([]float64), roundOff, p.Name())
	}
}
