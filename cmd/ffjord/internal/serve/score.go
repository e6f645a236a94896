package serve

import (
	"bytes"
	"encoding/json"
	"math"
	"net/http"
	"strconv"

	"github.com/go-ffjord/ffjord/cmd/ffjord/internal/logdensity"
	"github.com/go-ffjord/ffjord/cmd/ffjord/internal/table"
	"github.com/go-ffjord/ffjord/data"
)

// scores are what is known of rows, in their order.
type scores struct {
	Model      string    `json:"model"`
	LogDensity numbers   `json:"log_density"`
	StdErr     numbers   `json:"std_err"`
	Percentile numbers   `json:"percentile"`
	Failed     []failure `json:"failed"`
	// Unseen counts rows with categories that the training rows do not have, the first of them from 0.
	Unseen table.Unseen `json:"unseen"`
}

// failure says why a row has no density.
type failure struct {
	Row    int    `json:"row"`
	Reason string `json:"reason"`
	// Unseen says that it has a category which the training rows do not have.
	Unseen bool `json:"unseen,omitempty"`
}

// score answers with the log-density of rows, its standard error, and its percentile among the training rows.
func (s *Service) score(w http.ResponseWriter, r *http.Request) error {
	top, err := topOf(r)
	if err != nil {
		return err
	}
	m := s.model.Load()
	rows, found, err := s.readRows(r, m)
	if err != nil {
		return err
	}
	n := len(rows) / len(m.all())
	release, p := s.room.hold(n)
	if p != nil {
		return p
	}
	defer release()
	ctx, cancel := s.timed(r.Context())
	defer cancel()
	densities, err := m.batches.score(ctx, rows)
	if err != nil {
		return err
	}
	s.meters.rows.with("route", "/v1/score").add(n)
	out := m.scores(densities, found)
	if top > 0 {
		strange := out.strangest(m, rows, top)
		if err := s.explain(ctx, m, &strange); err != nil {
			return err
		}
		return answerJSON(w, strange)
	}
	switch kind := answerType(r); kind {
	case npyType:
		return out.answerNPY(w)
	case csvType:
		return out.answerCSV(w)
	case linesType, jsonlType:
		return out.answerLines(w, kind)
	}
	return answerJSON(w, out)
}

// topOf returns the number of the strangest rows that are asked for, 0 where all are.
func topOf(r *http.Request) (int, error) {
	text := r.URL.Query().Get("top")
	if text == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return 0, badRequest("bad_query", "top is %.40q", text).wanting("a whole number from 1")
	}
	return n, nil
}

// scores makes an answer of densities.
func (m *served) scores(of []density, found *unseen) scores {
	out := scores{Model: m.id, Failed: []failure{}, Unseen: found.told}
	for i, d := range of {
		why := found.why[i]
		if why != nil {
			d.err = why
		}
		if d.err != nil {
			d.logp, d.stdErr = math.NaN(), math.NaN()
			out.Failed = append(out.Failed, failure{i, logdensity.Why(m.Model, d.err, i), why != nil})
		}
		out.LogDensity = append(out.LogDensity, d.logp)
		out.StdErr = append(out.StdErr, d.stdErr)
		out.Percentile = append(out.Percentile, m.percentile(d.logp))
	}
	return out
}

// scoreColumns are those of an answer that is a table.
var scoreColumns = []string{"log_density", "std_err", "percentile"}

// table returns the answer row by row.
func (s scores) table() []float64 {
	var out []float64
	for i := range s.LogDensity {
		out = append(out, s.LogDensity[i], s.StdErr[i], s.Percentile[i])
	}
	return out
}

func (s scores) answerNPY(w http.ResponseWriter) error {
	w.Header().Set("Model", s.Model)
	return answerNPY(w, data.Rows(len(scoreColumns), s.table()...))
}

func (s scores) answerCSV(w http.ResponseWriter) error {
	w.Header().Set("Model", s.Model)
	return answerCSV(w, table.ColumnsOf(scoreColumns, nil, nil, nil), s.table())
}

// scoreLine is what is known of a row on a line of its own.
type scoreLine struct {
	LogDensity nullable `json:"log_density"`
	StdErr     nullable `json:"std_err"`
	Percentile nullable `json:"percentile"`
	Failed     string   `json:"failed,omitempty"` // why it has no density
}

func (s scores) answerLines(w http.ResponseWriter, kind string) error {
	w.Header().Set("Model", s.Model)
	var text bytes.Buffer
	lines, failed := json.NewEncoder(&text), s.Failed
	for i := range s.LogDensity {
		line := scoreLine{nullable(s.LogDensity[i]), nullable(s.StdErr[i]), nullable(s.Percentile[i]), ""}
		if len(failed) > 0 && failed[0].Row == i {
			line.Failed, failed = failed[0].Reason, failed[1:]
		}
		if err := lines.Encode(line); err != nil {
			return err
		}
	}
	return answerBytes(w, kind, text.Bytes())
}
