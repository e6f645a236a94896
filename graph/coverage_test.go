package graph_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/graph"
)

// moving are the operators of one parameter that are no functions of single numbers.
var moving = []string{"Concat", "Detach", "SumCols", "SumRows", "Transpose"}

// Every exported operator of the package has a line in ownOperators, so that a new one can't go without derivatives
// that are checked, and every function of single numbers one in unaryValues.
func TestEveryOwnOperatorIsChecked(t *testing.T) {
	names, err := filepath.Glob("*.go")
	require.NoError(t, err)
	returnsNode := func(f *ast.FuncDecl) bool {
		if f.Recv != nil || !f.Name.IsExported() || f.Type.Results == nil || len(f.Type.Results.List) != 1 {
			return false
		}
		star, ok := f.Type.Results.List[0].Type.(*ast.StarExpr)
		if !ok {
			return false
		}
		name, ok := star.X.(*ast.Ident)
		return ok && name.Name == "Node"
	}
	found := 0
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || !returnsNode(f) {
				continue
			}
			found++
			checked := f.Name.Name == "Detach" || slices.ContainsFunc(ownOperators, func(o operator) bool {
				name, _, _ := strings.Cut(o.name, "/")
				return name == f.Name.Name
			})
			assert.True(t, checked, "operator %s has no line in ownOperators", f.Name.Name)
			if name := f.Name.Name; f.Type.Params.NumFields() == 1 && !slices.Contains(moving, name) {
				tried := slices.ContainsFunc(unaryValues, func(v unaryValue) bool { return v.name == name })
				assert.True(t, tried, "operator %s has no line in unaryValues of value_test.go", name)
			}
		}
	}
	assert.Greater(t, found, 30)
}

// Every kind of an element-wise operator is in a program of operatorPrograms, so that both engines compute it, per row
// and uniform, with its derivatives.
func TestEveryElementWiseKindIsRun(t *testing.T) {
	run := map[string]bool{}
	for _, p := range operatorPrograms {
		_, err := graph.Compile[float64](func(g *graph.Graph) {
			v := p.write(g, g.Rows("x", 3), g.Rows("y", 3), g.Uniform("w", 3, 3))
			for _, n := range graph.Topo(v) {
				view, err := graph.Read(n)
				require.NoError(t, err)
				run[strconv.Quote(string(view.Kind))] = true
			}
			g.Output("v", v)
		})
		require.NoError(t, err, p.name)
	}
	file, err := parser.ParseFile(token.NewFileSet(), "kind.go", nil, parser.ParseComments)
	require.NoError(t, err)
	found := 0
	for _, d := range file.Decls {
		kinds, ok := d.(*ast.GenDecl)
		if !ok || !strings.HasPrefix(kinds.Doc.Text(), "Element-wise operators") {
			continue
		}
		for _, s := range kinds.Specs {
			kind := s.(*ast.ValueSpec).Values[0].(*ast.BasicLit).Value
			assert.True(t, run[kind], "no program of operatorPrograms in native_operators_test.go has %s", kind)
			found++
		}
	}
	assert.Greater(t, found, 30)
}
