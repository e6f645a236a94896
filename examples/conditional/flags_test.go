package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/go-ffjord/ffjord/internal/program"
)

func TestWrongFlags(t *testing.T) {
	for _, test := range []struct {
		name string
		args []string
		want string
	}{
		{"negative size", []string{"-size", "-3"}, `invalid value "-3" for flag -size: want a whole number from 1 to 100000`},
		{"no batch", []string{"-batch", "0"}, `invalid value "0" for flag -batch: want a whole number from 1 to`},
		{"no epochs", []string{"-epochs", "0"}, `invalid value "0" for flag -epochs: want a whole number from 1 to`},
		{"no width", []string{"-hidden", "0"}, `invalid value "0" for flag -hidden: want a whole number from 1 to`},
		{"no rate", []string{"-lr", "0"}, `invalid value "0" for flag -lr: want a positive number`},
		{"rate that is no number", []string{"-lr", "NaN"}, `invalid value "NaN" for flag -lr: want a positive number`},
		{"negative seed", []string{"-seed", "-1"}, `invalid value "-1" for flag -seed`},
		{"no labels", []string{"-labels", ""}, "-labels has 0 letters: want 2 to 64"},
		{"a book", []string{"-labels", strings.Repeat("a", 65)}, "-labels has 65 letters: want 2 to 64"},
		{"one label twice", []string{"-labels", "FFJORD"}, "-labels has 'F' twice"},
		{"a letter that the font lacks", []string{"-labels", "a水"}, "-labels: the font has no '水'"},
		{"a letter without ink", []string{"-labels", "a b"}, "-labels: ' ' has no ink"},
		{"no file", []string{"-out", ""}, "-out is empty: want a file"},
		{"unknown flag", []string{"-magic"}, "flag provided but not defined: -magic"},
		{"no flag", []string{"train"}, `"train" is no flag; -h lists the flags`},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := conditional(t.Context(), t, test.args...)
			assert.Equal(t, program.Misused, o.code)
			assert.Contains(t, o.stderr, "conditional: "+test.want)
			assert.Empty(t, o.stdout)
		})
	}
}

// A file that cannot be written is found before the training, not after it.
func TestOutIsTried(t *testing.T) {
	dir := t.TempDir()
	for _, out := range []string{dir, filepath.Join(dir, "none", "picture.png")} {
		o := conditional(t.Context(), t, append(small, "-out", out)...)
		assert.Equal(t, program.Misused, o.code)
		assert.Contains(t, o.stderr, "conditional: -out: ")
		assert.Empty(t, o.stdout)
	}
}

func TestHelp(t *testing.T) {
	o := conditional(t.Context(), t, "-h")
	assert.Equal(t, program.Done, o.code)
	assert.Empty(t, o.stderr)
	for _, flag := range []string{"-labels text", "-size n", "-batch n", "-epochs n", "-lr rate", "-hidden width", "-seed number", "-out file"} {
		assert.Contains(t, o.stdout, "  "+flag)
	}
	for line := range strings.Lines(o.stdout) {
		assert.LessOrEqual(t, len(strings.ReplaceAll(line, "\t", "    "))-1, 80, line)
	}
}
