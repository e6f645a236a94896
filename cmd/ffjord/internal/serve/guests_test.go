package serve

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// Only requests for this host are answered, and none that computes for a page of another origin.
func TestGuests(t *testing.T) {
	_, c := moons().start(t, Config{Hosts: []string{"density.example"}})
	for host, status := range map[string]int{
		"localhost":           200,
		"LOCALHOST:8080":      200,
		"127.0.0.1:1":         200,
		"[::1]:8080":          200,
		"192.0.2.7":           200,
		"density.example":     200,
		"density.example.:80": 200,
		"evil.example":        421,
		"localhost.evil":      421,
		"127.0.0.1.evil":      421,
	} {
		assert.Equal(t, status, c.do("GET", "/v1/model", "", "Host", host).status, host)
	}
	for name, test := range map[string]struct {
		headers []string
		status  int
	}{
		"no browser":            {nil, 200},
		"our own page":          {[]string{"Sec-Fetch-Site", "same-origin", "Origin", c.url}, 200},
		"another page":          {[]string{"Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example"}, 403},
		"a page of the machine": {[]string{"Sec-Fetch-Site", "same-site", "Origin", "http://127.0.0.1:1"}, 403},
		"an old browser":        {[]string{"Origin", "https://evil.example"}, 403},
	} {
		assert.Equal(t, test.status, c.post("/v1/score", jsonType, twoRows, test.headers...).status, name)
	}
	a := c.do("GET", "/", "")
	assert.Contains(t, a.header.Get("Content-Security-Policy"), "default-src 'none'")
	assert.Equal(t, "nosniff", a.header.Get("X-Content-Type-Options"))
	assert.Empty(t, a.header.Get("Access-Control-Allow-Origin"))
}

// A request keeps the id that it comes with, if it is one.
func TestRequestIDs(t *testing.T) {
	_, c := moons().start(t, Config{})
	assert.Equal(t, "mine-1", c.do("GET", "/healthz", "", "X-Request-Id", "mine-1").header.Get("X-Request-Id"))
	first := c.do("GET", "/healthz", "", "X-Request-Id", "not an id").header.Get("X-Request-Id")
	assert.Len(t, first, 16)
	assert.NotEqual(t, first, c.do("GET", "/healthz", "").header.Get("X-Request-Id"))
}

// Each place says which methods it has, and that of GET has HEAD.
func TestMethods(t *testing.T) {
	s, c := moons().start(t, Config{})
	for _, r := range s.routes() {
		a := c.do("DELETE", r.path, "")
		a.problem(t, 405)
		assert.Contains(t, a.header.Get("Allow"), r.method)
		if r.method == "GET" {
			assert.Equal(t, 200, c.do("HEAD", r.path, "").status, r.path)
		}
	}
	c.do("GET", "/nowhere", "").problem(t, 404)
	c.do("GET", "//healthz", "").problem(t, 404)
}
