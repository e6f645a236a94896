package check_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/cmd/ffjord/internal/check"
	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/flows/model"
	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/nn"
	"github.com/go-ffjord/ffjord/ode"
)

// heavy is a base that counts everything e^0.1 times too likely.
type heavy struct{ flows.Normal }

func (b heavy) LogProb(s *nn.Scope, z *graph.Node) *graph.Node {
	return graph.Shift(b.Normal.LogProb(s, z), 0.1)
}

// silent doubles rows and does not say so in its log-determinant.
type silent struct{}

func (silent) Forward(_ *nn.Scope, z *graph.Node) (x, logDet *graph.Node) {
	return graph.Scale(z, 2), graph.Scale(graph.SumCols(z), 0)
}

func (silent) Inverse(_ *nn.Scope, x *graph.Node) (z, logDet *graph.Node) {
	return graph.Scale(x, 0.5), graph.Scale(graph.SumCols(x), 0)
}

// subject is a model of so many columns, log-normal ones, with the density of the flow in the units of their logarithms.
func subject(t *testing.T, dim int, base flows.Base, more ...flows.Block) *check.Subject {
	t.Helper()
	field := flows.FFJORD{Field: nn.MLP{Hidden: []int{8}}, Eval: &ode.Solver{RTol: 1e-5, ATol: 1e-5}}
	m := &model.Model{
		Flow: &flows.Flow{
			Dim: dim, Base: base, Blocks: append(flows.Chain{field}, more...),
			Params: &nn.Params{Rand: rand.New(rand.NewPCG(1, 1)), Dtype: tensor.Float32},
		},
	}
	for _, name := range []string{"a", "b", "c", "d"}[:dim] {
		m.X.Columns = append(m.X.Columns, data.Column{Name: name, Shape: data.Log, Scale: 2, Mean: []float64{0.5}, Std: []float64{1.5}})
	}
	require.NoError(t, m.Flow.Compile())
	return &check.Subject{Model: m, N: 50, Draws: 1000, Rand: rand.New(rand.NewPCG(2, 0))}
}

// verdicts returns the verdicts by name.
func verdicts(results []check.Result) map[string]check.Verdict {
	by := make(map[string]check.Verdict)
	for _, r := range results {
		by[r.Name] = r.Verdict
	}
	return by
}

func TestNumbers(t *testing.T) {
	for _, c := range []struct {
		name   string
		dim    int
		base   flows.Base
		more   []flows.Block
		failed []string
	}{
		{"line", 1, nil, nil, nil},
		{"plane", 2, nil, nil, nil},
		{"space", 4, nil, nil, nil},
		{"heavy tails", 1, flows.StudentT{}, nil, nil},
		{"base of 1.1", 2, heavy{}, nil, []string{"integral"}},
		{"base of 1.1 in space", 4, heavy{}, nil, []string{"integral"}},
		{"no determinant", 2, nil, []flows.Block{silent{}}, []string{"integral", "log-determinant"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if testing.Short() && (c.dim == 4 || c.name == "heavy tails") {
				t.Skip("computes thousands of log-densities, which takes too long for -short")
			}
			results, err := subject(t, c.dim, c.base, c.more...).Numbers(t.Context())
			require.NoError(t, err)
			require.Len(t, results, 6)
			var failed []string
			for _, r := range results {
				if r.Verdict == check.Failed {
					failed = append(failed, r.Name)
				} else {
					assert.Equal(t, check.Passed, r.Verdict, "%s: %s", r.Name, r.Text)
				}
			}
			assert.Equal(t, c.failed, failed, "%+v", results)
		})
	}
}

// With estimated traces log p is held to that with exact ones, in its own standard errors: a wrong error is found.
func TestNumbersOfEstimatedTraces(t *testing.T) {
	for _, c := range []struct {
		name string
		eval ode.Solver
		want check.Verdict
	}{
		{"right", ode.Solver{RTol: 1e-6, ATol: 1e-6}, check.Passed},
		{"sloppy", ode.Solver{Method: ode.Euler, Steps: 1}, check.Failed},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := subject(t, 4, nil)
			field := flows.FFJORD{
				Field: nn.MLP{Hidden: []int{8}, Init: func(rng *rand.Rand, dst []float64, _, _ int) {
					for i := range dst {
						dst[i] = rng.NormFloat64()
					}
				}},
				Eval: &c.eval, EvalTrace: flows.Hutchinson{Probes: 8, Rand: rand.New(rand.NewPCG(3, 0))},
			}
			s.Model.Flow = &flows.Flow{Dim: 4, Blocks: field, Params: nn.NewParams(rand.New(rand.NewPCG(1, 1)))}
			s.Model.About.Probes = 8
			results, err := s.Numbers(t.Context())
			require.NoError(t, err)
			by := verdicts(results)
			assert.Equal(t, c.want, by["precision"], "%v", *results[3].Figure)
			assert.Equal(t, check.Skipped, by["integral"])
			assert.Equal(t, check.Skipped, by["gradient"])
		})
	}
}

// Rows of a condition are compared with draws given the same conditions.
func TestCalibrationGivenACondition(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 0))
	var right, wrong []float64
	for range 600 {
		c := rng.NormFloat64()
		right = append(right, rng.NormFloat64()+0.8*c, c)
		wrong = append(wrong, rng.NormFloat64()-0.8*c, c) // of the same two columns, each by itself
	}
	m := &model.Model{
		Flow:  &flows.Flow{Dim: 1, Cond: 1, Blocks: shift{}, Params: nn.NewParams(nil)},
		X:     data.Transform{Columns: []data.Column{{Name: "x", Mean: []float64{0}, Std: []float64{1}}}},
		Given: data.Transform{Columns: []data.Column{{Name: "c", Mean: []float64{0}, Std: []float64{1}}}},
	}
	for _, c := range []struct {
		values []float64
		want   check.Verdict
	}{{right, check.Passed}, {wrong, check.Failed}} {
		rows := data.Table{Names: []string{"x", "c"}, Rows: data.Rows(2, c.values...)}
		s := &check.Subject{Model: m, Rows: &rows, N: 20, Draws: 600, Rand: rand.New(rand.NewPCG(5, 0))}
		results, columns, err := s.Calibration(t.Context())
		require.NoError(t, err)
		assert.Equal(t, c.want, verdicts(results)["calibration"])
		assert.Equal(t, c.want == check.Failed, columns[1].Apart, "the log-density tells")
		assert.False(t, columns[0].Apart, "the column can't")
	}
}

// shift adds 0.8 of the condition.
type shift struct{}

func (shift) Forward(s *nn.Scope, z *graph.Node) (x, logDet *graph.Node) {
	return graph.Add(z, graph.Scale(s.Cond(), 0.8)), graph.Scale(graph.SumCols(z), 0)
}

func (shift) Inverse(s *nn.Scope, x *graph.Node) (z, logDet *graph.Node) {
	return graph.Sub(x, graph.Scale(s.Cond(), 0.8)), graph.Scale(graph.SumCols(x), 0)
}

// Categories, whole numbers and missing values drift too, and a file of the training rows' like does not.
func TestDrift(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 0))
	draw := func(n int, city, age, missing float64) data.Table {
		var values []float64
		for range n {
			where, years := 0.0, math.Round(40+10*rng.NormFloat64()+age)
			if rng.Float64() < city {
				where = 1
			}
			if rng.Float64() < missing {
				years = math.NaN()
			}
			values = append(values, where, years)
		}
		return data.Table{Names: []string{"city", "age"}, Rows: data.Rows(2, values...), Levels: map[string][]string{"city": {"Oslo", "Rome"}}}
	}
	train := draw(3000, 0.3, 0, 0.1)
	ages, err := train.Column("age")
	require.NoError(t, err)
	q, err := model.NewQuantiles(ages, 32)
	require.NoError(t, err)
	gone := 0
	for _, v := range ages {
		if math.IsNaN(v) {
			gone++
		}
	}
	m := &model.Model{
		X: data.Transform{Columns: []data.Column{
			{Name: "city", Levels: []string{"Oslo", "Rome"}, Mean: []float64{0.3}, Std: []float64{0.5}, Step: 1, Grid: true},
			{Name: "age", Mean: []float64{40}, Std: []float64{10}},
		}},
		About: model.About{Train: 3000, Columns: []model.Column{{Name: "city", Shares: []float64{0.7, 0.3}}, {Name: "age", Quantiles: q, Missing: gone}}},
	}
	for _, c := range []struct {
		name               string
		city, age, missing float64
		apart              []bool
	}{
		{"alike", 0.3, 0, 0.1, []bool{false, false}},
		{"other cities", 0.5, 0, 0.1, []bool{true, false}},
		{"older", 0.3, 5, 0.1, []bool{false, true}},
		{"more missing", 0.3, 0, 0.3, []bool{false, true}},
	} {
		s := &check.Subject{Model: m}
		r, columns, err := s.Drift(t.Context(), draw(500, c.city, c.age, c.missing))
		require.NoError(t, err)
		assert.Equal(t, c.apart, []bool{columns[0].Apart, columns[1].Apart}, c.name)
		assert.Equal(t, c.apart[0] || c.apart[1], r.Verdict == check.Failed, c.name)
	}
}
