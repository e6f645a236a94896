package flows

import (
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/graph"
)

// compilation is a flow, ready to run.
type compilation struct {
	plan *plan
	run  runner
}

// compile plans the flow and compiles it for the element type of its parameters.
func (f *Flow) compile() (c compilation, err error) {
	if c.plan, err = f.plan(); err != nil {
		return c, err
	}
	var blocks []Block
	if f.Blocks != nil {
		blocks = leaves(f.Blocks)
	}
	if f.Params.DtypeOrDefault() == tensor.Float64 {
		c.run, err = compile[float64](c.plan, blocks)
	} else {
		c.run, err = compile[float32](c.plan, blocks)
	}
	return c, err
}

func compile[T graph.Float](p *plan, blocks []Block) (runner, error) {
	p.door = doorFrom[T](blocks)
	c := &compiled[T]{plan: p, draw: newLock(), free: map[int][]*worker[T]{}}
	for _, b := range blocks {
		if err := c.compileBlock(b); err != nil {
			return nil, err
		}
	}
	if err := c.compileBase(); err != nil {
		return nil, err
	}
	p.size = p.budget.Used()
	p.number()
	for _, param := range p.trained {
		grad, _ := param.Grad()
		c.grads = append(c.grads, grad.Data().([]T))
	}
	return c, c.bindAll()
}
