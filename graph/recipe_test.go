package graph_test

import (
	"hash/fnv"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/graph"
)

// Nodes made from recipes are those that Gorgonia makes: of its types, shapes and hashes, so that it finds them where
// it is asked for the same operator of the same inputs, and knows their users.
func TestNodesAreGorgonias(t *testing.T) {
	for seed := range uint64(20) {
		rng := rand.New(rand.NewPCG(seed, 1))
		list := make([]int, 100)
		for i := range list {
			list[i] = rng.IntN(1 << 20)
		}
		g, err := graph.Build([]tensor.Dtype{tensor.Float32, tensor.Float64}[seed%2], 5, randomProgram(list, 40))
		require.NoError(t, err)
		nodes := g.Expr().AllNodes()
		users := map[*graph.Node]map[*graph.Node]bool{}
		for _, n := range nodes {
			h := fnv.New32a()
			n.WriteHash(h)
			require.Equal(t, h.Sum32(), n.Hashcode(), "%v", n)
			in := graph.Children(n)
			for _, c := range in {
				if users[c] == nil {
					users[c] = map[*graph.Node]bool{}
				}
				users[c][n] = true
			}
			if len(in) > 0 {
				again, err := gorgonia.ApplyOp(n.Op(), in...)
				require.NoError(t, err)
				require.Same(t, n, again)
			}
		}
		require.Len(t, g.Expr().AllNodes(), len(nodes))
		for _, n := range nodes {
			to, found := g.Expr().To(n.ID()), 0
			for to.Next() {
				require.True(t, users[n][to.Node().(*graph.Node)])
				found++
			}
			assert.Len(t, users[n], found)
		}
	}
}
