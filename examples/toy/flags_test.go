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

	"github.com/go-ffjord/ffjord/data/toy"
	"github.com/go-ffjord/ffjord/internal/program"
)

func TestWrongFlags(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))

	for _, test := range []struct {
		name string
		args []string
		want string
	}{
		{"unknown set", []string{"-data", "donut"}, `invalid value "donut" for flag -data: want one of swissroll, circles,`},
		{"one and all", []string{"-all", "-data", "moons"}, "-all and -data exclude each other: leave out one"},
		{"no epochs", []string{"-epochs", "0"}, `invalid value "0" for flag -epochs: want a whole number from 1 to 1000000`},
		{"negative batch", []string{"-batch", "-3"}, `invalid value "-3" for flag -batch: want a whole number from 1 to 1000000`},
		{"batch that is no number", []string{"-batch", "many"}, `invalid value "many" for flag -batch`},
		{"width that no memory holds", []string{"-hidden", "100000"}, `invalid value "100000" for flag -hidden: want a whole number from 1 to 10000`},
		{"no rate", []string{"-lr", "0"}, `invalid value "0" for flag -lr: want a positive number`},
		{"endless rate", []string{"-lr", "Inf"}, `invalid value "Inf" for flag -lr: want a positive number`},
		{"tolerance that is no number", []string{"-tol", "NaN"}, `invalid value "NaN" for flag -tol: want a positive number`},
		{"negative seed", []string{"-seed", "-1"}, `invalid value "-1" for flag -seed`},
		{"unknown flag", []string{"-colour"}, "-colour"},
		{"word without a flag", []string{"moons"}, `"moons" is no flag`},
		{"no file", []string{"-out", ""}, "-out is empty: want a file"},
		{"folder", []string{"-out", filepath.Dir(file)}, "-out: " + filepath.Dir(file) + " is in the way: it is no regular file"},
		{"file in no folder", []string{"-out", filepath.Join(file+"s", "toy.png")}, "-out: stat " + file + "s"},
		{"file below a file", []string{"-out", filepath.Join(file, "toy.png")}, "-out: " + file + " is no folder"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			assert.Equal(t, program.Misused, app().Run(context.Background(), test.args, &stdout, &stderr))
			assert.Empty(t, stdout.String())
			assert.Contains(t, stderr.String(), test.want)
			assert.Regexp(t, `\Atoy: .*\n\z`, stderr.String(), "one line")
		})
	}
}

func TestHelp(t *testing.T) {
	var stdout, stderr bytes.Buffer
	require.Equal(t, program.Done, app().Run(context.Background(), []string{"-h"}, &stdout, &stderr))
	assert.Empty(t, stderr.String())
	f, _ := flags()
	f.VisitAll(func(f *flag.Flag) {
		assert.Contains(t, stdout.String(), "\n  -"+f.Name)
		if f.DefValue != "false" { // as the flag package has it
			assert.Regexp(t, `\(default "?`+f.DefValue+`"?\)`, stdout.String(), f.Name)
		}
	})
	for _, name := range toy.Names() {
		assert.Contains(t, stdout.String(), name)
	}
	for line := range strings.Lines(stdout.String()) {
		line = strings.ReplaceAll(strings.TrimRight(line, "\n"), "    \t", "        ")
		assert.LessOrEqual(t, len([]rune(line)), 80, line)
	}
}

// What -all learns are sets that exist and have a density.
func TestPaper(t *testing.T) {
	for _, name := range paper() {
		set, ok := toy.Named(name)
		require.True(t, ok, name)
		assert.Implements(t, (*toy.Density)(nil), set, name)
		assert.Equal(t, 2, width(set), name)
	}
}
