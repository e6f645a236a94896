package model

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/go-ffjord/ffjord/data"
)

// Reason says how much of a row's strangeness is due to one column.
type Reason struct {
	Column string
	// Value is what the row has there, Usual which usual value suits the rest of the row best: numbers, or the places
	// of categories in the transform's levels.
	Value, Usual float64
	// Gain is by how much the log-density would be higher with Usual, in nats.
	Gain float64
}

// Why finds the columns that make rows strange, the one that gains most first. Each column in turn is given its usual
// values, seventeen quantiles of the training rows or all categories, and the one that suits the rest of the row best
// tells by how much the row's log-density, logp, would be higher. That leaves a column out without leaving a hole. A
// gradient would only tell where the density rises next to the row, which far out is everywhere. Where all gains are
// small beside the log-density no single column is to blame, but many together.
func (m *Model) Why(ctx context.Context, rows data.Table, logp []float64) ([][]Reason, error) {
	if len(logp) != rows.Len() {
		return nil, fmt.Errorf("model: why: %d log-densities of %d rows, want as many", len(logp), rows.Len())
	}
	own, err := rows.Select(m.Inputs()...)
	if err != nil {
		return nil, fmt.Errorf("model: why: %w", err)
	}
	values, width := numbers(own.Rows), len(own.Names)
	why := make([][]Reason, len(logp))
	for j, column := range m.X.Columns {
		usual := m.usual(column)
		if len(usual) == 0 || len(logp) == 0 {
			continue
		}
		var changed []float64
		for row := range slices.Chunk(values, width) {
			for _, v := range usual {
				changed = append(changed, row...)
				changed[len(changed)-width+j] = v
			}
		}
		s, err := m.LogProb(ctx, data.Table{Names: own.Names, Rows: data.Rows(width, changed...), Levels: own.Levels})
		if err != nil {
			return nil, err
		}
		for i := range why {
			best, most := 0, math.Inf(-1)
			for k, l := range s.LogProb[i*len(usual) : (i+1)*len(usual)] {
				if l > most {
					best, most = k, l
				}
			}
			if gain := most - logp[i]; gain > 0 {
				why[i] = append(why[i], Reason{column.Name, values[i*width+j], usual[best], gain})
			}
		}
	}
	for _, reasons := range why {
		slices.SortStableFunc(reasons, func(a, b Reason) int { return cmp.Compare(b.Gain, a.Gain) })
	}
	return why, nil
}

// WhyRows returns how many rows [Model.Why] computes for each of its own.
func (m *Model) WhyRows() (n int) {
	for _, column := range m.X.Columns {
		n += len(m.usual(column))
	}
	return n
}

// usual returns the usual values of a column, none of one that is left out.
func (m *Model) usual(c data.Column) []float64 {
	if c.Constant != nil || c.Twin != "" {
		return nil
	}
	var values []float64
	if c.Levels != nil {
		const most = 64
		for k := range min(len(c.Levels), most) {
			values = append(values, float64(k))
		}
		return values
	}
	at := slices.IndexFunc(m.About.Columns, func(of Column) bool { return of.Name == c.Name })
	if at < 0 {
		return nil
	}
	of := m.About.Columns[at]
	const steps = 16
	for k := range steps + 1 {
		v := of.Quantiles.At((float64(k) + 0.5) / (steps + 1))
		if of.Integer {
			v = math.Round(v)
		}
		if !math.IsNaN(v) {
			values = append(values, v)
		}
	}
	return slices.Compact(values)
}
