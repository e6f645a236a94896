package engine

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/internal/kernel"
)

var update = flag.Bool("update", false, "write the listings of docs/engine.md anew")

const page = "../../docs/engine.md"

// listing matches a listing of the page with the name of the pass after which the program is listed.
var listing = regexp.MustCompile("(?s)<!-- after: ([a-z ]+) -->\n```text\n(.*?)```\n")

// writePage tells a builder what docs/engine.md follows through the passes: two Euler steps z ← z + h·tanh(z·V +
// b)·W, the first element of the diagonal of the field's Jacobian, and gradients for a cotangent g.
func writePage(b *Builder) {
	z, h, g := b.Rows("z", 2), b.Rows("h", 1), b.Rows("g", 2)
	v, bias, w := b.Uniform("V", 2, 4), b.Uniform("b", 1, 4), b.Uniform("W", 4, 2)
	steps := b.RepeatCols(h, 2)
	var states, hidden, slopes [2]Value
	for i := range 2 {
		states[i] = z
		hidden[i] = b.Apply(kernel.Tanh, b.Apply(kernel.Add, b.MatMul(z, v), b.RowValue(bias, 4)))
		slopes[i] = b.Apply(kernel.Sub, b.Number(1), b.Apply(kernel.Square, hidden[i]))
		z = b.Apply(kernel.Add, z, b.Apply(kernel.Mul, steps, b.MatMul(hidden[i], w)))
	}
	b.Apply(kernel.Exp, z) // nobody asks for it
	b.Output("z", z)
	tangent := b.Apply(kernel.Mul, slopes[0], Value{view: v.view.cut(0, 1, 0, 4)})
	b.Output("diagonal", b.Slice(b.MatMul(tangent, w), 0, 1, 1))
	var gradV, gradB Value
	for i := 1; i >= 0; i-- {
		back := b.Apply(kernel.Mul, b.MatMul(b.Apply(kernel.Mul, steps, g), b.Transpose(w)), slopes[i])
		dv, db := b.MatMulRows(states[i], back), b.SumRows(back)
		if i == 1 {
			gradV, gradB = dv, db
		} else {
			gradV, gradB = b.Apply(kernel.Add, gradV, dv), b.Apply(kernel.Add, gradB, db)
		}
		g = b.Apply(kernel.Add, g, b.MatMul(back, b.Transpose(v)))
	}
	b.Output("grad V", gradV)
	b.Output("grad b", gradB)
	b.Output("grad z", g)
}

// listed lists the program as it stands.
func listed(c *compiler) string {
	p := c.prog
	if p.slots == nil {
		p = &Program{lists: c.lists, matrices: c.matrices, buffers: c.buffers, outputs: c.outputs}
	}
	var text strings.Builder
	for i := range c.ops {
		if c.ops[i].code != opNone {
			fmt.Fprintf(&text, "%2d %s\n", i, strings.Join(strings.Fields(p.opText(&c.ops[i])), " "))
		}
	}
	for i := range c.uops {
		if u := &c.uops[i]; c.matrices[u.d.matrix].used {
			fmt.Fprintf(&text, "   %s\n", strings.Join(strings.Fields(p.uopText(u)), " "))
		}
	}
	for _, o := range c.outputs {
		if o.value.perRow {
			fmt.Fprintf(&text, "   out %s = %s\n", o.name, p.listText(p.refs[o.value.list]))
		} else {
			fmt.Fprintf(&text, "   out %s = %s\n", o.name, p.viewText(o.value.view))
		}
	}
	return text.String()
}

// The listings of docs/engine.md are what the passes make.
func TestPageIsTrue(t *testing.T) {
	texts := map[string]string{}
	b := NewBuilder[float32]()
	writePage(b)
	_, err := b.compile(passes, func(p pass, c *compiler) { texts[p.name] = listed(c) })
	require.NoError(t, err)
	have, err := os.ReadFile(page)
	require.NoError(t, err)
	listings := listing.FindAllStringSubmatch(string(have), -1)
	require.NotEmpty(t, listings)
	for _, l := range listings {
		require.Contains(t, texts, l[1], "a pass of that name")
	}
	want := listing.ReplaceAllStringFunc(string(have), func(old string) string {
		name := listing.FindStringSubmatch(old)[1]
		return "<!-- after: " + name + " -->\n```text\n" + texts[name] + "```\n"
	})
	if *update {
		require.NoError(t, os.WriteFile(page, []byte(want), 0o644))
		return
	}
	require.Equal(t, want, string(have), "go test ./internal/engine -run TestPageIsTrue -update writes it anew")
	for _, p := range passes {
		require.Contains(t, string(have), "`"+p.name+"`", "a word on each pass")
	}
}
