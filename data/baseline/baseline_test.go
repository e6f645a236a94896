package baseline_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/data/baseline"
	"github.com/go-ffjord/ffjord/data/toy"
)

func seeded(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0)) }

func rings(t *testing.T, n int) *tensor.Dense {
	t.Helper()
	x, err := toy.Gaussians{}.Sample(n, seeded(1))
	require.NoError(t, err)
	return x
}

type density interface {
	data.LogProber
	Dim() int
}

// fits are one of each kind, fitted to x.
func fits(t *testing.T, x *tensor.Dense) map[string]density {
	t.Helper()
	g, err := baseline.Gaussian{}.Fit(x)
	require.NoError(t, err)
	m, err := baseline.EM{Components: []int{3}}.Fit(t.Context(), x, seeded(1))
	require.NoError(t, err)
	k, err := baseline.Kernel{}.Fit(t.Context(), x)
	require.NoError(t, err)
	f, err := baseline.Kernel{Full: true, HeldOut: 0.2}.Fit(t.Context(), x)
	require.NoError(t, err)
	return map[string]density{"Gaussian": g, "mixture": m, "kernels": k, "full kernels": f}
}

// Each density integrates to one, in the units of the rows.
func TestNormalised(t *testing.T) {
	x := rings(t, 100)
	values := x.Float64s()
	for i := range values {
		values[i] = 100 + 5*values[i]
	}
	for name, p := range fits(t, x) {
		const half = 60.0
		cells := 400
		if testing.Short() {
			cells = 150
		}
		h := 2 * half / float64(cells)
		var mass float64
		for i := range cells {
			for j := range cells {
				row := []float64{100 - half + h*(float64(i)+0.5), 100 - half + h*(float64(j)+0.5)}
				mass += h * h * math.Exp(p.LogProb(row))
			}
		}
		assert.InDelta(t, 1, mass, 1e-4, "%s: what is is beyond and the midpoint rule leave less", name)
	}
}

func TestGaussianIsThatOfTheRows(t *testing.T) {
	x := data.Rows(2, 1, 10, 3, 14, 5, 12, 2, 20)
	g, err := baseline.Gaussian{Floor: 1e-14}.Fit(x)
	require.NoError(t, err)
	mean := []float64{2.75, 14}
	assert.InDeltaSlice(t, mean, g.Means[0], 1e-12)
	cov := mat.NewSymDense(2, []float64{2.1875, -0.5, -0.5, 14})
	assert.True(t, mat.EqualApprox(cov, g.Covariances[0], 1e-12), "Σ(x - mean)(x - mean)ᵀ/rows")
	for _, row := range [][]float64{{1, 10}, {-40, 300}} {
		a, b, det := row[0]-mean[0], row[1]-mean[1], 2.1875*14-0.5*0.5
		want := -(14*a*a+2*0.5*a*b+2.1875*b*b)/det/2 - math.Log(2*math.Pi) - math.Log(det)/2
		assert.InEpsilon(t, want, g.LogProb(row), 1e-12)
	}
	assert.Equal(t, []float64{1}, g.Weights)
	assert.True(t, g.Converged)
}

// Eight Gaussians are found by either criterion, and one seed gives one result.
func TestChoosesTheNumberOfComponents(t *testing.T) {
	x := rings(t, 1500)
	for _, held := range []float64{0, 0.3} {
		em := baseline.EM{Components: []int{1, 4, 8, 16}, HeldOut: held, Starts: 5}
		m, err := em.Fit(t.Context(), x, seeded(2))
		require.NoError(t, err)
		assert.Len(t, m.Weights, 8, "HeldOut %v: %v", held, m.Tried)
		assert.Len(t, m.Tried, 4)
		again, err := em.Fit(t.Context(), x, seeded(2))
		require.NoError(t, err)
		assert.Equal(t, m, again)

		test, err := toy.Gaussians{}.Sample(2000, seeded(3))
		require.NoError(t, err)
		truth, err := data.NLL(toy.Gaussians{}, test)
		require.NoError(t, err)
		got, err := data.NLL(m, test)
		require.NoError(t, err)
		assert.InDelta(t, truth, got, 0.05, "47 parameters of 1500 rows cost 47/2/1500 nats in the mean")
	}
}

func TestBandwidthByHeldOutRows(t *testing.T) {
	x, test := rings(t, 800), rings(t, 801)
	nll := func(k baseline.Kernel) float64 {
		d, err := k.Fit(t.Context(), x)
		require.NoError(t, err)
		got, err := data.NLL(d, test)
		require.NoError(t, err)
		return got
	}
	assert.Less(t, nll(baseline.Kernel{HeldOut: 0.25}), nll(baseline.Kernel{})-0.1, "eight clusters want less than one")
}

// A density given columns is that of all by that of the condition, which another fit has, and integrates to one over
// the others.
func TestKernelsGivenColumns(t *testing.T) {
	rng := seeded(4)
	var all, alone []float64
	for range 60 {
		c, d := rng.NormFloat64(), 3*rng.Float64()
		all, alone = append(all, 50+c*c+0.3*rng.NormFloat64(), c, d), append(alone, c, d)
	}
	for _, full := range []bool{false, true} {
		k := baseline.Kernel{Full: full, Bandwidth: 0.3}
		joint, err := k.Fit(t.Context(), data.Rows(3, all...))
		require.NoError(t, err)
		marginal, err := k.Fit(t.Context(), data.Rows(2, alone...))
		require.NoError(t, err)
		k.Given = 2
		given, err := k.Fit(t.Context(), data.Rows(3, all...))
		require.NoError(t, err)
		const half, cells = 40.0, 2000
		h, mass := 2*half/cells, 0.0
		for i := range cells {
			row := []float64{50 - half + h*(float64(i)+0.5), 0.4, 1.1}
			mass += h * math.Exp(given.LogProb(row))
		}
		assert.InDelta(t, 1, mass, 1e-9, "the midpoint rule is that good for smooth tails")
		for _, row := range [][]float64{{50, 0, 1}, {58, -3, 2}, {20, 6, -4}} {
			assert.InDelta(t, joint.LogProb(row)-marginal.LogProb(row[1:]), given.LogProb(row), 1e-9)
		}
	}
	// Conditions that repeat draw the bandwidth for all columns to zero, and matter nothing to that of the others.
	var codes []float64
	for range 200 {
		codes = append(codes, rng.NormFloat64(), float64(rng.IntN(2)), float64(rng.IntN(2)))
	}
	held := func(given int) float64 {
		d, err := baseline.Kernel{HeldOut: 0.3, Given: given}.Fit(t.Context(), data.Rows(3, codes...))
		require.NoError(t, err)
		return d.Bandwidth
	}
	assert.Less(t, 2*held(0), held(2))
}

// Fewer rows than columns, columns that depend on each other, repeated rows: there is a density, and it says so.
func TestDegenerateRows(t *testing.T) {
	rng := seeded(1)
	few := make([]float64, 5*8)
	for i := range few {
		few[i] = rng.NormFloat64()
	}
	g, err := baseline.Gaussian{}.Fit(data.Rows(8, few...))
	require.NoError(t, err)
	assert.Equal(t, 4, g.Flat, "five rows span four directions of eight")
	assert.False(t, math.IsInf(g.LogProb(few[:8]), 0))

	double := data.Rows(2, 1, 2, 2, 4, 3, 6, 5, 10)
	g, err = baseline.Gaussian{}.Fit(double)
	require.NoError(t, err)
	assert.Equal(t, 1, g.Flat)
	_, err = baseline.Kernel{Full: true}.Fit(t.Context(), double)
	assert.ErrorContains(t, err, "columns depend on each other")
	_, err = baseline.Kernel{}.Fit(t.Context(), double)
	assert.NoError(t, err)

	two := data.Rows(1, 1, 1, 1, 2, 2, 2, 2, 1)
	m, err := baseline.EM{Components: []int{4}}.Fit(t.Context(), two, seeded(1))
	require.NoError(t, err)
	assert.Len(t, m.Weights, 2, "two distinct values")
	assert.Equal(t, 2, m.Flat)
	assert.False(t, math.IsInf(m.LogProb([]float64{1}), 0))
}

// Far away log p falls as it should, and is finite as long as a float64 can say it.
func TestFarAway(t *testing.T) {
	for name, p := range fits(t, rings(t, 60)) {
		last := 0.0
		for _, far := range []float64{1e2, 1e4, 1e100} {
			l := p.LogProb([]float64{far, -far})
			assert.False(t, math.IsInf(l, 0) || math.IsNaN(l), name)
			assert.Less(t, l, last, name)
			last = l
		}
		assert.Equal(t, math.Inf(-1), p.LogProb([]float64{1e200, 0}), name)
		assert.True(t, math.IsNaN(p.LogProb([]float64{math.NaN(), 0})), name)
		assert.Panics(t, func() { p.LogProb([]float64{1}) }, name)
		_, err := data.LogProbs(p, data.Rows(3, 1, 2, 3))
		assert.Error(t, err, name)
	}
}

func TestRefusals(t *testing.T) {
	ctx, x := t.Context(), rings(t, 20)
	first := func(_ any, err error) error { return err }
	for _, c := range []struct {
		err  error
		want string
	}{
		{first(baseline.Gaussian{}.Fit(data.Rows(2, 1, 5, 2, 5))), "column 1"},
		{first(baseline.Gaussian{}.Fit(data.Rows(1, 1))), "column 0"},
		{first(baseline.Gaussian{}.Fit(nil)), "baseline: data: table is nil"},
		{first(baseline.Gaussian{}.Fit(data.Rows(1, 1, math.NaN()))), "NaN"},
		{first(baseline.Gaussian{Floor: -1}.Fit(x)), "baseline: Floor -1, "},
		{first(baseline.EM{Components: []int{21}}.Fit(ctx, x, seeded(1))), "baseline: 21 components, want from 1 to the 20 rows"},
		{first(baseline.EM{Components: []int{2, 0}}.Fit(ctx, x, seeded(1))), "baseline: 0 components, want"},
		{first(baseline.EM{Components: []int{2}}.Fit(ctx, x, nil)), "want a *rand.Rand"},
		{first(baseline.EM{HeldOut: 1}.Fit(ctx, x, nil)), "baseline: HeldOut 1, want a share from 0 to below 1"},
		{first(baseline.EM{HeldOut: 0.01}.Fit(ctx, x, nil)), "leaves 20 and 0, want at least 2 to fit and 1 to judge"},
		{first(baseline.EM{Components: []int{20}, HeldOut: 0.5}.Fit(ctx, x, seeded(1))), "[20] components for the 10 rows"},
		{first(baseline.Kernel{Bandwidth: -1}.Fit(ctx, x)), "baseline: Bandwidth -1, want"},
		{first(baseline.Kernel{Given: 2}.Fit(ctx, x)), "baseline: Given 2 of 2 columns, want at least one that is no condition"},
		{first(baseline.Kernel{Rule: "scot"}.Fit(ctx, x)), `baseline: no rule for bandwidths is called "scot", want Scott or Silverman`},
	} {
		assert.ErrorContains(t, c.err, c.want)
	}
	var constant *data.ConstantError
	require.ErrorAs(t, first(baseline.Kernel{}.Fit(ctx, data.Rows(2, 1, 5, 2, 5))), &constant)
}

func TestCancelled(t *testing.T) {
	x := rings(t, 20000)
	for name, fit := range map[string]func(context.Context) error{
		"mixture": func(ctx context.Context) error {
			_, err := baseline.EM{Components: []int{100}, Tol: 1e-300, MaxSteps: 1e6}.Fit(ctx, x, seeded(1))
			return err
		},
		"kernels": func(ctx context.Context) error {
			_, err := baseline.Kernel{HeldOut: 0.5}.Fit(ctx, x)
			return err
		},
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		defer cancel()
		assert.ErrorIs(t, fit(ctx), context.DeadlineExceeded, name)
	}
}

func Example() {
	ctx, rng := context.Background(), rand.New(rand.NewPCG(1, 0))
	train, _ := toy.Moons{Noise: 0.06}.Sample(1000, rng)
	test, _ := toy.Moons{Noise: 0.06}.Sample(1000, rng)

	gaussian, _ := baseline.Gaussian{}.Fit(train)
	mixture, _ := baseline.EM{Components: []int{1, 5, 10, 20}, HeldOut: 0.2}.Fit(ctx, train, rng)
	kernels, err := baseline.Kernel{HeldOut: 0.2}.Fit(ctx, train)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, p := range []data.LogProber{gaussian, mixture, kernels} {
		nll, _ := data.NLL(p, test)
		fmt.Printf("%.1f nats\n", nll)
	}
	// Output:
	// 1.9 nats
	// 0.6 nats
	// 0.6 nats
}
