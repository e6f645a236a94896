package model

import (
	"cmp"
	"context"
	"math"
	"slices"

	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/internal/proposal"
)

// poolSize is the number of draws of the whole model that proposals begin with, and neighbours how many of them.
const poolSize, neighbours = 4000, 200

// near returns the missing columns of those draws whose known columns are nearest to the row's.
func (f *filler) near(ctx context.Context, g *gap) ([]float64, error) {
	pool := f.pool
	if pool == nil {
		z, err := g.flow.Sample(ctx, poolSize, f.rng)
		if err != nil {
			return nil, err
		}
		if pool, err = data.Float64s(z); err != nil {
			return nil, err
		}
		if len(f.model.Given.Columns) == 0 {
			f.pool = pool
		}
	}
	type draw struct {
		row  []float64
		away float64
	}
	draws := make([]draw, 0, len(pool)/g.dim)
	for i := 0; i < len(pool); i += g.dim {
		d := draw{row: pool[i : i+g.dim]}
		for j, v := range d.row {
			if !slices.Contains(g.at, j) {
				d.away += (v - g.known[j]) * (v - g.known[j])
			}
		}
		draws = append(draws, d)
	}
	slices.SortStableFunc(draws, func(a, b draw) int { return cmp.Compare(a.away, b.away) })
	var centres []float64
	for _, d := range draws[:min(neighbours, len(draws))] {
		for _, at := range g.at {
			centres = append(centres, d.row[at])
		}
	}
	return centres, nil
}

// resample returns places in proportion to weights by their logarithms, by one random number and equal steps from there
// (systematic resampling, Kitagawa 1996), in an order by chance.
func (f *filler) resample(logs []float64, n int) []int {
	total := proposal.LogSumExp(logs)
	u, sum, k := f.rng.Float64(), 0.0, 0
	places := make([]int, n)
	for i := range places {
		for k < len(logs)-1 && sum+math.Exp(logs[k]-total) < (float64(i)+u)/float64(n) {
			sum += math.Exp(logs[k] - total)
			k++
		}
		places[i] = k
	}
	f.rng.Shuffle(n, func(i, j int) { places[i], places[j] = places[j], places[i] })
	return places
}

// climb betters the best of the proposals, by the density of the row in the table's own units: steps from it in random
// directions, as long as the proposals that weigh something are spread, and shorter each time.
func (f *filler) climb(ctx context.Context, g *gap, row data.Table, points, logs []float64) ([]float64, error) {
	const tries, rounds, shorter = 64, 24, 0.7
	steps := spread(g, points, f.resample(logs, neighbours))
	best, top, err := f.best(ctx, g, row, points)
	if err != nil {
		return nil, err
	}
	for range rounds {
		around := slices.Repeat(best, tries)
		for i := range tries {
			for k, at := range g.at {
				around[i*g.dim+at] += steps[k] * f.rng.NormFloat64()
			}
		}
		other, logp, err := f.best(ctx, g, row, around)
		if err != nil {
			return nil, err
		}
		if logp > top {
			best, top = other, logp
		}
		for k := range steps {
			steps[k] *= shorter
		}
	}
	return best, nil
}

// spread returns the deviations of the missing columns of some points.
func spread(g *gap, points []float64, places []int) []float64 {
	steps := make([]float64, len(g.at))
	for k, at := range g.at {
		var sum, squares float64
		for _, i := range places {
			v := points[i*g.dim+at]
			sum, squares = sum+v, squares+v*v
		}
		n := float64(len(places))
		steps[k] = math.Sqrt(max(1e-6, squares/n-sum/n*sum/n))
	}
	return steps
}

// best returns the row of the flow with the highest density in the table's own units, and its logarithm.
func (f *filler) best(ctx context.Context, g *gap, row data.Table, points []float64) ([]float64, float64, error) {
	n := len(points) / g.dim
	filled, err := f.table(points)
	if err != nil {
		return nil, 0, err
	}
	t := data.Table{Names: f.model.X.Inputs(), Rows: data.Rows(len(f.model.X.Columns), filled...), Levels: f.model.X.Levels()}
	if given := f.model.Given.Inputs(); len(given) > 0 {
		beside, err := row.Select(given...)
		if err != nil {
			return nil, 0, err
		}
		if beside, err = beside.Take(make([]int, n)...); err != nil {
			return nil, 0, err
		}
		if t, err = t.Join(beside); err != nil {
			return nil, 0, err
		}
	}
	scores, err := f.model.LogProb(ctx, t)
	if err != nil {
		return nil, 0, err
	}
	best, top := 0, math.Inf(-1)
	for i, v := range scores.LogProb {
		if v > top { // never of NaN
			best, top = i, v
		}
	}
	return slices.Clone(points[best*g.dim : (best+1)*g.dim]), top, nil
}
