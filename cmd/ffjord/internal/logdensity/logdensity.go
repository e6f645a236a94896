// Package logdensity tells of the log-densities of rows what the program and the service both do.
package logdensity

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/flows/model"
	"github.com/go-ffjord/ffjord/internal/quote"
)

// Of returns the log-densities of rows, of which the first has that place in their table, see [model.Model.LogProbAt]. A row
// whose log-density is beyond the flow's numbers has none: a table of scores with −Inf could not be read again.
func Of(ctx context.Context, m *model.Model, rows data.Table, first int) (model.Scores, error) {
	s, err := m.LogProbAt(ctx, rows, first)
	if err != nil {
		return s, err
	}
	for i, logp := range s.LogProb {
		if !math.IsInf(logp, 0) {
			continue
		}
		s.LogProb[i] = math.NaN()
		if s.StdErr != nil {
			s.StdErr[i] = math.NaN()
		}
		s.Bad = append(s.Bad, beyond(i))
	}
	return s, nil
}

// beyond is the place of a row whose log-density is infinite.
type beyond int

func (b beyond) Error() string {
	return "so far from the training rows that its log-density is beyond the flow's numbers"
}

// Row returns the place of the row that an error of [model.Scores.Bad] is of, -1 of others.
func Row(bad error) int {
	value, of, far := (*data.ValueError)(nil), (*flows.RowError)(nil), beyond(0)
	switch {
	case errors.As(bad, &value):
		return value.Row
	case errors.As(bad, &far):
		return int(far)
	case errors.As(bad, &of):
		return of.Row
	}
	return -1
}

// Why says why a row has no log-density, and calls it by a number, that of its place in a file.
func Why(m *model.Model, bad error, row int) string {
	value, of, far := (*data.ValueError)(nil), (*flows.RowError)(nil), beyond(0)
	switch {
	case errors.As(bad, &value):
		return fmt.Sprintf("row %d, column %s: %v", row, quote.Text(value.Column), value.Err)
	case errors.As(bad, &far):
		return fmt.Sprintf("row %d: %v", row, far)
	case !errors.As(bad, &of):
		return bad.Error()
	}
	names := m.X.Names()
	if of.Of == "conditions" {
		names = m.Given.Names()
	}
	if errors.Is(of, flows.ErrRow) && of.Column < len(names) {
		return fmt.Sprintf("row %d, column %s: too far from the training rows for the flow's numbers", row, quote.Text(names[of.Column]))
	}
	here, at := *of, *of.RowError
	at.Row = row
	here.RowError = &at
	return here.Error()
}
