package graph

import (
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Every type of Gorgonia's that is an operator must have a reader: this test reads Gorgonia's source, so that a new
// version with a new operator fails here by that operator's name.
func TestEveryOperatorOfGorgoniaIsKnown(t *testing.T) {
	found := gorgoniaOperators(t)
	require.Greater(t, len(found), 40, "the search for operators has broken: %v", found)
	for _, name := range found {
		assert.Contains(t, readers, name, "Gorgonia's operator %s is unknown: add a reader for it", name)
	}
	for name := range readers {
		assert.Contains(t, found, name, "Gorgonia has no operator %s", name)
	}
}

// gorgoniaOperators lists the types that have, by themselves or through a type that they embed, the methods of an
// operator.
func gorgoniaOperators(t *testing.T) []string {
	t.Helper()
	dir, err := exec.Command("go", "list", "-f", "{{.Dir}}", "gorgonia.org/gorgonia").Output()
	require.NoError(t, err, "the folder of Gorgonia's source")
	pkg, err := build.ImportDir(strings.TrimSpace(string(dir)), 0)
	require.NoError(t, err)
	methods := map[string]map[string]bool{}
	embeds := map[string][]string{}
	for _, file := range pkg.GoFiles {
		f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(pkg.Dir, file), nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		ast.Inspect(f, func(n ast.Node) bool {
			switch d := n.(type) {
			case *ast.FuncDecl:
				if d.Recv != nil {
					name := typeName(d.Recv.List[0].Type)
					if methods[name] == nil {
						methods[name] = map[string]bool{}
					}
					methods[name][d.Name.Name] = true
				}
			case *ast.TypeSpec:
				if s, ok := d.Type.(*ast.StructType); ok {
					for _, field := range s.Fields.List {
						if len(field.Names) == 0 {
							embeds[d.Name.Name] = append(embeds[d.Name.Name], typeName(field.Type))
						}
					}
				}
			}
			return true
		})
	}
	var has func(name, method string) bool
	has = func(name, method string) bool {
		return methods[name][method] || slices.ContainsFunc(embeds[name], func(e string) bool { return has(e, method) })
	}
	var out []string
	for name := range methods {
		if has(name, "InferShape") && has(name, "Do") && has(name, "OverwritesInput") {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

func typeName(e ast.Expr) string {
	switch x := e.(type) {
	case *ast.StarExpr:
		return typeName(x.X)
	case *ast.Ident:
		return x.Name
	case *ast.SelectorExpr:
		return typeName(x.X) + "." + x.Sel.Name
	}
	return ""
}
