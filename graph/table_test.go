package graph

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// kindsOfSource are the constants of type Kind, by name.
func kindsOfSource(t *testing.T) map[string]Kind {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "kind.go", nil, parser.SkipObjectResolution)
	require.NoError(t, err)
	out := map[string]Kind{}
	ast.Inspect(file, func(n ast.Node) bool {
		if s, ok := n.(*ast.ValueSpec); ok {
			text, err := strconv.Unquote(s.Values[0].(*ast.BasicLit).Value)
			require.NoError(t, err)
			out[s.Names[0].Name] = Kind(text)
		}
		return true
	})
	require.Greater(t, len(out), 60)
	return out
}

// Every kind but OpOther has its line in the table, under one name from the constant to the kernel.
func TestTableOfOperators(t *testing.T) {
	kinds := kindsOfSource(t)
	listed := map[Kind]bool{OpOther: true}
	for constant, kind := range kinds {
		listed[kind] = true
		assert.Equal(t, strings.ToLower(constant), "op"+strings.ToLower(string(kind)), "the constant's name")
		o, ok := operators[kind]
		assert.Equal(t, kind != OpOther, ok, "%s has no line in the table", kind)
		if o.operands > 0 {
			assert.Equal(t, strings.ToLower(string(kind)), o.fn.String(), "the kernel's name")
			assert.Equal(t, o.operands, o.fn.Operands(), "%s", kind)
			assert.Nil(t, o.lower, "%s has two forms for the engine", kind)
			assert.NotEqual(t, free, o.cost, "%s costs nothing", kind)
		}
		assert.False(t, o.slope != nil && o.tangent != nil, "%s has two rules for its tangent", kind)
	}
	for kind := range operators {
		assert.True(t, listed[kind], "%s is no kind", kind)
	}
}

func TestWork(t *testing.T) {
	_, err := Build(DtypeOf[float32](), SymbolicRows, func(g *Graph) {
		x, w, b := g.Rows("x", 3), g.Uniform("w", 3, 4), g.Uniform("b", 1, 4)
		y := Tanh(Add(MatMul(x, Exp(w)), b)) // what is uniform takes nothing
		assert.Equal(t, Work{Products: 12, Simple: 4, Transcendental: 4}, g.Work(y))
		assert.Equal(t, Work{Products: 12, Simple: 4, Transcendental: 4}, g.Work(y, y), "each node once")
		assert.Equal(t, 12+3*4+20*4.0, g.Work(y).Total())
		assert.Equal(t, Work{Simple: 3, Divisions: 1}, g.Work(Recip(SumCols(x))))
		assert.Equal(t, Work{}, g.Work(Concat(x, SliceCols(x, 0, 1), Fill(x, 2))), "columns are only put in order")
		assert.Equal(t, Work{Simple: 6}, g.Work(Where(Gt(x, Fill(x, 0)), x, Fill(x, 1))), "a comparison and a choice")
		assert.Equal(t, Work{}, g.Work())
	})
	require.NoError(t, err)
}
