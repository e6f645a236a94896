package main

import (
	"bufio"
	"encoding/json"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/flows/model"
)

// The program serves a model at the address that it prints, and ends well when it is told to.
func TestServe(t *testing.T) {
	path := filepath.Join(made{}.save(t), "m.safetensors")
	c := process(t.Context(), "", "serve", path, "-listen", "127.0.0.1:0", "-json")
	out, err := c.StdoutPipe()
	require.NoError(t, err)
	var log strings.Builder
	c.Stderr = &log
	require.NoError(t, c.Start())
	defer func() { _ = c.Process.Kill() }()
	lines := bufio.NewScanner(out)
	require.True(t, lines.Scan(), "it prints its address")
	url := lines.Text()

	answer, err := http.Post(url+"/v1/score", "application/json", strings.NewReader(`{"rows": [[181.5, 72.25]]}`))
	require.NoError(t, err)
	defer answer.Body.Close()
	var got struct {
		LogDensity []float64 `json:"log_density"`
	}
	require.NoError(t, json.NewDecoder(answer.Body).Decode(&got))
	m, err := model.Load(t.Context(), path, nil)
	require.NoError(t, err)
	want, err := m.LogProb(t.Context(), data.Table{Names: []string{"height", "weight"}, Rows: data.Rows(2, 181.5, 72.25)})
	require.NoError(t, err)
	assert.Equal(t, want.LogProb, got.LogDensity)
	scored := ffjord(t, t.TempDir(), "height,weight\n181.5,72.25\n", "score", path, "-o", "-")
	density, _, _ := strings.Cut(strings.Split(scored.out, "\n")[1], ",")
	assert.Equal(t, strconv.FormatFloat(got.LogDensity[0], 'g', -1, 64), density, "what score says, digit by digit")

	second := ffjord(t, t.TempDir(), "", "serve", path, "-listen", strings.TrimPrefix(url, "http://"))
	assert.Equal(t, 1, second.code)
	assert.Contains(t, second.err, "address already in use")

	require.NoError(t, c.Process.Signal(syscall.SIGTERM))
	require.NoError(t, c.Wait(), "%s", log.String())
	for line := range strings.Lines(log.String()) {
		assert.True(t, json.Valid([]byte(line)), line)
	}
	assert.Contains(t, log.String(), `"msg":"stopped"`)
}

func TestServeWrongUse(t *testing.T) {
	assert.Equal(t, result{2, "", "ffjord serve: -queue 0, want more than 0\n"}, ffjord(t, t.TempDir(), "", "serve", "m", "-queue", "0"))
	assert.Equal(t, 1, ffjord(t, t.TempDir(), "", "serve", "nowhere.safetensors").code)
}
