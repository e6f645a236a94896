package docs_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The programs that a reader copies must compile, and be as short as the text says.
func TestCodeInTheDocumentsCompiles(t *testing.T) {
	snippets := map[string]string{}
	for _, document := range []string{"../README.md", "guide.md"} {
		text, err := os.ReadFile(document)
		require.NoError(t, err)
		blocks := goBlocks(string(text))
		require.NotEmpty(t, blocks, document)
		for i, code := range blocks {
			snippets[fmt.Sprintf("%s_%d", filepath.Base(document), i)] = library(code)
		}
	}
	out, err := goBuild(t, snippets)
	assert.NoError(t, err, out)
}

func TestTheReadmeIsShort(t *testing.T) {
	text, err := os.ReadFile("../README.md")
	require.NoError(t, err)
	blocks := goBlocks(string(text))
	require.Len(t, blocks, 2)
	assert.Less(t, lines(blocks[0]), 40, "lines of the whole program")
	assert.Less(t, lines(blocks[1]), 15, "lines of the layer")
}

func lines(s string) int { return strings.Count(strings.TrimSpace(s), "\n") + 1 }

// goBlocks returns the fenced blocks of Go.
func goBlocks(text string) []string {
	var out []string
	for _, part := range strings.Split(text, "```go\n")[1:] {
		code, _, _ := strings.Cut(part, "```")
		out = append(out, code)
	}
	return out
}

// library is the code as a package, a program too, which so needs no linking. What is not a whole file gets a package
// clause and imports.
func library(code string) string {
	if !strings.HasPrefix(code, "package ") {
		const gate = "var _ nn.Layer = Gate{}\n\n"
		code = "package snippet\n\nimport (\n\t\"" + module + "/graph\"\n\t\"" + module + "/nn\"\n)\n\n" + gate + code
	}
	return strings.Replace(code, "package main", "package snippet", 1)
}

const module = "github.com/go-ffjord/ffjord"

// goBuild builds files, each as a package of this module that has the file's key as its name, by one command, and
// returns what the compiler said.
func goBuild(t *testing.T, files map[string]string, flags ...string) (string, error) {
	t.Helper()
	dir, replace := t.TempDir(), map[string]string{}
	args := append([]string{"build", "-overlay", filepath.Join(dir, "overlay.json")}, flags...)
	here, err := os.Getwd()
	require.NoError(t, err)
	for name, code := range files {
		file := filepath.Join(dir, name+".go")
		require.NoError(t, os.WriteFile(file, []byte(code), 0o600))
		replace[filepath.Join(here, "snippets", name, "main.go")] = file
		args = append(args, "./snippets/"+name)
	}
	overlay, err := json.Marshal(map[string]any{"Replace": replace})
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "overlay.json"), overlay, 0o600))
	out, err := exec.Command("go", args...).CombinedOutput()
	return string(out), err
}
