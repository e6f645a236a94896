package graph_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Every exported operator of the package has a line in ownOperators, so that a new one can't go without derivatives
// that are checked.
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
		}
	}
	assert.Greater(t, found, 30)
}
