package svg_test

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/internal/svg"
)

func TestWrite(t *testing.T) {
	dot := func(text string) func(io.Writer) error {
		return func(w io.Writer) error {
			_, err := io.WriteString(w, text)
			return err
		}
	}
	var b strings.Builder
	require.NoError(t, svg.Write(t.Context(), &b, dot(`digraph { a -> b [label="c"] }`)))
	assert.True(t, strings.HasSuffix(b.String(), "</svg>\n"))
	assert.Equal(t, 1, strings.Count(b.String(), `class="edge"`))
	assert.Equal(t, 2, strings.Count(b.String(), `class="node"`))

	assert.ErrorContains(t, svg.Write(t.Context(), &b, dot("no graph")), "svg: ")
	broken := errors.New("broken")
	assert.ErrorIs(t, svg.Write(t.Context(), &b, func(io.Writer) error { return broken }), broken)
}

// TestNobodyElseCompiles starts a process where the folder for temporary files has what another user may have put there:
// it neither reads nor writes that, and keeps what it compiles, if it can, with what is the user's own.
func TestNobodyElseCompiles(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("starts a process with TMPDIR, which Windows, whose folder for temporary files is the user's, does not know")
	}
	for name, caches := range map[string]string{"as it is": "", "anew": t.TempDir(), "none": "/dev/null/caches"} {
		t.Run(name, func(t *testing.T) {
			if caches != "" && testing.Short() {
				t.Skip("compiles Graphviz, which takes a second: too long for -short")
			}
			temporary := t.TempDir()
			again := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestTemporary$")
			again.Env = append(os.Environ(), "TMPDIR="+temporary, wantTemporary+"="+temporary)
			if caches != "" {
				again.Env = append(again.Env, "XDG_CACHE_HOME="+caches)
			}
			text, err := again.CombinedOutput()
			require.NoError(t, err, string(text))
			left, err := os.ReadDir(temporary)
			require.NoError(t, err)
			assert.Empty(t, left)
			if name == "anew" && runtime.GOOS != "darwin" {
				kept, err := filepath.Glob(filepath.Join(caches, "ffjord", "go-graphviz", "*", "*"))
				require.NoError(t, err)
				assert.Len(t, kept, 1)
			}
		})
	}
}

const wantTemporary = "FFJORD_TEST_TEMPORARY"

// TestTemporary looks, in the process that the test above starts, for the folder that was said.
func TestTemporary(t *testing.T) {
	if want := os.Getenv(wantTemporary); want != "" {
		assert.Equal(t, want, os.TempDir())
	}
}
