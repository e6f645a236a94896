package graph

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// The derivatives of the commonest operators are the nodes that Gorgonia makes, of numbers too.
func TestCommonPullbacks(t *testing.T) {
	_, err := Build(tensor.Float64, 3, func(g *Graph) {
		x, z, seed, w := g.Uniform("x", 2, 2), g.Uniform("z", 2, 2), g.Uniform("seed", 2, 2), g.Uniform("w", 2, 2)
		number := gorgonia.NewScalar(g.expr, tensor.Float64, gorgonia.WithName("number"))
		checked := map[Kind]bool{}
		check := func(n *Node) {
			v := mustRead(n)
			checked[v.Kind] = true
			want, err := n.Op().(gorgonia.SDOp).SymDiff(v.Inputs, n, seed)
			require.NoError(t, err)
			for i := range want {
				assert.Same(t, want[i], commonPullbacks[v.Kind](v, i, seed), "%s by input %d", v.Name, i)
			}
		}
		for k := range unaryFunctions {
			if commonPullbacks[k] != nil {
				check(one("test", k, x))
				check(one("test", k, Neg(x)))
			}
		}
		for k := range binaryFunctions {
			if commonPullbacks[k] != nil {
				check(plain("test", k, x, z))
				check(plain("test", k, x, x))
				check(plain("test", k, x, number))
				check(plain("test", k, number, z))
			}
		}
		for _, trans := range [][2]bool{{false, false}, {false, true}, {true, false}} {
			check(matMul("test", x, w, trans[0], trans[1]))
		}
		for k := range commonPullbacks {
			assert.True(t, checked[k], "%s", k)
		}
		seed = Neg(x)
		check(Sub(x, z))
		check(Neg(x))
	})
	require.NoError(t, err)
}
