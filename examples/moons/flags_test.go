package main

import (
	"bytes"
	"context"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/internal/program"
	"github.com/go-ffjord/ffjord/ode"
)

func TestWrongFlags(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	taken := filepath.Join(dir, "taken")
	require.NoError(t, os.MkdirAll(filepath.Join(taken, panelFile), 0o700))

	for _, test := range []struct {
		name string
		args []string
		want string
	}{
		{"negative size", []string{"-size", "-3"}, `invalid value "-3" for flag -size: want a whole number from 1 to 100000000`},
		{"size that no memory holds", []string{"-size", "1000000000000"}, `invalid value "1000000000000" for flag -size: want a whole number from 1 to 100000000`},
		{"size that no integer holds", []string{"-size", "99999999999999999999"}, "-size"},
		{"size that is no number", []string{"-size", "many"}, `invalid value "many" for flag -size`},
		{"nothing held out", []string{"-held", "0"}, `invalid value "0" for flag -held: want a whole number from 1 to 100000000`},
		{"no batch", []string{"-batch", "0"}, `invalid value "0" for flag -batch: want a whole number from 1 to`},
		{"no epochs", []string{"-epochs", "0"}, `invalid value "0" for flag -epochs: want a whole number from 1 to`},
		{"no blocks", []string{"-blocks", "0"}, `invalid value "0" for flag -blocks: want a whole number from 1 to`},
		{"no width", []string{"-hidden", "0"}, `invalid value "0" for flag -hidden: want a whole number from 1 to`},
		{"no layers", []string{"-layers", "0"}, `invalid value "0" for flag -layers: want a whole number from 1 to`},
		{"negative steps", []string{"-steps", "-3"}, `invalid value "-3" for flag -steps: want a whole number from 0 to 1000000`},
		{"tolerance of nothing", []string{"-rtol", "0"}, `invalid value "0" for flag -rtol: want a positive number`},
		{"tolerance that is no number", []string{"-atol", "NaN"}, `invalid value "NaN" for flag -atol: want a positive number`},
		{"method without an error", []string{"-method", "rk4"}, "-method rk4 has no error estimate to choose steps by: give -steps too"},
		{"no noise", []string{"-noise", "0"}, `invalid value "0" for flag -noise: want a number from 0.001 to 10`},
		{"noise that is no number", []string{"-noise", "NaN"}, `invalid value "NaN" for flag -noise: want a number from 0.001 to 10`},
		{"no rate", []string{"-lr", "0"}, `invalid value "0" for flag -lr: want a positive number`},
		{"endless rate", []string{"-lr", "Inf"}, `invalid value "Inf" for flag -lr: want a positive number`},
		{"negative seed", []string{"-seed", "-1"}, `invalid value "-1" for flag -seed`},
		{"unknown method", []string{"-method", "rk5"}, `invalid value "rk5" for flag -method: want one of euler, midpoint,`},
		{"unknown schedule", []string{"-schedule", "up"}, `invalid value "up" for flag -schedule: want one of constant, cosine`},
		{"unknown trace", []string{"-trace", "half"}, `invalid value "half" for flag -trace: want one of exact, hutchinson`},
		{"unknown type", []string{"-dtype", "int8"}, `invalid value "int8" for flag -dtype: want one of float32, float64`},
		{"unknown flag", []string{"-colour"}, "-colour"},
		{"word without a flag", []string{"-json", "now"}, `"now" is no flag`},
		{"no folder", []string{"-out", ""}, "-out is empty: want a folder"},
		{"folder that is a file", []string{"-out", file}, "-out: mkdir " + file},
		{"folder below a file", []string{"-out", filepath.Join(file, "below")}, "-out: mkdir " + file},
		{"folder in place of a file", []string{"-out", taken}, filepath.Join(taken, panelFile) + " is in the way"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			assert.Equal(t, program.Misused, moons().Run(context.Background(), test.args, &stdout, &stderr))
			assert.Empty(t, stdout.String())
			assert.Contains(t, stderr.String(), test.want)
			assert.Regexp(t, `\Amoons: .*\n\z`, stderr.String(), "one line")
		})
	}
}

func TestHelp(t *testing.T) {
	var stdout, stderr bytes.Buffer
	require.Equal(t, program.Done, moons().Run(context.Background(), []string{"-h"}, &stdout, &stderr))
	assert.Empty(t, stderr.String())
	f, _ := flags()
	f.VisitAll(func(f *flag.Flag) {
		assert.Contains(t, stdout.String(), "\n  -"+f.Name)
		if f.DefValue != "false" && f.DefValue != "0" { // as the flag package has it
			assert.Regexp(t, `\(default "?`+f.DefValue+`"?\)`, stdout.String(), f.Name)
		}
	})
	for _, m := range ode.Methods() {
		assert.Contains(t, stdout.String(), m.Name)
	}
	for line := range strings.Lines(stdout.String()) {
		line = strings.ReplaceAll(strings.TrimRight(line, "\n"), "    \t", "        ")
		assert.LessOrEqual(t, len([]rune(line)), 80, line)
	}
}
