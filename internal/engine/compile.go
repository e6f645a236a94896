package engine

import "fmt"

// compiler is a program on its way: what a builder was told, which the passes change, and the Program that the last
// ones fill.
type compiler struct {
	*Builder
	prog *Program
}

// pass is a step of compiling. Without an optional one the program is slower and larger, and its values per row have
// the same bits.
type pass struct {
	name     string
	run      func(*compiler)
	optional bool
}

// passes are all of them, in order.
var passes = []pass{
	{"own outputs", (*compiler).ownOutputs, false},
	{"sweep", (*compiler).sweep, false},
	{"trim", (*compiler).trim, true},
	{"split common", (*compiler).splitCommon, false},
	{"fuse", (*compiler).fuse, true},
	{"pair products", (*compiler).pairProducts, true},
	{"join sums", (*compiler).joinSums, true},
	{"compact", (*compiler).compact, false},
	{"hoist sums", (*compiler).hoistSums, true},
	{"pack weights", (*compiler).packWeights, true},
	{"place matrices", (*compiler).placeMatrices, false},
	{"assign slots", (*compiler).assignSlots, false},
}

// Finish compiles what the builder was told. The builder is of no use afterwards.
func (b *Builder) Finish() (*Program, error) { return b.compile(passes, nil) }

// compile runs passes, and after each of them a function that may look at what it has made.
func (b *Builder) compile(passes []pass, after func(pass, *compiler)) (*Program, error) {
	names := map[string]bool{}
	for _, o := range b.outputs {
		if names[o.name] {
			return nil, fmt.Errorf("engine: two outputs %q", o.name)
		}
		names[o.name] = true
	}
	c := &compiler{b, &Program{emitted: b.emitted, left: []int{len(b.ops)}, layouts: map[int]*layout{}}}
	for _, p := range passes {
		p.run(c)
		c.prog.left = append(c.prog.left, c.count())
		if after != nil {
			after(p, c)
		}
	}
	return c.prog, nil
}

// count returns the number of operations of the body.
func (c *compiler) count() int {
	n := 0
	for i := range c.ops {
		if c.ops[i].code != opNone {
			n++
		}
	}
	return n
}
