package serve

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/data"
)

// A new file is served once it is there; a bad one changes nothing but metrics; requests under way finish on the old.
func TestReload(t *testing.T) {
	first, second := moons(), estimated()
	path := first.save(t)
	again := make(chan os.Signal)
	s, c := first.start(t, Config{Path: path, Poll: time.Millisecond, Again: again})
	go s.watch(t.Context())
	metric := func(name string) float64 { return scrape(t, string(c.do("GET", "/metrics", "").body))[name] }
	modelOf := func() string {
		var d description
		c.do("GET", "/v1/model", "").read(t, 200, &d)
		return d.Model
	}
	before := modelOf()

	g := newGate() // a request is under way
	old := s.model.Load()
	evaluate := old.batches.evaluate
	old.batches.evaluate = func(ctx context.Context, rows []float64) ([]density, error) {
		if _, err := g.evaluate(ctx, rows); err != nil {
			return nil, err
		}
		return evaluate(ctx, rows)
	}
	under := make(chan answer)
	go func() { under <- c.post("/v1/score", jsonType, twoRows) }()
	<-g.began

	require.NoError(t, os.WriteFile(path+".new", []byte("no model"), 0o644))
	require.NoError(t, os.Rename(path+".new", path))
	for metric(`ffjord_model_reloads_total{result="refused"}`) == 0 {
	}
	assert.Equal(t, 1.0, metric("ffjord_model_stale"))
	assert.Equal(t, before, modelOf(), "the old model goes on")

	require.NoError(t, os.Rename(second.save(t), filepath.Clean(path)))
	for metric(`ffjord_model_reloads_total{result="loaded"}`) == 0 {
	}
	assert.Equal(t, 0.0, metric("ffjord_model_stale"))
	assert.NotEqual(t, before, modelOf())

	g.end <- nil
	rows := data.Table{Names: []string{"a", "b"}, Rows: data.Rows(2, 1, 2, 3, 4)}
	var got scores
	(<-under).read(t, 200, &got)
	assert.Equal(t, before, got.Model, "what was under way is answered by the model that it began with")
	sameBits(t, first.direct(t, rows), got.LogDensity)
	c.post("/v1/score", jsonType, twoRows).read(t, 200, &got)
	sameBits(t, second.direct(t, rows), got.LogDensity)

	again <- os.Interrupt // loads the file whether it has changed or not
	for metric(`ffjord_model_reloads_total{result="loaded"}`) < 2 {
	}
}

// A file that a service is to begin with must be a model.
func TestNoModel(t *testing.T) {
	path := filepath.Join(t.TempDir(), "model.safetensors")
	_, err := New(t.Context(), Config{Path: path})
	require.ErrorIs(t, err, os.ErrNotExist)
	require.NoError(t, os.WriteFile(path, []byte("no model"), 0o644))
	_, err = New(t.Context(), Config{Path: path})
	require.Error(t, err)
}
