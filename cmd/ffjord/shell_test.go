package main

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestShell writes words that a shell takes as they were, and asks a shell.
func TestShell(t *testing.T) {
	words := []string{"rows.csv", "my rows.csv", "Bob's \"best\".csv", "", "$HOME", "a`b`", "*", "~/x", "a\nb\x1b'\\c", "ä b", "x;y", "#a", "-n", "!"}
	assert.Equal(t, `ffjord score 'my rows.csv' -top 10`, shell("ffjord", "score", "my rows.csv", "-top", "10"))
	assert.Equal(t, `C:\a.csv`, shellWord(`C:\a.csv`, true))
	assert.Equal(t, `"C:\my rows.csv"`, shellWord(`C:\my rows.csv`, true))
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("there is no bash here to read the words back: ", err)
	}
	got, err := exec.CommandContext(t.Context(), bash, "-c", `printf '%s\0' `+shell(words...)).Output()
	require.NoError(t, err)
	assert.Equal(t, words, strings.Split(strings.TrimSuffix(string(got), "\x00"), "\x00"))
}

// TestNextCommand is that of a fit: it reads the file as the fit did.
func TestNextCommand(t *testing.T) {
	j := &job{fitCommand: fitCommand{File: "-my rows.csv", Out: "-m.safetensors", input: input{Delimiter: ";", Missing: []string{"?", "none"}, NoHeader: true}}}
	assert.Equal(t, `ffjord score ./-m.safetensors './-my rows.csv' -top 10 -delimiter ';' -missing '?,none' -no-header`, j.next())
	j.File = "-"
	assert.Equal(t, "ffjord sample ./-m.safetensors -n 20", j.next())
}
