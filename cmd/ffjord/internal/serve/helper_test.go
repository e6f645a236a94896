package serve

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"io"
	"log/slog"
	"math"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/data/toy"
	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/flows/model"
	"github.com/go-ffjord/ffjord/nn"
)

// client asks a service.
type client struct {
	t   *testing.T
	url string
}

// answer is what the service said.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// post sends a body of a type. Headers are given as name and value in turn.
func (c client) post(path, kind, body string, headers ...string) answer {
	c.t.Helper()
	return c.do(http.MethodPost, path, body, append([]string{"Content-Type", kind}, headers...)...)
}

func (c client) do(method, path, body string, headers ...string) answer {
	c.t.Helper()
	r, err := http.NewRequest(method, c.url+path, strings.NewReader(body))
	require.NoError(c.t, err)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	if host := r.Header.Get("Host"); host != "" {
		r.Host = host
	}
	out, err := http.DefaultClient.Do(r)
	require.NoError(c.t, err)
	defer out.Body.Close()
	text, err := io.ReadAll(out.Body)
	require.NoError(c.t, err)
	return answer{out.StatusCode, out.Header, text}
}

// read reads the JSON of an answer that must have come with a status.
func (a answer) read(t *testing.T, status int, v any) {
	t.Helper()
	require.Equal(t, status, a.status, "%.400s", a.body)
	d := json.NewDecoder(bytes.NewReader(a.body))
	d.DisallowUnknownFields()
	require.NoError(t, d.Decode(v), "%.400s", a.body)
}

// problem reads the answer as that of a problem.
func (a answer) problem(t *testing.T, status int) problem {
	t.Helper()
	require.Equal(t, problemType, a.header.Get("Content-Type"), "%.400s", a.body)
	var p problem
	a.read(t, status, &p)
	require.Equal(t, status, p.Status)
	require.Equal(t, a.header.Get("X-Request-Id"), p.Request)
	return p
}

// trained is a model with the rows that it is for. Its parameters are as they were drawn: what is asked here is not how
// good a density is.
type trained struct {
	*model.Model
	rows data.Table
}

// newTrained joins a flow to the columns of a table.
func newTrained(rows data.Table, given []string, probes int) (m trained, err error) {
	all, _, err := data.Recipe{Each: data.Rule{Missing: data.Noise}}.Fit(rows)
	if err != nil {
		return m, err
	}
	names := slices.DeleteFunc(slices.Clone(rows.Names), func(name string) bool { return slices.Contains(given, name) })
	m = trained{&model.Model{About: model.About{Train: rows.Len(), Probes: probes, Seed: 1}}, rows}
	if m.X, err = all.Part(names...); err != nil {
		return m, err
	}
	if len(given) > 0 {
		if m.Given, err = all.Part(given...); err != nil {
			return m, err
		}
	}
	rng := rand.New(rand.NewPCG(2, 0))
	block := flows.FFJORD{Field: nn.MLP{Hidden: []int{8, 8}}}
	if probes > 0 {
		block.Trace = flows.Hutchinson{Probes: probes, Rand: rng}
	}
	m.Flow = &flows.Flow{Dim: m.X.Dim(), Blocks: flows.Chain{block, block}, Params: nn.NewParams(rng)}
	if len(given) > 0 {
		m.Flow.Cond = m.Given.Dim()
	}
	return m, m.measure()
}

// measure measures how usual log-densities are among the rows.
func (m trained) measure() error {
	scores, err := m.LogProb(context.Background(), m.rows)
	if err != nil {
		return err
	}
	for _, name := range m.X.Inputs() {
		values, err := m.rows.Column(name)
		if err != nil {
			return err
		}
		q, err := model.NewQuantiles(values, 16)
		if err != nil {
			return err
		}
		m.About.Columns = append(m.About.Columns, model.Column{Name: name, Quantiles: q})
	}
	m.About.LogProb, err = model.NewQuantiles(scores.LogProb, 200)
	return err
}

// once makes a model when it is first asked for.
func once(make func() (trained, error)) func() trained {
	return sync.OnceValue(func() trained {
		m, err := make()
		if err != nil {
			panic(err)
		}
		return m
	})
}

// moons is a model of two columns, a and b.
var moons = once(func() (trained, error) {
	rng := rand.New(rand.NewPCG(1, 0))
	return newTrained(data.Table{Names: []string{"a", "b"}, Rows: toy.Draw(toy.Moons{Noise: 0.06}, 512, rng)}, nil, 0)
})

// estimated is the same whose trace is estimated.
var estimated = once(func() (trained, error) { return newTrained(moons().rows, nil, 2) })

// dated is a model of a date and a timestamp.
var dated = once(func() (trained, error) {
	var values []float64
	for i, v := range moons().rows.Rows.Float64s() {
		if i%2 == 0 {
			values = append(values, math.Round(20000+100*v))
		} else {
			values = append(values, 1.7e9+1e6*v)
		}
	}
	m, err := newTrained(data.Table{Names: []string{"day", "at"}, Rows: data.Rows(2, values...)}, nil, 0)
	if err == nil {
		m.About.Columns[0].Time, m.About.Columns[0].Integer, m.About.Columns[1].Time = "date", true, "timestamp"
	}
	return m, err
})

// people is a model of a number, a category and a number that may miss, given a number and a category.
var people = once(func() (trained, error) {
	rng := rand.New(rand.NewPCG(3, 0))
	var values []float64
	for range 400 {
		city, height, income := float64(rng.IntN(3)), 170+8*rng.NormFloat64(), math.Exp(rng.NormFloat64())
		if rng.IntN(10) == 0 {
			income = math.NaN()
		}
		values = append(values, height, city, income, 20+60*rng.Float64(), float64(rng.IntN(2)))
	}
	return newTrained(data.Table{
		Names: []string{"height", "city", "income", "age", "sex"}, Rows: data.Rows(5, values...),
		Levels: map[string][]string{"city": {"Bern", "Oslo", "Rome"}, "sex": {"f", "m"}},
	}, []string{"age", "sex"}, 0)
})

// direct returns the log-densities that a program gets which calls the library by itself.
func (m trained) direct(t *testing.T, rows data.Table) []float64 {
	t.Helper()
	scores, err := m.file(t).LogProb(t.Context(), rows)
	require.NoError(t, err)
	return scores.LogProb
}

// file returns the model as it is read from its file.
func (m trained) file(t *testing.T) *model.Model {
	t.Helper()
	loaded, err := model.Load(t.Context(), m.save(t), nil)
	require.NoError(t, err)
	return loaded
}

// save writes the model to a file of the test's.
func (m trained) save(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "model.safetensors")
	require.NoError(t, m.Save(path, nil))
	return path
}

// start serves the model's file, with the test's log.
func (m trained) start(t *testing.T, c Config) (*Service, client) {
	t.Helper()
	if c.Path == "" {
		c.Path = m.save(t)
	}
	if c.Log == nil {
		c.Log = slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
	}
	s, err := New(t.Context(), c)
	require.NoError(t, err)
	server := httptest.NewServer(s.handler())
	t.Cleanup(server.Close)
	return s, client{t, server.URL}
}

// npyOf returns an array of NumPy's, whose numbers may be anything.
func npyOf(dim int, values ...float64) string {
	var out bytes.Buffer
	if err := data.WriteNPY(&out, data.Rows(dim, make([]float64, len(values))...)); err != nil {
		panic(err)
	}
	text := out.Bytes()
	for i, v := range values {
		binary.LittleEndian.PutUint64(text[len(text)-8*(len(values)-i):], math.Float64bits(v))
	}
	return string(text)
}
