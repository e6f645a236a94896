package flows_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/flows"
)

// behindInterfaces are the methods by which a type may stand behind an interface in a flow.
var behindInterfaces = []string{
	"Apply(*Scope, *graph.Node)", "Apply(*nn.Scope, *graph.Node)", // nn.Layer
	"Linear(int, Linear)", "Linear(int, nn.Linear)", // nn.Timed
	"Forward(*nn.Scope, *graph.Node)",               // Block
	"LogProb(*nn.Scope, *graph.Node)",               // Base
	"Trace(*graph.Graph, *graph.Node, *graph.Node)", // Trace
	"Rate(Dynamics)",                                // Regularizer
	"Draw(*rand.Rand, []float64)",                   // Noise
}

// A file can name every type of the library that a flow can be made of.
func TestLibraryIsComplete(t *testing.T) {
	var want []string
	for _, folder := range []string{"../nn", "."} {
		want = append(want, exportedBehindInterfaces(t, folder)...)
	}
	want = slices.DeleteFunc(want, func(name string) bool { return name == "nn.Func" }) // a function
	var got []string
	for _, v := range flows.Library() {
		got = append(got, fmt.Sprintf("%T", v))
	}
	slices.Sort(got)
	slices.Sort(want)
	assert.Equal(t, slices.Compact(want), got)
	assert.Subset(t, got, []string{"nn.Activation", "flows.FFJORD", "flows.Normal", "flows.Exact", "flows.ProbeNoise", "flows.FieldPenalty"})
}

// exportedBehindInterfaces returns the exported types in the source of a package that have one of these methods.
func exportedBehindInterfaces(t *testing.T, folder string) (names []string) {
	paths, err := filepath.Glob(filepath.Join(folder, "*.go"))
	require.NoError(t, err)
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Recv == nil || !slices.Contains(behindInterfaces, signature(f)) {
				continue
			}
			receiver := strings.TrimPrefix(types.ExprString(f.Recv.List[0].Type), "*")
			if ast.IsExported(receiver) {
				names = append(names, file.Name.Name+"."+receiver)
			}
		}
	}
	return names
}

// signature returns the name and the types of the parameters.
func signature(f *ast.FuncDecl) string {
	var params []string
	for _, field := range f.Type.Params.List {
		for range max(1, len(field.Names)) {
			params = append(params, types.ExprString(field.Type))
		}
	}
	return f.Name.Name + "(" + strings.Join(params, ", ") + ")"
}
