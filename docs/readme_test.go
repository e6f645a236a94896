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
	for _, document := range []string{"../README.md", "guide.md"} {
		text, err := os.ReadFile(document)
		require.NoError(t, err)
		blocks := goBlocks(string(text))
		require.NotEmpty(t, blocks, document)
		for i, code := range blocks {
			t.Run(fmt.Sprintf("%s/%d", filepath.Base(document), i), func(t *testing.T) {
				compile(t, code)
			})
		}
	}
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

// compile compiles the code as a package of this module, a program as a library too, which needs no linking. What is
// not a whole file gets a package clause and imports.
func compile(t *testing.T, code string) {
	t.Helper()
	if !strings.HasPrefix(code, "package ") {
		code = "package snippet\n\nimport (\n\t\"github.com/go-ffjord/ffjord/graph\"\n\t\"github.com/go-ffjord/ffjord/nn\"\n)\n\nvar _ nn.Layer = Gate{}\n\n" + code
	}
	code = strings.Replace(code, "package main", "package snippet", 1)
	out, err := goBuild(t, code, os.DevNull)
	assert.NoError(t, err, out)
}

// goBuild builds the code as a package of this module into the file to, and returns what the compiler said.
func goBuild(t *testing.T, code, to string) (string, error) {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "main.go")
	require.NoError(t, os.WriteFile(file, []byte(code), 0o644))
	here, err := os.Getwd()
	require.NoError(t, err)
	overlay, err := json.Marshal(map[string]map[string]string{"Replace": {filepath.Join(here, "snippet", "main.go"): file}})
	require.NoError(t, err)
	overlayFile := filepath.Join(dir, "overlay.json")
	require.NoError(t, os.WriteFile(overlayFile, overlay, 0o644))
	out, err := exec.Command("go", "build", "-o", to, "-overlay", overlayFile, "./snippet").CombinedOutput()
	return string(out), err
}
