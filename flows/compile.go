package flows

import (
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/graph"
)

// compile plans the flow and compiles it for the element type of its parameters.
func (f *Flow) compile() (*plan, runner, error) {
	p, err := f.plan()
	if err != nil {
		return nil, nil, err
	}
	var blocks []Block
	if f.Blocks != nil {
		blocks = leaves(f.Blocks)
	}
	var r runner
	if f.Params.DtypeOrDefault() == tensor.Float64 {
		r, err = compile[float64](p, blocks)
	} else {
		r, err = compile[float32](p, blocks)
	}
	if err != nil {
		return nil, nil, err
	}
	return p, r, nil
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
