package flows_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/nn"
)

// estimates evaluates the trace of a field and, of a Sampled one, its estimates: for every row of z, draws times.
func estimates[T graph.Float](t *testing.T, field nn.Layer, trace flows.Trace, z [][]float64, draws int) (mean []float64, each [][]float64) {
	t.Helper()
	dim := len(z[0])
	params := &nn.Params{Rand: seeded(11), Dtype: graph.DtypeOf[T]()}
	sampled, _ := trace.(flows.Sampled)
	p, err := graph.Compile[T](func(g *graph.Graph) {
		z := g.Rows("z", dim)
		f := field.Apply(nn.NewScope(g, params, "", g.Rows("t", 1)), z)
		g.Output("mean", trace.Trace(g, z, f))
		if sampled != nil {
			g.Output("each", sampled.Each(g, z, f))
		}
	})
	require.NoError(t, err)
	m, err := p.NewMachine(draws)
	require.NoError(t, err)
	for q := range params.All() {
		require.NoError(t, m.Bind(q.Name(), q.Value().(*tensor.Dense).Data().([]T)))
	}
	for _, row := range z {
		for r := range draws {
			for d, v := range row {
				m.In("z")[d][r] = T(v)
			}
			if sampled == nil {
				continue
			}
			noise := make([]float64, dim*len(sampled.Inputs()))
			sampled.Draw(noise)
			for i, name := range sampled.Inputs() {
				for d := range dim {
					m.In(name)[d][r] = T(noise[i*dim+d])
				}
			}
		}
		require.NoError(t, m.Run(draws))
		for r := range draws {
			mean = append(mean, float64(m.Out("mean")[0][r]))
			if sampled == nil {
				continue
			}
			var row []float64
			for _, col := range m.Out("each") {
				row = append(row, float64(col[r]))
			}
			each = append(each, row)
		}
	}
	return mean, each
}

// points are rows drawn from the standard normal density.
func points(rows, dim int) [][]float64 {
	v := numbers(draw(seeded(3), rows, dim, 1))
	out := make([][]float64, rows)
	for i := range out {
		out[i] = v[i*dim : (i+1)*dim]
	}
	return out
}

// The mean of ten thousand Gaussian estimates is within 0.1 of the exact trace, at each of 64 points.
func TestGaussianEstimatesOfANetwork(t *testing.T) {
	const draws = 10000
	field := nn.MLP{Hidden: []int{32}, Act: nn.Softplus, Init: normal(0.5)}
	z := points(briefly(8, 64), 2)
	exact, _ := estimates[float64](t, field, flows.Exact{}, z, 1)
	got, _ := estimates[float64](t, field, flows.Hutchinson{Noise: flows.Gaussian, Rand: seeded(5)}, z, draws)
	for i, want := range exact {
		assert.InDelta(t, want, stat.Mean(got[i*draws:(i+1)*draws], nil), 0.1, "point %d", i)
	}
}

// With Rademacher probes the estimate has no variance where the Jacobian is diagonal; with Gaussian ones it has.
func TestRademacherIsExactForADiagonalJacobian(t *testing.T) {
	z := points(8, 5)
	field := nn.Seq{nn.Tanh, nn.Square, nn.Sin}
	exact, _ := estimates[float64](t, field, flows.Exact{}, z, 1)
	same, _ := estimates[float64](t, field, flows.Hutchinson{Rand: seeded(1)}, z, 1)
	other, _ := estimates[float64](t, field, flows.Hutchinson{Noise: flows.Gaussian, Rand: seeded(1)}, z, 1)
	assert.InDeltaSlice(t, exact, same, 1e-14, "round-off of a sum of five")
	for i := range exact {
		assert.NotEqual(t, exact[i], other[i])
	}
}

// orthogonal are Hutchinson traces with orthogonal probes.
func orthogonal(probes int) flows.Hutchinson {
	return flows.Hutchinson{Orthogonal: true, Probes: probes, Rand: seeded(7)}
}

// As many orthogonal probes as dimensions make the trace exact, in the precision of the numbers.
func TestOrthogonalProbesOfAllDimensionsAreExact(t *testing.T) {
	for _, dim := range []int{1, 2, 7, 40} {
		z := points(3, dim)
		exact, _ := estimates[float64](t, steepOf(dim), flows.Exact{}, z, 1)
		double, _ := estimates[float64](t, steepOf(dim), orthogonal(dim), z, 1)
		assert.InDeltaSlice(t, exact, double, 1e-12, "%d dimensions", dim)
		exact, _ = estimates[float32](t, steepOf(dim), flows.Exact{}, z, 1)
		single, _ := estimates[float32](t, steepOf(dim), orthogonal(dim), z, 1)
		assert.InDeltaSlice(t, exact, single, 1e-4, "%d dimensions in float32", dim)
	}
}

func TestOrthogonalProbesAreOrthogonal(t *testing.T) {
	for _, c := range []struct{ dim, probes int }{{1, 1}, {3, 2}, {5, 5}, {300, 300}} {
		v := make([]float64, c.dim*c.probes)
		orthogonal(c.probes).Draw(v)
		q := mat.NewDense(c.probes, c.dim, v)
		var products mat.Dense
		products.Mul(q, q.T())
		for i := range c.probes {
			for j := range c.probes {
				want := 0.0
				if i == j {
					want = float64(c.dim)
				}
				require.InDelta(t, want, products.At(i, j), 1e-12*float64(c.dim), "probes %d and %d of %v", i, j, c)
			}
		}
	}
}

// turned is the linear field z·W of a matrix that is neither symmetric nor diagonal.
func turned(dim int) nn.Linear { return nn.Linear{Out: dim, NoBias: true, Init: normal(1)} }

// The variance of n orthogonal estimates in d dimensions is that of one uniformly distributed on the sphere, which with
// S = (J + Jᵀ)/2 is 2d/(d+2)·(‖S‖² - tr²/d), times (d - n)/(d - 1)/n. And the mean of the squared standard errors that
// the estimates tell of themselves is that variance, for independent probes too.
func TestVarianceOfEstimates(t *testing.T) {
	const dim = 5
	draws, tolerance := briefly(4000, 40000), briefly(0.15, 0.05)
	jacobian := mat.NewDense(dim, dim, nil)
	normal(1)(seeded(11), jacobian.RawMatrix().Data, dim, dim)
	var s mat.Dense
	s.Add(jacobian, jacobian.T())
	s.Scale(0.5, &s)
	frobenius, trace := squareOf(mat.Norm(&s, 2)), mat.Trace(jacobian)
	sphere := 2 * float64(dim) / (dim + 2) * (frobenius - trace*trace/dim)
	diagonal := 0.0
	for d := range dim {
		diagonal += squareOf(s.At(d, d))
	}
	for _, c := range []struct {
		name     string
		trace    flows.Hutchinson
		variance float64
	}{
		{"one orthogonal", orthogonal(1), sphere},
		{"two orthogonal", orthogonal(2), sphere * 3 / 4 / 2},
		{"four orthogonal", orthogonal(4), sphere * 1 / 4 / 4},
		{"two Gaussian", flows.Hutchinson{Noise: flows.Gaussian, Probes: 2, Rand: seeded(1)}, 2 * frobenius / 2},
		{"four Rademacher", flows.Hutchinson{Probes: 4, Rand: seeded(2)}, 2 * (frobenius - diagonal) / 4},
	} {
		means, each := estimates[float64](t, turned(dim), c.trace, [][]float64{make([]float64, dim)}, draws)
		mean, variance := stat.MeanVariance(means, nil)
		assert.InDelta(t, trace, mean, 4*math.Sqrt(c.variance/float64(draws)), "%s: four standard errors", c.name)
		assert.InEpsilon(t, c.variance, variance, tolerance, "%s: a variance from 40000 draws errs by 1 %%, from 4000 by 3", c.name)
		told := 0.0
		for i, row := range each {
			require.InDelta(t, stat.Mean(row, nil), means[i], 1e-12)
			told += squareOf(c.trace.StdErr(row, dim)) / float64(draws)
		}
		if c.trace.Probes > 1 {
			assert.InEpsilon(t, c.variance, told, tolerance, "%s: what the estimates tell", c.name)
		}
	}
}

func TestStdErr(t *testing.T) {
	h := flows.Hutchinson{}
	assert.InDelta(t, math.Sqrt(5./3/4), h.StdErr([]float64{1, 2, 3, 4}, 9), 1e-15)
	assert.InDelta(t, math.Sqrt(5./3/4*5/9), orthogonal(4).StdErr([]float64{1, 2, 3, 4}, 9), 1e-15)
	assert.Equal(t, math.Inf(1), h.StdErr([]float64{1}, 9), "one estimate tells nothing")
	assert.Equal(t, math.Inf(1), orthogonal(1).StdErr([]float64{1}, 9))
	assert.Equal(t, 0., orthogonal(1).StdErr([]float64{1}, 1), "exact")
	assert.Equal(t, 0., orthogonal(2).StdErr([]float64{1, 2}, 2), "exact")
}

func TestHutchinsonRefuses(t *testing.T) {
	for _, c := range []struct {
		name  string
		trace flows.Hutchinson
		want  string
	}{
		{"negative", flows.Hutchinson{Probes: -1, Rand: seeded(1)}, "Hutchinson: -1 probes, want at least 1"},
		{"source", flows.Hutchinson{}, "Hutchinson: Rand is nil"},
		{"noise", flows.Hutchinson{Noise: flows.ProbeNoise("gauss"), Rand: seeded(1)}, `noise "gauss" is neither "rademacher" nor "gaussian"`},
		{"signs", flows.Hutchinson{Orthogonal: true, Noise: flows.Rademacher, Rand: seeded(1)}, `orthogonal probes come from "gaussian" noise, not from rademacher`},
		{"many", orthogonal(4), "4 orthogonal probes in 3 dimensions, want at most one a dimension"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := graph.Build(tensor.Float32, 1, func(g *graph.Graph) {
				z := g.Rows("z", 3)
				c.trace.Trace(g, z, graph.Tanh(z))
			})
			assert.ErrorContains(t, err, c.want)
		})
	}
}
