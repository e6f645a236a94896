package serve

import (
	"context"
	"fmt"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// running serves on a loopback address until it is stopped; ended has what run returns.
func running(t *testing.T, c Config) (s *Service, on client, g gate, stop context.CancelFunc, ended chan error) {
	s, _, g = blocked(t, c.Limits)
	s.Config.Grace = c.withDefaults().Grace
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, stop := context.WithCancel(context.Background())
	ended = make(chan error, 1)
	go func() { ended <- s.Run(ctx, l) }()
	t.Cleanup(stop)
	return s, client{t, "http://" + l.Addr().String()}, g, stop, ended
}

// A service that is told to stop answers what is under way and refuses the rest, and only then hangs up.
func TestShutdown(t *testing.T) {
	_, c, g, stop, ended := running(t, Config{})
	require.Equal(t, 200, c.do("GET", "/readyz", "").status)
	first := make(chan answer)
	go func() { first <- c.post("/v1/score", jsonType, twoRows) }()
	<-g.began
	stop()
	for c.do("GET", "/readyz", "").status != 503 { // the service learns of it in a moment
	}
	assert.Equal(t, 200, c.do("GET", "/healthz", "").status)
	a := c.post("/v1/score", jsonType, twoRows)
	assert.Equal(t, "draining", a.problem(t, 503).Code)
	assert.NotEmpty(t, a.header.Get("Retry-After"))
	select {
	case err := <-ended:
		t.Fatalf("it ended before the request that is under way: %v", err)
	default:
	}
	g.end <- nil
	require.Equal(t, 200, (<-first).status)
	require.NoError(t, <-ended)
	_, err := net.Dial("tcp", c.url[len("http://"):])
	require.Error(t, err, "nobody listens")
}

// What is not done within the grace is cut off.
func TestShutdownCutsOff(t *testing.T) {
	_, c, g, stop, ended := running(t, Config{Grace: time.Millisecond})
	conn, err := net.Dial("tcp", c.url[len("http://"):])
	require.NoError(t, err)
	defer conn.Close()
	_, err = fmt.Fprintf(conn, "POST /v1/score HTTP/1.1\r\nHost: localhost\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s",
		jsonType, len(twoRows), twoRows)
	require.NoError(t, err)
	<-g.began
	stop()
	require.ErrorContains(t, <-ended, "cut off")
}
