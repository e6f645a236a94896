package main

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat"

	"github.com/go-ffjord/ffjord/data"
)

// Weights drawn for one height have the mean and deviation of the normal density given it.
func TestImpute(t *testing.T) {
	folder := made{}.save(t)
	write := func(name, text string) {
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600))
	}
	write("gaps.csv", "height,weight\n180,\n170,70\n")
	const draws = 400
	got := ffjord(t, folder, "", "impute", "m.safetensors", "gaps.csv", "-n", "400", "-diagnose", "-o", "full.csv", "-json")
	require.Zero(t, got.code, got.err)
	var told imputeTold
	require.NoError(t, json.Unmarshal([]byte(got.out), &told))
	assert.Equal(t, []int{2, 1, 1, 1}, []int{told.Rows, told.Gaps, told.Filled, told.Values})
	require.Greater(t, told.Effective[0], 100.0)
	full, err := data.CSV{Missing: []string{""}}.ReadFile(filepath.Join(folder, "full.csv"))
	require.NoError(t, err)
	require.Equal(t, []string{"height", "weight", "imputed", "effective"}, full.Names)
	require.Equal(t, 2*draws, full.Len())
	weights, err := full.Column("weight")
	require.NoError(t, err)
	// z₁ = 1 has z₂ around tanh 2c, with the variance cosh 2c - sinh² 2c/cosh 2c = 1/cosh 2c.
	mean, sd := 70+5*math.Tanh(2*coupling), 5/math.Sqrt(math.Cosh(2*coupling))
	se := 4 * math.Sqrt(1.0/draws+1/told.Effective[0])
	assert.InDelta(t, mean, stat.Mean(weights[:draws], nil), sd*se)
	assert.InDelta(t, 1, stat.StdDev(weights[:draws], nil)/sd, se/math.Sqrt2)
	assert.Equal(t, []float64{170, 70, 0}, full.Row(2*draws - 1)[:3], "a row without gaps stays")

	mode := ffjord(t, folder, "height,weight\n180,NA\n", "impute", "m.safetensors", "-", "-mode")
	require.Zero(t, mode.code, mode.err)
	best, err := data.CSV{}.Read(strings.NewReader(mode.out))
	require.NoError(t, err)
	assert.InDelta(t, mean, best.Row(0)[1], 0.02, "the mode of a normal density is its mean")

	poor := ffjord(t, folder, "", "impute", "m.safetensors", "gaps.csv", "-proposals", "50", "-least", "60")
	assert.Equal(t, 3, poor.code)
	assert.Contains(t, poor.err, "row 1: proposals worth ")
	assert.Equal(t, "height,weight\n180,\n170,70\n", poor.out)
}

func TestImputeRefusesOnTheCommandLine(t *testing.T) {
	folder := made{}.save(t)
	for _, c := range []struct {
		args []string
		code int
		err  string
	}{
		{[]string{"rows.csv", "-mode", "-n", "3"}, 2, "ffjord impute: -mode with -n 3, want one or the other\n"},
		{[]string{"rows.csv", "-proposals", "1"}, 2, "ffjord impute: -n 1, -proposals 1, -least 20: want at least 1, 10 to 1048576, and 0 or more\n"},
		{[]string{"rows.csv", "-json"}, 2, "ffjord impute: -json writes to standard output what was done: want -o FILE for the rows\n"},
	} {
		assert.Equal(t, result{c.code, "", c.err}, ffjord(t, folder, "", append([]string{"impute", "m.safetensors"}, c.args...)...))
	}
}
