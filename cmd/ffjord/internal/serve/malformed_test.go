package serve

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/data"
)

// malform makes requests that are wrong, each in one of many ways.
type malform struct{ rng *rand.Rand }

// request is what a client sends.
type request struct {
	method, path, kind, body string
	headers                  []string
}

func pick[T any](rng *rand.Rand, from ...T) T { return from[rng.IntN(len(from))] }

// next returns a request that no service of a model of the columns a and b can answer.
func (m malform) next() request {
	rng := m.rng
	switch rng.IntN(9) {
	case 0:
		return request{"POST", m.path(), jsonType, m.cut(m.good(rng.IntN(3))), nil}
	case 1:
		return request{"POST", "/v1/score", jsonType, `{"rows": ` + m.badRows() + `}`, nil}
	case 2:
		return request{"POST", pick(rng, "/v1/sample", "/v1/trajectory"), jsonType, m.badDraws(), nil}
	case 3:
		return request{"POST", "/v1/score", npyType, m.badNPY(), nil}
	case 4:
		return request{"POST", "/v1/score", csvType, m.badCSV(), nil}
	case 5:
		kind := pick(rng, "text/plain", "application/xml", "multipart/form-data; boundary=x", ";", "json", m.bytes(9))
		return request{"POST", m.path(), clean(kind), m.good(rng.IntN(3)), nil}
	case 6:
		if rng.IntN(2) == 0 {
			return request{pick(rng, "GET", "PUT", "DELETE", "PATCH", "OPTIONS", "BREW"), m.path(), jsonType, "", nil}
		}
		return request{pick(rng, "GET", "POST"), pick(rng, "/v1/score/", "/v2/score", "//", "/%00", "/page/../serve.go", "/page/%2e%2e/x", "/.env"), jsonType, "{}", nil}
	}
	if rng.IntN(2) == 0 {
		return request{"POST", "/v1/score", pick(rng, linesType, jsonlType), m.badLines(), nil}
	}
	return request{"POST", m.path(), jsonType, m.good(rng.IntN(3)), pick(rng,
		[]string{"Host", "evil.example"}, []string{"Sec-Fetch-Site", "cross-site"}, []string{"Origin", "null"}, []string{"Content-Encoding", "gzip"})}
}

func (m malform) path() string { return pick(m.rng, "/v1/score", "/v1/sample", "/v1/trajectory") }

// good returns a body that is right for one of the paths.
func (m malform) good(which int) string {
	return []string{`{"rows": [[0.5, 1], {"a": 1, "b": 2}]}`, `{"n": 3, "seed": 5}`, `{"n": 2, "frames": 2}`}[which]
}

// cut returns a part of a body, or one with a byte in it that JSON has nowhere.
func (m malform) cut(body string) string {
	if m.rng.IntN(2) == 0 {
		return body[:m.rng.IntN(len(body))]
	}
	at := m.rng.IntN(len(body))
	return body[:at] + string(rune(1+m.rng.IntN(8))) + body[at:]
}

func (m malform) badRows() string {
	rng := m.rng
	bad := pick(rng, "[]", "[1]", "[1, 2, 3]", `[1, "2"]`, `["a", "b"]`, "[1, true]", "[1, [2]]", "[1, {}]", "[1e400, 0]", "[-1e999, 2]",
		`{"a": 1, "c": 2}`, `{"a": 1, "a": 2, "b": 3}`, "7", "null", `"rows"`, "true",
		strings.Repeat("[", 1+rng.IntN(200))+strings.Repeat("]", 200))
	switch rng.IntN(4) {
	case 0:
		return bad // in place of the rows
	case 1:
		return "[" + bad + "]"
	}
	rows := make([]string, 1+rng.IntN(20))
	for i := range rows {
		rows[i] = fmt.Sprintf("[%v, %v]", rng.NormFloat64(), rng.NormFloat64())
	}
	rows[rng.IntN(len(rows))] = bad
	return "[" + strings.Join(rows, ",") + "]"
}

func (m malform) badDraws() string {
	return pick(m.rng, `{}`, `[]`, `null`, `7`, `"n"`, ``, `{"n": 0}`, `{"n": -1}`, `{"n": 1.5}`, `{"n": "3"}`, `{"n": 1e30}`, `{"n": 99999999}`,
		`{"n": 1, "seed": -1}`, `{"n": 1, "seed": 1e40}`, `{"n": 1, "seed": 18446744073709551615}`, `{"n": 1, "given": [1]}`, `{"n": 1, "extra": 1}`,
		`{"n": 1, "frames": -1}`, `{"n": 1, "frames": 1e9}`, `{"n": 1, "frames": "x"}`, `{"n": 1} {"n": 1}`, `{"n": 1, "rows": "x"}`, `{"rows": [[1]]}`)
}

func (m malform) badNPY() string {
	rng := m.rng
	values := []float64{1, 2, 3, 4, 5, 6}
	values[rng.IntN(len(values))] = pick(rng, math.Inf(1), math.Inf(-1))
	good := npyOf(2, 1, 2, 3, 4, 5, 6)
	switch rng.IntN(5) {
	case 0:
		return npyOf(2, values...)
	case 1:
		return good[:rng.IntN(len(good))]
	case 2:
		return good + m.bytes(1+rng.IntN(9))
	case 3:
		return strings.Replace(good, "(3, 2)", pick(rng, "(2, 3)", "(6,  )", "(3,-2)", "(9, 2)", "(0, 2)", "(2, 2)"), 1)
	}
	return m.bytes(rng.IntN(200))
}

func (m malform) badCSV() string {
	return pick(m.rng, "", "a,b\n", "a,b\n1\n", "a,b\n1,2,3\n", "a,c\n1,2\n", "1,2\n3,4\n", "a,b\n1,x\n", "a,b\n1,1e999\n",
		"a,a,b\n1,2,3\n", "a,b\n\"1,2\n", "a,b\n1,\"2\"x\n", "a,b\n1,2\n"+m.bytes(20)+"\n", "\x1f\x8b"+m.bytes(30))
}

func (m malform) badLines() string {
	return pick(m.rng, "", "\n\n", "{}", "{\"a\": 1}\n", "[1, 2]\n[1]\n", "[1, 2]\n[1, \"x\"]\n", "[1, 2][3, 4]\n", "{\"a\": 1, \"a\": 2, \"b\": 3}\n",
		"[1, 1e999]\n", "{\"a\": 1,\n\"b\": 2}", "[[1, 2]]\n", "[1, 2]\n"+m.bytes(20), "NaN\n", "[1, Infinity]", "[1, 2]\n{\"a\": 1, \"b\": 2")
}

// bytes returns n bytes of no meaning, none of which ends a line or is part of a number.
func (m malform) bytes(n int) string {
	out := make([]byte, n)
	for i := range out {
		out[i] = byte(128 + m.rng.IntN(128))
	}
	return string(out)
}

// clean makes a header of bytes that HTTP can send.
func clean(text string) string { return strings.ToValidUTF8(text, "?") }

// Ten thousand requests that are wrong are refused, every one with a problem that says how, and the service is as well
// after them as before.
func TestMalformedRequests(t *testing.T) {
	n := 10_000
	if testing.Short() {
		n = 1500
	}
	p := moons()
	_, c := p.start(t, Config{Limits: Limits{Rows: 1000}})
	m := malform{rand.New(rand.NewPCG(11, 0))}
	codes := make(map[string]int)
	for i := range n {
		r := m.next()
		a := c.do(r.method, r.path, r.body, append(r.headers, "Content-Type", r.kind)...)
		require.True(t, a.status >= 400 && a.status < 500, "request %d: %+v: %d %s", i, r, a.status, a.body)
		var said problem
		require.NoError(t, json.Unmarshal(a.body, &said), "request %d: %+v: %s", i, r, a.body)
		require.NotEmpty(t, said.Detail)
		codes[said.Code]++
	}
	t.Log(codes)
	assert.Greater(t, len(codes), 12, "the requests are wrong in many ways")

	var got scores
	c.post("/v1/score", jsonType, twoRows).read(t, 200, &got)
	sameBits(t, p.direct(t, data.Table{Names: []string{"a", "b"}, Rows: data.Rows(2, 1, 2, 3, 4)}), got.LogDensity)
	metrics := scrape(t, string(c.do("GET", "/metrics", "").body))
	assert.Zero(t, metrics["ffjord_requests_under_way"])
	assert.Zero(t, metrics["ffjord_rows_waiting"])
}
