package model_test

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"

	"github.com/go-ffjord/ffjord/data"
)

// cut is a table cut into rows to fit, usual rows that are held out, and strange ones of several kinds.
type cut struct {
	names      []string // of the columns
	fit, usual [][]float64
	strange    map[string][][]float64
}

// newCut cuts standardised rows. Two kinds of strange rows are real and left out of the fit: a cluster, and the 6 %
// that go furthest along one factor. The others are made of usual rows. Columns that are constant in the rest are left
// out.
func newCut(names []string, rows [][]float64, rng *rand.Rand) cut {
	rng.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
	cluster, rows := oneCluster(rows, rng)
	far, rows := furthest(rows, rng)
	usual, fit := rows[:len(rows)/5], rows[len(rows)/5:]
	var c cut
	var columns []int
	for j, name := range names {
		if x := column(fit, j); floats.Min(x) < floats.Max(x) {
			c.names, columns = append(c.names, name), append(columns, j)
		}
	}
	c.fit, c.usual = selected(fit, columns), selected(usual, columns)
	c.strange = map[string][][]float64{"cluster": selected(cluster, columns), "furthest": selected(far, columns)}
	c.makeStrange(rng)
	return c
}

// makeStrange adds the kinds that are made.
func (c *cut) makeStrange(rng *rand.Rand) {
	centres, dim := means(c.fit, 5, rng), len(c.names)
	shuffled := make([][]float64, dim)
	for j := range shuffled {
		x := column(c.usual, j)
		rng.Shuffle(len(x), func(i, k int) { x[i], x[k] = x[k], x[i] })
		shuffled[j] = x
	}
	alike := make([]float64, dim) // by which all rows are moved
	for _, j := range rng.Perm(dim)[:(dim+3)/4] {
		alike[j] = math.Copysign(0.5+0.5*rng.Float64(), rng.Float64()-0.5)
	}
	for i, usual := range c.usual {
		made := func(kind string, value func(j int) float64) {
			row := make([]float64, dim)
			for j := range row {
				row[j] = value(j)
			}
			c.strange[kind] = append(c.strange[kind], row)
		}
		centre := centres[nearest(usual, centres)]
		moved := slices.Clone(usual)
		for _, j := range rng.Perm(dim)[:(dim+9)/10] {
			moved[j] += math.Copysign(2+rng.Float64(), rng.Float64()-0.5)
		}
		made("residuals", func(j int) float64 { return centre[j] + math.Sqrt(5)*(usual[j]-centre[j]) })
		made("shuffled", func(j int) float64 { return shuffled[j][i] })
		made("moved", func(j int) float64 { return moved[j] })
		made("alike", func(j int) float64 { return usual[j] + alike[j] })
	}
}

// oneCluster takes one of the clusters that have 3 to 15 % of the rows out.
func oneCluster(rows [][]float64, rng *rand.Rand) (cluster, rest [][]float64) {
	for {
		of := make([][][]float64, 10)
		centres := means(rows, len(of), rng)
		for _, row := range rows {
			k := nearest(row, centres)
			of[k] = append(of[k], row)
		}
		for _, k := range rng.Perm(len(of)) {
			if n := len(of[k]); n < 3*len(rows)/100 || n > 15*len(rows)/100 {
				continue
			}
			return of[k], slices.DeleteFunc(slices.Clone(rows), func(row []float64) bool { return nearest(row, centres) == k })
		}
	}
}

// furthest takes the 6 % of the rows out that go furthest to one side along a column and all that goes with it.
func furthest(rows [][]float64, rng *rand.Rand) (far, rest [][]float64) {
	dim := len(rows[0])
	factor := make([]float64, dim)
	along := column(rows, rng.IntN(dim))
	for j := range factor {
		factor[j] = stat.Correlation(along, column(rows, j), nil)
		if math.IsNaN(factor[j]) {
			factor[j] = 0
		}
	}
	rows = slices.SortedStableFunc(slices.Values(rows), func(x, y []float64) int {
		return cmp.Compare(floats.Dot(factor, y), floats.Dot(factor, x))
	})
	n := 6 * len(rows) / 100
	far, rest = rows[:n], rows[n:]
	rng.Shuffle(len(rest), func(i, j int) { rest[i], rest[j] = rest[j], rest[i] })
	return far, rest
}

// means are centres of k-means from as many rows, in ten steps.
func means(rows [][]float64, k int, rng *rand.Rand) [][]float64 {
	centres := make([][]float64, k)
	for i, row := range rng.Perm(len(rows))[:k] {
		centres[i] = slices.Clone(rows[row])
	}
	for range 10 {
		sums, counts := make([][]float64, k), make([]float64, k)
		for i := range sums {
			sums[i] = make([]float64, len(rows[0]))
		}
		for _, row := range rows {
			i := nearest(row, centres)
			floats.Add(sums[i], row)
			counts[i]++
		}
		for i, n := range counts {
			if n > 0 {
				floats.ScaleTo(centres[i], 1/n, sums[i])
			}
		}
	}
	return centres
}

// nearest returns the place of the centre that is nearest to a row.
func nearest(row []float64, centres [][]float64) int {
	distances := make([]float64, len(centres))
	for i, c := range centres {
		distances[i] = floats.Distance(row, c, 2)
	}
	return floats.MinIdx(distances)
}

// selected returns the rows with some of their columns.
func selected(rows [][]float64, columns []int) [][]float64 {
	some := make([][]float64, len(rows))
	for i, row := range rows {
		for _, j := range columns {
			some[i] = append(some[i], row[j])
		}
	}
	return some
}

func column(rows [][]float64, j int) []float64 {
	c := make([]float64, len(rows))
	for i, row := range rows {
		c[i] = row[j]
	}
	return c
}

// standardised returns the rows of a table, each column with mean 0 and deviation 1.
func standardised(b *testing.B, t data.Table) [][]float64 {
	scale, err := data.FitStandardize(t.Rows)
	require.NoError(b, err)
	z, err := scale.Apply(t.Rows)
	require.NoError(b, err)
	numbers, err := data.Float64s(z)
	require.NoError(b, err)
	return slices.Collect(slices.Chunk(numbers, len(t.Names)))
}

// named returns rows as a table.
func named(names []string, rows [][]float64) data.Table {
	return data.Table{Names: names, Rows: data.Rows(len(names), slices.Concat(rows...)...)}
}
