package serve

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// blocked serves a model whose batches wait for the test.
func blocked(t *testing.T, limits Limits) (*Service, client, gate) {
	g := newGate()
	s, c := moons().start(t, Config{Limits: limits})
	s.model.Load().batches.evaluate = func(ctx context.Context, rows []float64) ([]density, error) {
		out, err := g.evaluate(ctx, rows)
		if err != nil {
			return nil, err
		}
		return out[:len(rows)/2], nil
	}
	return s, c, g
}

const twoRows = `{"rows": [[1, 2], [3, 4]]}`

// Where there is no room for more requests, or for more rows, the answer is to come again, and when.
func TestNoRoom(t *testing.T) {
	for name, limits := range map[string]Limits{"requests": {Requests: 1}, "rows": {Queue: 3}} {
		t.Run(name, func(t *testing.T) {
			s, c, g := blocked(t, limits)
			first := make(chan answer)
			go func() { first <- c.post("/v1/score", jsonType, twoRows) }()
			<-g.began
			a := c.post("/v1/score", jsonType, twoRows)
			p := a.problem(t, 429)
			assert.Equal(t, "busy", p.Code)
			assert.Contains(t, p.Detail, name)
			seconds, err := strconv.Atoi(a.header.Get("Retry-After"))
			require.NoError(t, err)
			assert.Positive(t, seconds)
			assert.EqualValues(t, 1, s.meters.refused.with("reason", name).n.Load())
			g.end <- nil
			require.Equal(t, 200, (<-first).status)

			go func() { first <- c.post("/v1/score", jsonType, twoRows) }()
			<-g.began
			g.end <- nil
			require.Equal(t, 200, (<-first).status, "there is room again")
			assert.Zero(t, s.meters.waitingRows.Load())
		})
	}
}

// A request of more rows than the queue has room for is let in where nothing else is.
func TestOneLargeRequest(t *testing.T) {
	_, c := moons().start(t, Config{Limits: Limits{Queue: 1}})
	assert.Equal(t, 200, c.post("/v1/score", jsonType, twoRows).status)
}

// A request that takes too long ends, and so does its work.
func TestTooLong(t *testing.T) {
	_, c, g := blocked(t, Limits{Time: time.Millisecond})
	go func() { <-g.began }()
	p := c.post("/v1/score", jsonType, twoRows).problem(t, 503)
	assert.Equal(t, "timeout", p.Code)
	assert.Contains(t, p.Detail, "more than 1ms")
	_, c = moons().start(t, Config{Limits: Limits{Time: time.Nanosecond}})
	c.post("/v1/sample", jsonType, `{"n": 10}`).problem(t, 503)
	c.post("/v1/trajectory", jsonType, `{"n": 10}`).problem(t, 503)
}

// The time to wait is that of the rows that wait, at the pace of late.
func TestPace(t *testing.T) {
	var p pace
	assert.Equal(t, 1, p.wait(1000), "at least a second")
	p.passed(100, time.Second)
	assert.Equal(t, 10, p.wait(1000))
	assert.Equal(t, 60, p.wait(1e6), "at most a minute")
}

// A body that does not say how long it is ends at the bound, whatever it holds.
func TestLongBodies(t *testing.T) {
	_, c := moons().start(t, Config{Limits: Limits{Body: 1000}})
	for kind, body := range map[string]string{
		jsonType: `{"rows": [` + strings.Repeat("[1, 2], ", 500),
		csvType:  "a,b\n" + strings.Repeat("1,2\n", 500),
		npyType:  npyOf(2, make([]float64, 1000)...),
	} {
		r, err := http.NewRequest("POST", c.url+"/v1/score", io.MultiReader(strings.NewReader(body)))
		require.NoError(t, err)
		r.Header.Set("Content-Type", kind)
		a, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		assert.Equal(t, 413, a.StatusCode, kind)
		require.NoError(t, a.Body.Close())
	}
}
