package serve

import "net/http"

// description is what a client needs to know to ask.
type description struct {
	Model   string  `json:"model"`
	Columns columns `json:"columns"`
	Given   columns `json:"given"`
	Limits  allowed `json:"limits"`
}

// allowed are the limits of one request.
type allowed struct {
	Body    int64   `json:"body_bytes"`
	Rows    int     `json:"rows"`
	Seconds float64 `json:"seconds"`
}

// describe answers with what is served, and what may be asked.
func (s *Service) describe(w http.ResponseWriter, _ *http.Request) error {
	m := s.model.Load()
	given := m.given
	if given == nil {
		given = columns{}
	}
	return answerJSON(w, description{
		Model: m.id, Columns: m.columns, Given: given,
		Limits: allowed{s.Limits.Body, s.Limits.Rows, s.Limits.Time.Seconds()},
	})
}
