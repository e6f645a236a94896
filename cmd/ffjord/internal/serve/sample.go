package serve

import (
	"context"
	"math/rand/v2"
	"net/http"
)

// sampleBody is the body of a request for draws.
type sampleBody struct {
	N     *int    `json:"n"`
	Seed  *uint64 `json:"seed"`
	Given listing `json:"given"`
}

// mostSeed is the largest seed: every reader of JSON has all whole numbers up to it.
const mostSeed = 1<<53 - 1

// read returns what the body asks for: draws, their seed, which is drawn where there is none, and the condition.
func (s *Service) readSample(b sampleBody, m *served) (n int, seed uint64, given []float64, err error) {
	switch {
	case b.N == nil:
		return 0, 0, nil, badRequest("bad_n", "there is no \"n\"").wanting("the number of draws")
	case *b.N < 1:
		return 0, 0, nil, badRequest("bad_n", "\"n\" is %d", *b.N).wanting("at least 1")
	case *b.N > s.Limits.Rows:
		return 0, 0, nil, tooLarge("draws", int64(*b.N), int64(s.Limits.Rows))
	case b.Seed != nil && *b.Seed > mostSeed:
		return 0, 0, nil, badRequest("bad_seed", "\"seed\" is %d", *b.Seed).wanting("at most %d", uint64(mostSeed))
	case b.Seed != nil:
		seed = *b.Seed
	default:
		seed = rand.Uint64N(mostSeed + 1)
	}
	given, err = b.Given.readGiven(reader{columns: m.given}, *b.N)
	return *b.N, seed, given, err
}

// drawn are rows that were drawn.
type drawn struct {
	Model   string   `json:"model"`
	Seed    uint64   `json:"seed"`
	Columns []string `json:"columns"`
	Rows    matrix   `json:"rows"`
}

// sample answers with draws from the density.
func (s *Service) sample(w http.ResponseWriter, r *http.Request) error {
	var body sampleBody
	if err := readObject(r, &body); err != nil {
		return err
	}
	m := s.model.Load()
	n, seed, given, err := s.readSample(body, m)
	if err != nil {
		return err
	}
	ctx, done, err := s.begin(r.Context(), n)
	if err != nil {
		return err
	}
	defer done()
	rows, err := m.sample(ctx, n, seed, given)
	if err != nil {
		return endOf(ctx, err)
	}
	s.meters.rows.with("route", "/v1/sample").add(n)
	switch kind := answerType(r); kind {
	case npyType:
		w.Header().Set("Model", m.id)
		return answerNPY(w, rows.Rows)
	case csvType:
		w.Header().Set("Model", m.id)
		return answerCSV(w, m.written(), rows.Rows.Float64s())
	case linesType, jsonlType:
		w.Header().Set("Model", m.id)
		return answerLines(w, kind, m.written(), rows.Rows.Float64s())
	}
	return answerJSON(w, drawn{m.id, seed, m.columns.names(), matrix{values: rows.Rows.Float64s(), of: m.columns}})
}

// begin makes room for rows and waits for a place at the model, as calls do that can't be joined with others.
func (s *Service) begin(ctx context.Context, rows int) (_ context.Context, done func(), err error) {
	release, p := s.room.hold(rows)
	if p != nil {
		return nil, nil, p
	}
	ctx, cancel := s.timed(ctx)
	select {
	case s.others <- struct{}{}:
		return ctx, func() { <-s.others; cancel(); release() }, nil
	case <-ctx.Done():
		defer release()
		defer cancel()
		return nil, nil, context.Cause(ctx)
	}
}

// endOf returns why a call failed: the end of its context, if that is it.
func endOf(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}
