package engine

import "github.com/go-ffjord/ffjord/internal/kernel"

// placeMatrices hands what the builder holds to the program. It sorts the operations on matrices into prologue and
// epilogue, and gives the matrices that are used their place in the uniform area or the area of sums. Larger ones
// start at multiples of 16 elements.
func (c *compiler) placeMatrices() {
	p := c.prog
	p.lists = lists{refs: c.refs, wholes: c.wholes, numbers: c.numbers} // nothing is looked up any more
	p.matrices, p.buffers, p.ops = c.matrices, c.buffers, c.ops
	p.inputs, p.uniforms, p.outputs, p.rowCount = c.inputs, c.uniforms, c.outputs, c.rowCount
	for _, u := range c.uops {
		switch m := p.matrices[u.d.matrix]; {
		case !m.used:
		case m.sum:
			p.epilogue = append(p.epilogue, u)
		default:
			p.prologue = append(p.prologue, u)
		}
	}
	for i := range p.matrices {
		m := &p.matrices[i]
		if !m.used {
			continue
		}
		end := &p.uniformN
		if m.sum {
			end = &p.sumN
		}
		n := m.rows * m.cols
		if n >= kernel.Lanes {
			*end = kernel.Pad(*end)
		}
		m.off = *end
		*end += n
	}
}
