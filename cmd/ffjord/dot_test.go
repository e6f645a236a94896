package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestDot(t *testing.T) {
	folder := made{}.save(t)
	text := ffjord(t, folder, "", "dot", "m.safetensors")
	assert.Zero(t, text.code, text.err)
	assert.True(t, strings.HasPrefix(text.out, "digraph {"))
	assert.Contains(t, text.out, "One step of dopri5 through block 0")
	assert.Contains(t, text.out, "the redder, the more of", "it is coloured by times")

	plain := ffjord(t, folder, "", "dot", "m.safetensors", "-rows", "0")
	assert.NotContains(t, plain.out, "the redder")
	whole := ffjord(t, folder, "", "dot", "m.safetensors", "-rows", "0", "-whole")
	assert.Greater(t, len(whole.out), 2*len(plain.out), "all stages in full")

	svg := ffjord(t, folder, "", "dot", "m.safetensors", "-gradients", "-o", "step.svg", "-json")
	require.Zero(t, svg.code, svg.err)
	picture, err := os.ReadFile(filepath.Join(folder, "step.svg"))
	require.NoError(t, err)
	assert.Contains(t, string(picture), "</svg>")
	var costs stepCosts
	require.NoError(t, json.Unmarshal([]byte(svg.out), &costs))
	require.NotEmpty(t, costs.Nodes)
	var sum float64
	for i, n := range costs.Nodes {
		sum += n.Seconds
		assert.True(t, i == 0 || n.Seconds <= costs.Nodes[i-1].Seconds)
	}
	assert.InEpsilon(t, sum, costs.Seconds, 1e-9)
}

func TestDotRefuses(t *testing.T) {
	folder := made{}.save(t)
	for _, c := range []struct {
		args []string
		code int
		err  string
	}{
		{[]string{"m.safetensors", "-block", "7"}, 2, "ffjord dot: -block 7, want 0 to 0\n"},
		{[]string{"m.safetensors", "-o", "x.jpg"}, 2, "ffjord dot: -o x.jpg, want a name that ends with .svg or .dot or .gv\n"},
		{[]string{"rows.csv"}, 1, "ffjord dot: rows.csv is no model, want "},
	} {
		got := ffjord(t, folder, "", append([]string{"dot"}, c.args...)...)
		assert.Equal(t, c.code, got.code)
		assert.True(t, strings.HasPrefix(got.err, c.err), got.err)
		assert.Empty(t, got.out)
	}
}
