package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestCompletion asks bash what it would complete the last word of a line by.
func TestCompletion(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("no bash to complete for: ", err)
	}
	got := ffjord(t, t.TempDir(), "", "completion", "bash")
	require.Zero(t, got.code, got.err)
	script := filepath.Join(t.TempDir(), "ffjord.bash")
	require.NoError(t, os.WriteFile(script, []byte(got.out), 0o600))
	text := "source " + script + "\n"
	lines := []struct{ line, want string }{
		{"sc", "score"},
		{"-v", "-version"},
		{"fit -bud", "-budget"},
		{"fit --bud", "--budget"},
		{"fit --numeric", "--numeric-names"},
		{"plot c", "corner"},
		{"plot density ", ""},
		{"fit rows.csv -trace e", "exact estimate"},
		{"fit rows.csv -layer conc", "concat concatsquash concatv2"},
		{"fit rows.csv --solver t", "tsit5"},
		{"completion ", "bash zsh fish"},
		{"score -layer ", ""},
	}
	for _, c := range lines {
		words := strings.Split("ffjord "+c.line, " ")
		quoted := ""
		for _, w := range words {
			quoted += " '" + w + "'"
		}
		text += "COMPREPLY=(); COMP_WORDS=(" + quoted + "); COMP_CWORD=" + strconv.Itoa(len(words)-1) + "; _ffjord; echo \"${COMPREPLY[*]}\"\n"
	}
	out, err := exec.Command(bash, "-c", text).CombinedOutput()
	require.NoError(t, err, "%s", out)
	answers := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
	require.Len(t, answers, len(lines))
	for i, c := range lines {
		assert.Equal(t, c.want, answers[i], c.line)
	}
	assert.Contains(t, ffjord(t, t.TempDir(), "", "completion", "fish").out, "-o trace -d 'Trace of the Jacobian: auto, exact or estimate.' -x -a 'auto exact estimate'")
}
