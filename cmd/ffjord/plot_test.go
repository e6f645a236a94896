package main

import (
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const history = "epoch,step,nll,held\n1,10,3.5,\n2,20,2.9,3.1\n3,30,2.7,2.9\n"

func TestPlot(t *testing.T) {
	folder := made{}.save(t)
	require.NoError(t, os.WriteFile(filepath.Join(folder, "h.csv"), []byte(history), 0o600))
	for _, c := range []struct {
		name string
		args []string
	}{
		{"corner", []string{"m.safetensors", "-data", "rows.csv"}},
		{"samples", []string{"m.safetensors", "-data", "rows.csv", "-columns", "weight,height"}},
		{"density", []string{"m.safetensors"}},
		{"panel", []string{"m.safetensors", "-data", "rows.csv"}},
		{"gallery", []string{"m.safetensors"}},
		{"losses", []string{"h.csv", "-level", "entropy=2.5"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			args := append([]string{"plot", c.name}, c.args...)
			got := ffjord(t, folder, "", append(args, "-o", c.name+".png", "-width", "300", "-n", "200")...)
			assert.Equal(t, result{}, got)
			f, err := os.Open(filepath.Join(folder, c.name+".png"))
			require.NoError(t, err)
			defer f.Close()
			img, err := png.Decode(f)
			require.NoError(t, err)
			assert.Equal(t, 300, img.Bounds().Dx())
		})
	}
	got := ffjord(t, folder, "", "plot", "losses", "h.csv", "-o", "h.svg", "-json", "-level", "entropy=2.5")
	require.Zero(t, got.code, got.err)
	assert.JSONEq(t, `{"out": "h.svg", "picture": "losses"}`, got.out)
	text, err := os.ReadFile(filepath.Join(folder, "h.svg"))
	require.NoError(t, err)
	for _, words := range []string{"training rows</text>", "held-out rows</text>", "entropy</text>"} {
		assert.Contains(t, string(text), words)
	}
}

func TestPlotRefuses(t *testing.T) {
	folder := made{}.save(t)
	for _, c := range []struct {
		args []string
		code int
		err  string
	}{
		{[]string{"corner", "m.safetensors", "-o", "c.pdf"}, 2, "-o c.pdf, want a name that ends with .png or .svg"},
		{[]string{"corner", "m.safetensors"}, 2, "missing flags: -out=FILE"},
		{[]string{"corner", "m.safetensors", "-o", "c.png", "-columns", "age"}, 2, `no column "age" in the model, want one of ["height" "weight"]`},
		{[]string{"density", "m.safetensors", "-o", "c.png", "-columns", "height"}, 2, "1 column to show, want 2"},
		{[]string{"samples", "m.safetensors", "-o", "c.png"}, 2, "want -data FILE"},
		{[]string{"panel", "m.safetensors", "-o", "c.png"}, 2, "want -data FILE"},
		{[]string{"corner", "m.safetensors", "-o", "c.png", "-given", "rows.csv"}, 2, "-given rows.csv, but nothing is given to this model"},
		{[]string{"corner", "m.safetensors", "-o", "c.png", "-level", "a=1"}, 2, "-level is for losses"},
		{[]string{"losses", "rows.csv", "-o", "c.png"}, 1, `rows.csv: data: no column "epoch"`},
	} {
		got := ffjord(t, folder, "", append([]string{"plot"}, c.args...)...)
		assert.Equal(t, c.code, got.code, got.err)
		assert.Contains(t, got.err, c.err)
		assert.NoFileExists(t, filepath.Join(folder, "c.png"))
	}
}
