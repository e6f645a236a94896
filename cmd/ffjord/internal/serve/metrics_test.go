package serve

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The lines of the text format, version 0.0.4.
var (
	helpLine   = regexp.MustCompile(`^# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) [^\n]+$`)
	typeLine   = regexp.MustCompile(`^# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|histogram)$`)
	sampleLine = regexp.MustCompile(`^([a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\[\\"n])*",?)*\})? (\S+)$`)
)

// scrape reads metrics as strictly as the format's description is: HELP and TYPE once and before the samples, all samples
// of one name together and none twice, counts of a histogram that rise to that of +Inf, which is its count.
func scrape(t *testing.T, text string) map[string]float64 {
	t.Helper()
	require.True(t, strings.HasSuffix(text, "\n"))
	samples, kinds := make(map[string]float64), make(map[string]string)
	var current, bucketOf string
	last := 0.0
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if m := helpLine.FindStringSubmatch(line); m != nil {
			require.NotContains(t, kinds, m[1])
			current = m[1]
			continue
		}
		if m := typeLine.FindStringSubmatch(line); m != nil {
			require.Equal(t, current, m[1])
			require.NotContains(t, kinds, m[1])
			kinds[m[1]] = m[2]
			continue
		}
		m := sampleLine.FindStringSubmatch(line)
		require.NotNil(t, m, "%q", line)
		name, labels := m[1], m[2]
		v, err := strconv.ParseFloat(m[3], 64)
		require.NoError(t, err)
		require.NotContains(t, samples, name+labels)
		samples[name+labels] = v
		if kinds[current] != "histogram" {
			require.Equal(t, current, name)
			continue
		}
		switch rest := strings.TrimPrefix(name, current); rest {
		case "_bucket":
			series := labels[:strings.Index(labels, `le="`)]
			if series == bucketOf {
				require.GreaterOrEqual(t, v, last, line)
			}
			bucketOf, last = series, v
			if strings.Contains(labels, `le="+Inf"`) {
				bucketOf = ""
			}
		case "_count":
			require.Equal(t, last, v, "the count of +Inf")
		default:
			require.Equal(t, "_sum", rest)
		}
	}
	return samples
}

func TestMetrics(t *testing.T) {
	_, c := moons().start(t, Config{})
	scrape(t, string(c.do("GET", "/metrics", "").body))
	for range 3 {
		require.Equal(t, 200, c.post("/v1/score", jsonType, twoRows).status)
	}
	c.post("/v1/score", jsonType, "{").problem(t, 400)
	c.do("GET", "/nowhere", "").problem(t, 404)
	require.Equal(t, 200, c.post("/v1/sample", jsonType, `{"n": 7}`).status)
	a := c.do("GET", "/metrics", "")
	assert.Equal(t, "text/plain; version=0.0.4; charset=utf-8", a.header.Get("Content-Type"))
	got := scrape(t, string(a.body))
	for name, want := range map[string]float64{
		`ffjord_requests_total{route="/v1/score",status="200"}`: 3,
		`ffjord_requests_total{route="/v1/score",status="400"}`: 1,
		`ffjord_requests_total{route="other",status="404"}`:     1,
		`ffjord_request_seconds_count{route="/v1/score"}`:       4,
		`ffjord_rows_total{route="/v1/score"}`:                  6,
		`ffjord_rows_total{route="/v1/sample"}`:                 7,
		`ffjord_batch_rows_sum`:                                 6,
		`ffjord_batch_rows_bucket{le="1"}`:                      0,
		`ffjord_batch_rows_bucket{le="4"}`:                      3,
		`ffjord_rows_waiting`:                                   0,
		`ffjord_requests_under_way`:                             0,
		`ffjord_model_stale`:                                    0,
	} {
		assert.Contains(t, got, name)
		assert.Equal(t, want, got[name], name)
	}
	assert.Positive(t, got["go_goroutines"])
}

// Values of labels may be anything, and numbers infinite.
func TestMetricsAreEscaped(t *testing.T) {
	assert.Equal(t, `a="x\"y\\z\n"`, labels("a", "x\"y\\z\n"))
	assert.Equal(t, "+Inf", number(math.Inf(1)))
	assert.Equal(t, "0.1", number(0.1))
}
