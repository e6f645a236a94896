package optim_test

import (
	"errors"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/optim"
)

// twins returns two equal models with parameters of the given sizes.
func twins[T float32 | float64](sizes ...int) (a, b []gorgonia.ValueGrad) {
	rng := seeded(1)
	for _, size := range sizes {
		values := make([]T, size)
		for i := range values {
			values[i] = T(rng.NormFloat64())
		}
		a = append(a, newPair(append([]T(nil), values...)...))
		b = append(b, newPair(values...))
	}
	return a, b
}

func numbersOf(d *tensor.Dense) (values []float64) {
	if d.Dtype() == tensor.Float64 {
		return d.Float64s()
	}
	for _, v := range d.Float32s() {
		values = append(values, float64(v))
	}
	return values
}

// fill draws the gradients of two models alike, over several magnitudes.
func fill[T float32 | float64](a, b []gorgonia.ValueGrad, step int) {
	rng := seeded(uint64(step))
	for i := range a {
		ga, gb := a[i].(pair).grad.Data().([]T), b[i].(pair).grad.Data().([]T)
		for j := range ga {
			ga[j] = T(rng.NormFloat64() * math.Pow(10, 4*rng.Float64()-3))
			gb[j] = ga[j]
		}
	}
}

func TestAdamIsGorgoniasAdam(t *testing.T) {
	// The roundings of 200 steps, each half a last digit (1e-16 or 6e-8) of
	// parameters up to 3, add up like a random walk.
	t.Run("float64", func(t *testing.T) { againstGorgonia[float64](t, 1e-14) })
	t.Run("float32", func(t *testing.T) { againstGorgonia[float32](t, 5e-6) })
}

func againstGorgonia[T float32 | float64](t *testing.T, tolerance float64) {
	ours, theirs := twins[T](1, 8, 3, 17)
	adam := &optim.Adam{LR: 1e-2, Beta1: 0.8, Beta2: 0.99, Eps: 1e-6}
	reference := gorgonia.NewAdamSolver(gorgonia.WithLearnRate(1e-2), gorgonia.WithBeta1(0.8),
		gorgonia.WithBeta2(0.99), gorgonia.WithEps(1e-6))
	for step := range 200 {
		if step == 100 { // the rate changes, the moments stay
			adam.SetRate(3e-3)
			gorgonia.WithLearnRate(3e-3)(reference)
		}
		fill[T](ours, theirs, step)
		require.NoError(t, adam.Step(ours))
		require.NoError(t, reference.Step(theirs))
		for i := range ours {
			require.InDeltaSlice(t, numbersOf(theirs[i].(pair).value), numbersOf(ours[i].(pair).value), tolerance, "step %d, parameter %d", step, i)
			for _, g := range numbersOf(ours[i].(pair).grad) {
				require.Zero(t, g)
			}
		}
	}
}

// With the defaults the first step is -1e-3 g/(|g| + 1e-8), the second with
// g = 2 after 1 is worked out by hand from Algorithm 1.
func TestAdamByHand(t *testing.T) {
	p := newPair(5.0)
	adam := &optim.Adam{}
	p.grad.Float64s()[0] = 1
	require.NoError(t, adam.Step(p.Model()))
	first := 5 - 1e-3/(1+1e-8)
	assert.InDelta(t, first, p.value.Float64s()[0], 1e-15)

	p.grad.Float64s()[0] = 2
	require.NoError(t, adam.Step(p.Model()))
	m, v := (0.9*0.1+0.1*2)/(1-0.81), (0.999*0.001+0.001*4)/(1-0.998001)
	assert.InDelta(t, first-1e-3*m/(math.Sqrt(v)+1e-8), p.value.Float64s()[0], 1e-14)
}

// Decay pulls the weights towards zero by the rate, whether they have a gradient or not, and leaves Adam's own step as
// it is: the size of a gradient does not matter to the first one, and decay inside the gradient would drown in it.
func TestAdamDecay(t *testing.T) {
	p := newPair(5.0)
	adam := &optim.Adam{LR: 0.1, Decay: 0.5}
	require.NoError(t, adam.Step(p.Model()))
	assert.InDelta(t, 5*(1-0.1*0.5), p.value.Float64s()[0], 1e-15)

	p, adam = newPair(5.0), &optim.Adam{LR: 0.1, Decay: 0.5}
	p.grad.Float64s()[0] = 1000
	require.NoError(t, adam.Step(p.Model()))
	assert.InDelta(t, 5*(1-0.1*0.5)-0.1, p.value.Float64s()[0], 1e-10)
}

func TestAdamRate(t *testing.T) {
	adam := &optim.Adam{}
	assert.Equal(t, 1e-3, adam.Rate())
	assert.Equal(t, 0.5, (&optim.Adam{LR: 0.5}).Rate())
	p := newPair(5.0)
	p.grad.Float64s()[0] = 1
	adam.SetRate(0)
	assert.Zero(t, adam.Rate())
	require.NoError(t, adam.Step(p.Model()))
	assert.Equal(t, 5.0, p.value.Float64s()[0])
}

func TestAdamRefusesItsSettings(t *testing.T) {
	for _, a := range []*optim.Adam{{LR: -1}, {LR: math.NaN()}, {Beta1: 1}, {Beta2: -0.1}, {Eps: math.Inf(1)}, {Decay: -1}, {Decay: math.Inf(1)}} {
		err := a.Step(nil)
		assert.ErrorContains(t, err, "optim: Adam: LR is ")
	}
}

func TestAdamRefuses(t *testing.T) {
	broken := errors.New("broken")
	column, err := tensor.New(tensor.WithShape(3, 3), tensor.WithBacking(make([]float64, 9))).Slice(nil, tensor.S(0, 2))
	require.NoError(t, err)
	for _, test := range []struct {
		name string
		p    pair
		want string
	}{
		{"no gradient", pair{value: dense(1.0), err: broken}, "optim: gradient of parameter 1: broken"},
		{"missing gradient", pair{value: dense(1.0), name: "w"}, `optim: parameter "w" or its gradient is nil`},
		{"two types", pair{value: dense(1.0), grad: dense[float32](1)}, "optim: parameter 1 is of float64, its gradient of float32"},
		{"two sizes", pair{value: dense(1.0), grad: dense(1.0, 2)}, "optim: parameter 1 has shape (1, 1), its gradient (1, 2)"},
		{"columns", pair{value: column.(*tensor.Dense), grad: dense(1.0)}, "optim: parameter 1 or its gradient is not contiguous"},
		{"integers", pair{value: tensor.New(tensor.WithBacking([]int{1})), grad: tensor.New(tensor.WithBacking([]int{1}))}, "optim: parameter 1 is of int, want float32 or float64"},
	} {
		t.Run(test.name, func(t *testing.T) {
			good := newPair(1.0)
			good.grad.Float64s()[0] = 1
			err := (&optim.Adam{}).Step([]gorgonia.ValueGrad{good, test.p})
			assert.EqualError(t, err, test.want)
			assert.Equal(t, 1.0, good.value.Float64s()[0], "nothing has moved")
		})
	}
}

func TestAdamServesOneModel(t *testing.T) {
	adam := &optim.Adam{}
	require.NoError(t, adam.Step(newPair(1.0, 2).Model()))
	assert.EqualError(t, adam.Step(newPair(1.0).Model()),
		"optim: Adam: parameter 0 changed its size or type; use a new Adam for another model")
	assert.EqualError(t, adam.Step(append(newPair(1.0, 2).Model(), newPair(1.0))),
		"optim: Adam: model of 2 parameters, was 1; use a new Adam for another model")
}

func TestAdamDoesNotAllocate(t *testing.T) {
	model, _ := twins[float32](8, 8, 8)
	adam := &optim.Adam{}
	require.NoError(t, adam.Step(model))
	assert.Zero(t, testing.AllocsPerRun(10, func() { _ = adam.Step(model) }))
}

func ExampleAdam() {
	// Two steps down f(w) = w², by hand.
	w := newPair(1.0)
	adam := &optim.Adam{LR: 0.1}
	for range 2 {
		w.grad.Float64s()[0] = 2 * w.value.Float64s()[0]
		if err := adam.Step(w.Model()); err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%.4f\n", w.value.Float64s()[0])
	}
	// Output:
	// 0.9000
	// 0.8004
}

// The demo's model: 520 numbers in 24 parameters.
func BenchmarkAdam(b *testing.B) {
	var sizes []int
	for range 4 {
		sizes = append(sizes, 32, 8, 64, 8, 16, 2)
	}
	model, drawn := twins[float32](sizes...)
	fill[float32](model, drawn, 1)
	for _, bench := range []struct {
		name      string
		optimizer gorgonia.Solver
	}{
		{"ours", &optim.Adam{LR: 1e-2}},
		{"gorgonia", gorgonia.NewAdamSolver(gorgonia.WithLearnRate(1e-2))},
	} {
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				for i, vg := range model { // a step leaves zeros
					copy(vg.(pair).grad.Float32s(), drawn[i].(pair).grad.Float32s())
				}
				if err := bench.optimizer.Step(model); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
