package flows_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/integrate/quad"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/nn"
)

// univariate is a density of one dimension, of gonum's or a mixture of them.
type univariate interface {
	LogProb(x float64) float64
	CDF(x float64) float64
}

// parts are the components of a mixture: for each the density of every dimension.
type parts struct {
	weights []float64 // of sum 1
	of      [][]univariate
}

// independent is a mixture of one component.
func independent(of ...univariate) parts { return parts{[]float64{1}, [][]univariate{of}} }

func (p parts) logProb(row []float64) float64 {
	logs := make([]float64, len(p.of))
	for k, dims := range p.of {
		logs[k] = math.Log(p.weights[k])
		for d, u := range dims {
			logs[k] += u.LogProb(row[d])
		}
	}
	top := slices.Max(logs)
	if math.IsInf(top, -1) {
		return top
	}
	var sum float64
	for _, l := range logs {
		sum += math.Exp(l - top)
	}
	return top + math.Log(sum)
}

// cdf is that of dimension d.
func (p parts) cdf(d int, x float64) (sum float64) {
	for k, dims := range p.of {
		sum += p.weights[k] * dims[d].CDF(x)
	}
	return sum
}

// flatDensity is a uniform density that includes its upper end, which gonum's does too.
func flatDensity(low, high float64) univariate { return distuv.Uniform{Min: low, Max: high} }

var densities = []struct {
	name string
	base flows.Base
	want parts
}{
	{"normal, learnt", flows.Normal{Learn: true},
		independent(distuv.UnitNormal, distuv.UnitNormal)},
	{"normal, learnt from given numbers", flows.Normal{Loc: []float64{1, -2}, Scale: []float64{0.5, 3}, Learn: true},
		independent(distuv.Normal{Mu: 1, Sigma: 0.5}, distuv.Normal{Mu: -2, Sigma: 3})},
	{"uniform", flows.Uniform{},
		independent(flatDensity(0, 1), flatDensity(0, 1))},
	{"uniform box", flows.Uniform{Low: []float64{-3, 0.5}, High: []float64{2, 0.75}},
		independent(flatDensity(-3, 2), flatDensity(0.5, 0.75))},
	{"uniform, low", flows.Uniform{Low: []float64{-1, -2}},
		independent(flatDensity(-1, 1), flatDensity(-2, 1))},
	{"student", flows.StudentT{},
		independent(distuv.StudentsT{Sigma: 1, Nu: 3}, distuv.StudentsT{Sigma: 1, Nu: 3})},
	{"cauchy", flows.StudentT{DF: 1, Loc: []float64{1, 0}},
		independent(distuv.StudentsT{Mu: 1, Sigma: 1, Nu: 1}, distuv.StudentsT{Sigma: 1, Nu: 1})},
	{"student of few and many degrees", flows.StudentT{DF: 4.5, Loc: []float64{1, -2}, Scale: []float64{0.5, 3}},
		independent(distuv.StudentsT{Mu: 1, Sigma: 0.5, Nu: 4.5}, distuv.StudentsT{Mu: -2, Sigma: 3, Nu: 4.5})},
	{"nearly normal", flows.StudentT{DF: 1e6},
		independent(distuv.StudentsT{Sigma: 1, Nu: 1e6}, distuv.StudentsT{Sigma: 1, Nu: 1e6})},
	{"mixture", flows.GaussianMixture{
		Means:   [][]float64{{0, 1}, {-3, 2}, {1, -1}},
		Scales:  [][]float64{{1, 2}, {0.5, 0.25}, {3, 1}},
		Weights: []float64{1, 2, 5},
	}, parts{[]float64{0.125, 0.25, 0.625}, [][]univariate{
		{distuv.Normal{Mu: 0, Sigma: 1}, distuv.Normal{Mu: 1, Sigma: 2}},
		{distuv.Normal{Mu: -3, Sigma: 0.5}, distuv.Normal{Mu: 2, Sigma: 0.25}},
		{distuv.Normal{Mu: 1, Sigma: 3}, distuv.Normal{Mu: -1, Sigma: 1}},
	}}},
	{"mixture of two, learnt", flows.GaussianMixture{Means: [][]float64{{5, 5}, {-5, -5}}, Learn: true},
		parts{[]float64{0.5, 0.5}, [][]univariate{
			{distuv.Normal{Mu: 5, Sigma: 1}, distuv.Normal{Mu: 5, Sigma: 1}},
			{distuv.Normal{Mu: -5, Sigma: 1}, distuv.Normal{Mu: -5, Sigma: 1}},
		}}},
	{"mixture of one", flows.GaussianMixture{Means: [][]float64{{1, 2}}},
		independent(distuv.Normal{Mu: 1, Sigma: 1}, distuv.Normal{Mu: 2, Sigma: 1})},
}

// Every base of the library has a line in densities, and one in savedCases.
func TestEveryBaseIsChecked(t *testing.T) {
	var checked, saved []string
	for _, c := range densities {
		checked = append(checked, fmt.Sprintf("%T", c.base))
	}
	for _, c := range savedCases() {
		saved = append(saved, fmt.Sprintf("%T", c.flow.Base))
	}
	found := 0
	for _, v := range flows.Library() {
		if _, ok := v.(flows.Base); ok {
			found++
			assert.True(t, slices.Contains(checked, fmt.Sprintf("%T", v)), "densities has no line for %T", v)
			assert.True(t, slices.Contains(saved, fmt.Sprintf("%T", v)), "savedCases of save_test.go has no line for %T", v)
		}
	}
	assert.GreaterOrEqual(t, found, 4)
}

// density writes a base's log-density as "value".
func density(b flows.Base) writer {
	return func(s *nn.Scope, z *graph.Node) map[string]*graph.Node {
		return map[string]*graph.Node{"value": b.LogProb(s, z)}
	}
}

func logDensity(t *testing.T, e graph.Engine, p *nn.Params, b flows.Base, z []float64, dim int) []float64 {
	t.Helper()
	return evaluate(t, e, p, density(b), z, dim)["value"]
}

// sampled returns rows drawn from a base whose log-density has been evaluated.
func sampled(p *nn.Params, b flows.Base, seed uint64, rows, dim int) []float64 {
	z := make([]float64, rows*dim)
	b.Sample(func(name string) []float64 { return p.Get(name).Numbers() }, seeded(seed), z, dim)
	return z
}

// someRows are rows of width 2 inside and outside the boxes and far from everything.
var someRows = []float64{
	0, 0, 0.5, 0.5, 0.25, 0.625, 1.5, 0.7, -2.9, 0.51, 1.001, 0.6, -1, 1, -3, 0.75, 2, 0.5, 1, 1, 0, 1, 12, -9, -40, 100,
}

func TestBases(t *testing.T) {
	for _, c := range densities {
		for _, dtype := range dtypes {
			t.Run(c.name+"/"+dtype.String(), func(t *testing.T) {
				p := newNumbers(dtype)
				// In float32 a few roundings of 2⁻²⁴ of each part of a sum; 1e6 degrees of freedom take lnΓ to 6e6.
				tolerance := map[tensor.Dtype]float64{tensor.Float32: 3e-6, tensor.Float64: 1e-13}[dtype]
				if b, ok := c.base.(flows.StudentT); ok && b.DF == 1e6 {
					tolerance = max(tolerance, 1e-8)
				}
				for _, e := range []graph.Engine{graph.Native, graph.Tape} {
					for r, got := range logDensity(t, e, p, c.base, someRows, 2) {
						want := c.want.logProb(someRows[2*r : 2*r+2])
						if math.IsInf(want, -1) {
							assert.Equal(t, want, got, "row %d", r)
							continue
						}
						assert.InDelta(t, want, got, tolerance*math.Max(1, math.Abs(want)), "row %d, %v", r, e)
					}
				}
			})
		}
	}
}

// The greatest distance of n draws' distribution from the true one is above 1.95/√n once in a thousand times
// (Kolmogorov & Smirnov), and the correlation of independent halves above 4/√n once in 16000.
func TestBaseSamples(t *testing.T) {
	const n = 20000
	for _, c := range densities {
		t.Run(c.name, func(t *testing.T) {
			p := newNumbers(tensor.Float64)
			logDensity(t, graph.Native, p, c.base, someRows, 2)
			z := sampled(p, c.base, 3, n, 2)
			assert.Equal(t, z, sampled(p, c.base, 3, n, 2), "one seed, one sample")
			var uniform [2][]float64
			for d := range 2 {
				for i := range n {
					uniform[d] = append(uniform[d], c.want.cdf(d, z[2*i+d]))
				}
			}
			if len(c.want.of) == 1 {
				assert.InDelta(t, 0, stat.Correlation(uniform[0], uniform[1], nil), 4/math.Sqrt(n))
			}
			for d := range 2 {
				assert.Less(t, distanceFromUniform(uniform[d]), 1.95/math.Sqrt(n), "dimension %d", d)
			}
		})
	}
}

// distanceFromUniform is the Kolmogorov-Smirnov statistic of numbers between 0 and 1.
func distanceFromUniform(u []float64) (distance float64) {
	slices.Sort(u)
	n := float64(len(u))
	for i, v := range u {
		distance = max(distance, v-float64(i)/n, float64(i+1)/n-v)
	}
	return distance
}

// Dimensions of a mixture depend on one another through the component: the far corner of "mixture of two" is empty.
func TestMixtureDrawsWholeRows(t *testing.T) {
	b := flows.GaussianMixture{Means: [][]float64{{5, 5}, {-5, -5}}, Weights: []float64{1, 3}}
	p := newNumbers(tensor.Float64)
	logDensity(t, graph.Native, p, b, someRows, 2)
	const n = 4000
	z := sampled(p, b, 1, n, 2)
	right := 0
	for i := range n {
		assert.Positive(t, z[2*i]*z[2*i+1], "both of one sign")
		if z[2*i] > 0 {
			right++
		}
	}
	assert.InDelta(t, n/4, right, 4*math.Sqrt(n*3./16), "four standard errors of a quarter")
}

// The density of a plane integrates to one, with numbers that training has moved too.
func TestBasesIntegrateToOne(t *testing.T) {
	for _, b := range []flows.Base{
		flows.Normal{Learn: true},
		flows.GaussianMixture{Components: 3, Learn: true},
		flows.StudentT{DF: 20}, // tails beyond the grid: (1/12)²⁰
	} {
		p := newNumbers(tensor.Float64)
		logDensity(t, graph.Native, p, b, someRows, 2)
		for q := range p.All() {
			moved := gaussian(seeded(1), len(q.Numbers()))
			floats.Scale(0.4, moved)
			require.NoError(t, q.Set(moved))
		}
		const n, edge = 150, 12
		x, w := make([]float64, n), make([]float64, n)
		quad.Legendre{}.FixedLocations(x, w, -edge, edge)
		var grid []float64
		for _, a := range x {
			for _, b := range x {
				grid = append(grid, a, b)
			}
		}
		var total float64
		for i, l := range logDensity(t, graph.Native, p, b, grid, 2) {
			total += w[i/n] * w[i%n] * math.Exp(l)
		}
		assert.InDelta(t, 1, total, 1e-8, "%T", b)
	}
}

func TestBaseGradients(t *testing.T) {
	for _, c := range densities {
		t.Run(c.name, func(t *testing.T) {
			p := newNumbers(tensor.Float64)
			inside := []float64{0.5, 0.6, 0.3, 0.7, 0.9, 0.55} // the boxes too
			checkDerivatives(t, p, density(c.base), inside, 2, 1e-7)
		})
	}
}

func TestMixtureDrawsItsMeans(t *testing.T) {
	b := flows.GaussianMixture{Components: 50}
	p := newNumbers(tensor.Float64)
	logDensity(t, graph.Native, p, b, someRows, 2)
	mean, std := stat.MeanStdDev(p.Get("means").Numbers(), nil)
	assert.InDelta(t, 0, mean, 4/math.Sqrt(100), "four standard errors")
	assert.InDelta(t, 1, std, 4/math.Sqrt(200), "four standard errors")
	assert.Equal(t, make([]float64, 50), p.Get("logits").Numbers())
	assert.Equal(t, make([]float64, 100), p.Get("log_scales").Numbers())
}

// What is learnt is trained, what is given is only saved, and constants are neither.
func TestBaseParameters(t *testing.T) {
	mixture := []string{"logits", "means", "log_scales"}
	for _, c := range []struct {
		name    string
		base    flows.Base
		want    []string
		trained bool
	}{
		{"normal", flows.Normal{Loc: []float64{1, 2}}, nil, false},
		{"normal, learnt", flows.Normal{Learn: true}, []string{"loc", "log_scale"}, true},
		{"uniform", flows.Uniform{}, nil, false},
		{"student", flows.StudentT{Scale: []float64{1, 2}}, nil, false},
		{"mixture", flows.GaussianMixture{Components: 2}, mixture, false},
		{"mixture, learnt", flows.GaussianMixture{Components: 2, Learn: true}, mixture, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newNumbers(tensor.Float32)
			logDensity(t, graph.Native, p, c.base, someRows, 2)
			var names []string
			for q := range p.All() {
				names = append(names, q.Name())
				assert.Equal(t, c.trained, q.Trained(), q.Name())
			}
			assert.Equal(t, c.want, names)
		})
	}
}

// Where the logarithm overflows a density is -Inf and not NaN, heavy tails are right to the end, and NaN stays NaN.
func TestBasesAtTheEnds(t *testing.T) {
	far := []float64{3e38, -3e38, math.NaN(), 0.5, 0.5, 0.5}
	for _, c := range densities {
		t.Run(c.name, func(t *testing.T) {
			for _, e := range []graph.Engine{graph.Native, graph.Tape} {
				got := logDensity(t, e, newNumbers(tensor.Float32), c.base, far, 2)
				if _, heavy := c.base.(flows.StudentT); heavy {
					assert.InEpsilon(t, c.want.logProb(far[:2]), got[0], 1e-5)
				} else {
					assert.Equal(t, math.Inf(-1), got[0])
				}
				assert.True(t, math.IsNaN(got[1]))
				assert.False(t, math.IsNaN(got[2]) || math.IsInf(got[2], 0))
			}
		})
	}
}

// A draw that float32 rounds up to the upper face of the box still lies in it.
func TestUniformIncludesItsFaces(t *testing.T) {
	b := flows.Uniform{Low: []float64{0.1, -1.1}, High: []float64{0.3, -0.7}}
	for _, dtype := range dtypes {
		faces := []float64{0.1, -1.1, 0.3, -0.7, math.Nextafter(0.3, 0), -1}
		for _, got := range logDensity(t, graph.Native, newNumbers(dtype), b, faces, 2) {
			assert.InDelta(t, -math.Log(0.2*0.4), got, 1e-6)
		}
	}
}

func TestBaseDim(t *testing.T) {
	for _, c := range []struct {
		base interface{ Dim() int }
		want int
	}{
		{flows.Normal{}, 0}, {flows.Normal{Scale: []float64{1, 2}}, 2},
		{flows.Uniform{}, 0}, {flows.Uniform{Low: []float64{1}}, 1}, {flows.Uniform{High: []float64{1, 2}}, 2},
		{flows.StudentT{DF: 2}, 0}, {flows.StudentT{Loc: []float64{1}}, 1},
		{flows.GaussianMixture{Components: 3}, 0}, {flows.GaussianMixture{Weights: []float64{1, 2}}, 0},
		{flows.GaussianMixture{Means: [][]float64{{1, 2, 3}}}, 3}, {flows.GaussianMixture{Scales: [][]float64{{1, 2}}}, 2},
	} {
		assert.Equal(t, c.want, c.base.Dim(), "%#v", c.base)
	}
}

func TestBaseErrors(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, c := range []struct {
		name string
		base flows.Base
		want string
	}{
		{"learnt normal", flows.Normal{Scale: []float64{1, 0}, Learn: true}, "Normal: Scale[1] is 0, want a positive number"},
		{"normal in float32", flows.Normal{Loc: []float64{0, 1e39}}, "Loc[1] is 1e+39, want a finite number in float32"},
		{"low", flows.Uniform{Low: []float64{0}}, "Uniform: Low has 1 numbers, want 2, one for each dimension"},
		{"high", flows.Uniform{High: []float64{1, inf}}, "Uniform: High[1] is +Inf, want a finite number"},
		{"empty box", flows.Uniform{Low: []float64{0, 1}}, "Uniform: dimension 1 goes from 1 to 1, want High above Low"},
		{"degrees", flows.StudentT{DF: -1}, "StudentT: DF is -1, want a positive number"},
		{"degrees nan", flows.StudentT{DF: nan}, "DF is NaN"},
		{"degrees infinite", flows.StudentT{DF: inf}, "DF is +Inf"},
		{"student loc", flows.StudentT{Loc: []float64{nan, 0}}, "StudentT: Loc[0] is NaN"},
		{"student scale", flows.StudentT{Scale: []float64{1, -2}}, "StudentT: Scale[1] is -2"},
		{"no components", flows.GaussianMixture{}, "GaussianMixture: 0 components, want at least 1"},
		{"negative components", flows.GaussianMixture{Components: -1}, "-1 components, want at least 1"},
		{"counts", flows.GaussianMixture{Components: 3, Weights: []float64{1, 2}},
			"GaussianMixture: 3 components, 0 Means, 0 Scales and 2 Weights, want as many of those that are given"},
		{"counts without number", flows.GaussianMixture{Means: [][]float64{{1, 2}}, Weights: []float64{1, 2}}, "1 Means, 0 Scales and 2 Weights"},
		{"mean's length", flows.GaussianMixture{Means: [][]float64{{1, 2}, {1}}}, "GaussianMixture: Means[1] has 1 numbers, want 2, one for each dimension"},
		{"nil mean", flows.GaussianMixture{Means: [][]float64{{1, 2}, nil}}, "Means[1] has 0 numbers, want 2"},
		{"scale", flows.GaussianMixture{Scales: [][]float64{{1, 2}, {1, 0}}}, "GaussianMixture: Scales[1][1] is 0, want a positive number"},
		{"weight", flows.GaussianMixture{Weights: []float64{1, 0}}, "GaussianMixture: Weights[1] is 0, want a positive number"},
		{"weight infinite", flows.GaussianMixture{Weights: []float64{inf, 1}}, "Weights[0] is +Inf"},
	} {
		t.Run(c.name, func(t *testing.T) {
			assert.ErrorContains(t, buildError(tensor.Float32, density(c.base), 2), c.want)
		})
	}
}

// With many degrees of freedom Student's t is the normal density: ln p differs by less than (1 + u⁴)/ν.
func TestStudentTOfManyDegreesOfFreedom(t *testing.T) {
	x := draw(seeded(1), 20, 2, 1)
	want := logProb(t, newFlow(tensor.Float64, 2), x)
	for _, df := range []float64{1e6, 1e9, 1e12, 1e15} {
		f := newFlow(tensor.Float64, 2)
		f.Base = flows.StudentT{DF: df}
		assert.InDeltaSlice(t, want, logProb(t, f, x), 200/df+1e-12)
	}
	at := tensor.New(tensor.WithShape(1, 1), tensor.WithBacking([]float64{0.5}))
	for _, df := range []float64{1990, 1999, 2001, 2010} { // either side of where the series begins
		f := newFlow(tensor.Float64, 1)
		f.Base = flows.StudentT{DF: df}
		assert.InDelta(t, distuv.StudentsT{Sigma: 1, Nu: df}.LogProb(0.5), logProb(t, f, at)[0], 1e-11, "gonum subtracts logarithms of Γ of size 6000")
	}
}
