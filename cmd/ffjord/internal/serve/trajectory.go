package serve

import (
	"net/http"
)

// trajectoryBody is the body of a request for the way of rows from the base to the data: of draws, or of given rows.
type trajectoryBody struct {
	sampleBody
	Rows   listing `json:"rows"`
	Frames *int    `json:"frames"`
}

// film is where rows are on the way from the base to the data.
type film struct {
	Model   string   `json:"model"`
	Seed    *uint64  `json:"seed,omitempty"`
	Columns []string `json:"columns"`
	Frames  []frame  `json:"frames"`
}

type frame struct {
	Time  float64 `json:"time"` // from 0, the base, to 1, the data, each block taking an equal share
	Block int     `json:"block"`
	Rows  matrix  `json:"rows"`
}

// defaultFrames is the number of frames of each block.
const defaultFrames = 8

// trajectory answers with where rows are on the way from the base to the data.
func (s *Service) trajectory(w http.ResponseWriter, r *http.Request) error {
	var body trajectoryBody
	if err := readObject(r, &body); err != nil {
		return err
	}
	m := s.model.Load()
	frames := defaultFrames
	if body.Frames != nil {
		frames = *body.Frames
	}
	switch {
	case frames < 1:
		return badRequest("bad_frames", "\"frames\" is %d", frames).wanting("at least 1, of each block")
	case frames > s.Limits.Rows:
		return tooLarge("frames", int64(frames), int64(s.Limits.Rows))
	}
	start, err := s.readStart(body, m)
	if err != nil {
		return err
	}
	total := start.n * m.frames(frames)
	if total > s.Limits.Rows {
		return tooLarge("rows in all frames", int64(total), int64(s.Limits.Rows))
	}
	ctx, done, err := s.begin(r.Context(), total)
	if err != nil {
		return err
	}
	defer done()
	out := film{Model: m.id, Seed: start.seed, Columns: m.columns.names()}
	if out.Frames, err = m.film(ctx, start, frames); err != nil {
		return endOf(ctx, err)
	}
	s.meters.rows.with("route", "/v1/trajectory").add(total)
	return answerJSON(w, out)
}

// start says which rows take part: n draws, or those given.
type start struct {
	n     int
	seed  *uint64 // nil where there are rows
	rows  []float64
	given []float64
}

func (s *Service) readStart(body trajectoryBody, m *served) (start, error) {
	if body.Rows.missing() {
		n, seed, given, err := s.readSample(body.sampleBody, m)
		return start{n: n, seed: &seed, given: given}, err
	}
	if body.N != nil || body.Seed != nil {
		return start{}, badRequest("bad_rows", "there are \"rows\", and \"n\" or \"seed\" beside them").wanting("the one or the other")
	}
	rows, err := body.Rows.read("rows", reader{columns: m.columns}, s.Limits.Rows)
	if err != nil {
		return start{}, err
	}
	n := len(rows) / len(m.columns)
	given, err := body.Given.readGiven(reader{columns: m.given}, n)
	return start{n: n, rows: rows, given: given}, err
}
