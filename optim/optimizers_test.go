package optim_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/optim"
)

// optimizers are all of this package, with settings other than their defaults.
func optimizers() map[string]optim.Stateful {
	return map[string]optim.Stateful{
		"Adam":     &optim.Adam{LR: 0.03, Beta1: 0.8, Beta2: 0.95},
		"AdamW":    &optim.Adam{LR: 0.03, Decay: 0.2},
		"Adamax":   &optim.Adamax{LR: 0.03, Beta1: 0.8, Beta2: 0.9},
		"RAdam":    &optim.RAdam{LR: 0.03, Beta1: 0.8, Beta2: 0.9, Decay: 0.2},
		"SGD":      &optim.SGD{LR: 0.03},
		"momentum": &optim.SGD{LR: 0.03, Momentum: 0.9, Decay: 0.2},
		"Nesterov": &optim.SGD{LR: 0.03, Momentum: 0.9, Nesterov: true},
	}
}

// gradient is that of step t, from 1 on, of either sign and over two magnitudes.
func gradient(t int) float64 { return math.Sin(float64(t)) * math.Exp(math.Cos(3*float64(t))) }

// weighted returns (1-β) Σ βᵗ⁻ⁱ f(gᵢ) over i from 1 to t: what a running mean is.
func weighted(β float64, t int, f func(float64) float64) (sum float64) {
	for i := 1; i <= t; i++ {
		sum += (1 - β) * math.Pow(β, float64(t-i)) * f(gradient(i))
	}
	return sum
}

func itself(x float64) float64 { return x }
func square(x float64) float64 { return x * x }

// Every step is what the papers' equations say, with their running means written out as sums over all gradients so far.
func TestOptimizersFollowThePapers(t *testing.T) {
	pow := func(β float64, t int) float64 { return math.Pow(β, float64(t)) }
	adam := func(θ, rate, β1, β2 float64, t int) float64 { // Kingma and Ba 2015, Algorithm 1
		m, v := weighted(β1, t, itself)/(1-pow(β1, t)), weighted(β2, t, square)/(1-pow(β2, t))
		return θ - rate*m/(math.Sqrt(v)+1e-8)
	}
	adamax := func(θ, rate, β1, β2 float64, t int) float64 { // Algorithm 2
		var u float64
		for i := 1; i <= t; i++ {
			u = max(u, pow(β2, t-i)*math.Abs(gradient(i)))
		}
		return θ - rate/(1-pow(β1, t))*weighted(β1, t, itself)/u
	}
	radam := func(θ, rate, β1, β2 float64, t int) float64 { // Liu et al. 2020, Algorithm 2
		mean, most := weighted(β1, t, itself)/(1-pow(β1, t)), 2/(1-β2)-1
		ρ := most - 2*float64(t)*pow(β2, t)/(1-pow(β2, t))
		if ρ <= 4 {
			return θ - rate*mean
		}
		r := math.Sqrt((ρ - 4) / (most - 4) * (ρ - 2) / (most - 2) * most / ρ)
		l := math.Sqrt(1-pow(β2, t)) / (math.Sqrt(weighted(β2, t, square)) + 1e-8)
		return θ - rate*r*mean*l
	}
	velocity := func(μ float64, t int) (sum float64) { // Σ μᵗ⁻ⁱ gᵢ
		for i := 1; i <= t; i++ {
			sum += pow(μ, t-i) * gradient(i)
		}
		return sum
	}
	for name, next := range map[string]func(θ float64, t int) float64{
		"Adam":     func(θ float64, t int) float64 { return adam(θ, 0.03, 0.8, 0.95, t) },
		"AdamW":    func(θ float64, t int) float64 { return adam(θ*(1-0.03*0.2), 0.03, 0.9, 0.999, t) },
		"Adamax":   func(θ float64, t int) float64 { return adamax(θ, 0.03, 0.8, 0.9, t) },
		"RAdam":    func(θ float64, t int) float64 { return radam(θ*(1-0.03*0.2), 0.03, 0.8, 0.9, t) },
		"SGD":      func(θ float64, t int) float64 { return θ - 0.03*gradient(t) },
		"momentum": func(θ float64, t int) float64 { return θ*(1-0.03*0.2) - 0.03*velocity(0.9, t) },
		"Nesterov": func(θ float64, t int) float64 { return θ - 0.03*(gradient(t)+0.9*velocity(0.9, t)) },
	} {
		t.Run(name, func(t *testing.T) {
			p, optimizer, want := newPair(2.0), optimizers()[name], 2.0
			for step := 1; step <= 20; step++ {
				p.grad.Float64s()[0] = gradient(step)
				require.NoError(t, optimizer.Step(p.Model()))
				want = next(want, step)
				require.InDelta(t, want, p.value.Float64s()[0], 1e-12, "step %d", step)
				require.Zero(t, p.grad.Float64s()[0])
			}
		})
	}
}

// float32 parameters take the same way to within the roundings of 20 steps of numbers of about 2.
func TestOptimizersInFloat32(t *testing.T) {
	for name, narrow := range optimizers() {
		t.Run(name, func(t *testing.T) {
			wide, a, b := optimizers()[name], newPair[float32](2), newPair(2.0)
			for step := 1; step <= 20; step++ {
				a.grad.Float32s()[0], b.grad.Float64s()[0] = float32(gradient(step)), gradient(step)
				require.NoError(t, narrow.Step(a.Model()))
				require.NoError(t, wide.Step(b.Model()))
			}
			assert.InDelta(t, b.value.Float64s()[0], float64(a.value.Float32s()[0]), 20*2*6e-8)
		})
	}
}

// A weight that has never had a gradient moves by its decay alone.
func TestOptimizersLeaveWhatHasNoGradient(t *testing.T) {
	for name, optimizer := range optimizers() {
		p := newPair[float32](1, 0)
		for range 10 {
			p.grad.Float32s()[0] = 1
			require.NoError(t, optimizer.Step(p.Model()))
		}
		assert.Zero(t, p.value.Float32s()[1], name)
		assert.Less(t, p.value.Float32s()[0], float32(1), name)
	}
}

// An optimizer whose memory was carried over into a new one goes on with the same bits, in both types.
func TestOptimizersGoOnFromTheirState(t *testing.T) {
	for name, whole := range optimizers() {
		t.Run(name, func(t *testing.T) {
			first, second := optimizers()[name], optimizers()[name]
			require.NoError(t, second.SetState(first.State()), "before the first step")
			a, b := []gorgonia.ValueGrad{newPair(2.0, 1), newPair[float32](3)}, []gorgonia.ValueGrad{newPair(2.0, 1), newPair[float32](3)}
			for step := 1; step <= 12; step++ {
				optimizer := first
				if step > 7 {
					optimizer = second
				}
				for _, model := range [][]gorgonia.ValueGrad{a, b} {
					model[0].(pair).grad.Float64s()[1] = gradient(step)
					model[1].(pair).grad.Float32s()[0] = float32(gradient(step))
				}
				require.NoError(t, whole.Step(a))
				require.NoError(t, optimizer.Step(b))
				if step == 4 {
					whole.(optim.RateSetter).SetRate(0.5)
					first.(optim.RateSetter).SetRate(0.5)
				}
				if step == 7 {
					state := first.State()
					assert.Equal(t, 7, state.Steps)
					require.NoError(t, second.SetState(state))
					for _, slot := range state.Slots { // a copy, there and back
						slot[0].Zero()
					}
				}
			}
			assert.Equal(t, a[0].(pair).value.Float64s(), b[0].(pair).value.Float64s())
			assert.Equal(t, a[1].(pair).value.Float32s(), b[1].(pair).value.Float32s())
		})
	}
}

func TestSetStateRefuses(t *testing.T) {
	adam := &optim.Adam{}
	require.NoError(t, adam.Step(newPair(1.0, 2).Model()))
	good := adam.State()
	for _, test := range []struct {
		name   string
		change func(s *optim.State)
		want   string
	}{
		{"another optimizer", func(s *optim.State) { s.Optimizer = "SGD" }, `optim: Adam: the state is of optimizer "SGD"`},
		{"steps", func(s *optim.State) { s.Steps = -1 }, "state of -1 steps"},
		{"rate", func(s *optim.State) { s.Rate, s.Rated = math.NaN(), true }, "a rate of NaN: want both at least 0"},
		{"no slots", func(s *optim.State) { s.Slots = nil }, "no slots after 1 steps"},
		{"a slot too few", func(s *optim.State) { delete(s.Slots, "v") }, "1 slots, want 2"},
		{"a slot of another name", func(s *optim.State) { s.Slots["w"] = s.Slots["v"]; delete(s.Slots, "v") }, `slot "v" has 0 vectors, want 1`},
		{"nil", func(s *optim.State) { s.Slots["m"] = []*tensor.Dense{nil} }, `slot "m", vector 0 is nil`},
		{"integers", func(s *optim.State) { s.Slots["v"] = []*tensor.Dense{tensor.New(tensor.WithBacking([]int{1, 2}))} }, "is of int, want float32 or float64"},
		{"sizes", func(s *optim.State) { s.Slots["v"] = []*tensor.Dense{dense(1.0)} }, `slot "v", vector 0 differs in size or type from slot "m"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			bad := adam.State()
			test.change(&bad)
			assert.ErrorContains(t, adam.SetState(bad), test.want)
			assert.Equal(t, good, adam.State())
		})
	}
	assert.ErrorContains(t, adam.Step(newPair(1.0).Model()), "parameter 0 changed its size or type", "the state's model")
}

// A gradient whose square is beyond the type would make v infinite, after which the weight never moves again.
func TestOptimizersRefuseGradientsBeyondTheirMemory(t *testing.T) {
	for _, test := range []struct {
		optimizer optim.Stateful
		model     pair
		set       func(pair)
		limit     float64
	}{
		{&optim.Adam{}, newPair[float32](5, 5), func(p pair) { p.grad.Float32s()[1] = 1e20 }, math.Sqrt(math.MaxFloat32)},
		{&optim.Adam{}, newPair[float32](5, 5), func(p pair) { p.grad.Float32s()[1] = float32(math.NaN()) }, math.Sqrt(math.MaxFloat32)},
		{&optim.RAdam{}, newPair(5.0, 5), func(p pair) { p.grad.Float64s()[1] = -1e200 }, math.Sqrt(math.MaxFloat64)},
		{&optim.Adamax{}, newPair(5.0, 5), func(p pair) { p.grad.Float64s()[1] = math.Inf(-1) }, math.MaxFloat64},
		{&optim.SGD{}, newPair[float32](5, 5), func(p pair) { p.grad.Float32s()[1] = float32(math.Inf(1)) }, math.MaxFloat32},
	} {
		t.Run(fmt.Sprintf("%T", test.optimizer), func(t *testing.T) {
			before := test.optimizer.State()
			test.set(test.model)
			err := test.optimizer.Step(test.model.Model())
			var beyond *optim.GradientError
			require.ErrorAs(t, err, &beyond)
			assert.Equal(t, 1, beyond.Element)
			assert.Equal(t, test.limit, beyond.Limit)
			assert.Equal(t, []float64{5, 5}, numbersOf(test.model.value))
			assert.Equal(t, before, test.optimizer.State(), "nothing of it is remembered")
		})
	}
	p, adam := newPair[float32](5), &optim.Adam{}
	for range 100 { // the largest that is taken, then ordinary ones
		p.grad.Float32s()[0] = 1.8e19
		require.NoError(t, adam.Step(p.Model()))
	}
	assert.InDelta(t, 5-100e-3, p.value.Float32s()[0], 1e-5)

	p.grad.Float32s()[0] = 1e20
	assert.EqualError(t, adam.Step(p.Model()),
		"optim: Adam: gradient of parameter 0, element 0, is 1e+20: want at most 1.84e+19 in size; try a MaxNorm or a lower learning rate")
}

// What rounds to 1 or 0 in float32 would keep means from forgetting, or divide by zero.
func TestOptimizersRefuseSettingsThatRoundAway(t *testing.T) {
	for _, optimizer := range []gorgonia.Solver{
		&optim.Adam{Beta2: 1 - 1e-9}, &optim.Adam{Eps: 1e-60}, &optim.Adamax{Beta1: 1 - 1e-9}, &optim.SGD{Momentum: 1 - 1e-9},
	} {
		assert.ErrorContains(t, optimizer.Step(newPair[float32](1).Model()), "for float32 parameters")
		assert.NoError(t, optimizer.Step(newPair(1.0).Model()))
	}
}

func TestOptimizersRefuseTheirSettings(t *testing.T) {
	for _, optimizer := range []gorgonia.Solver{
		&optim.Adamax{LR: -1}, &optim.Adamax{Beta1: 1}, &optim.RAdam{Eps: math.Inf(1)}, &optim.RAdam{Beta2: -1},
		&optim.SGD{Momentum: 1}, &optim.SGD{Decay: math.NaN()}, &optim.SGD{LR: math.Inf(1)},
	} {
		assert.ErrorContains(t, optimizer.Step(nil), "want a rate and a decay of at least 0", "%#v", optimizer)
	}
}

// The length of a gradient is right wherever it is a number, though its square may not be one.
func TestGradNormBeyondSquares(t *testing.T) {
	for _, test := range []struct{ x, want float64 }{{3e200, 5e200}, {3e-200, 5e-200}, {3, 5}, {0, 0}} {
		s := newScript(func(_ int, p pair) (float64, error) { return 1, nil })
		s.pair = newPair(0.0, 0)
		play := s.play
		s.play = func(step int, p pair) (float64, error) {
			copy(p.grad.Float64s(), []float64{test.x, test.x / 3 * 4})
			return play(step, p)
		}
		var seen optim.Event
		fit := optim.Trainer{Optimizer: &optim.SGD{}, MaxNorm: 1, Observe: func(e optim.Event) error { seen = e; return nil }}
		require.NoError(t, fit.Run(background, s, numbers(2)))
		assert.InEpsilon(t, test.want+1e-300, seen.GradNorm+1e-300, 1e-14)
		assert.InDelta(t, min(test.want, 1)*1e-2, math.Hypot(s.value.Float64s()[0], s.value.Float64s()[1]), 1e-14)
	}
}

func ExampleSGD() {
	// Down f(w) = w² by hand, with a ball's momentum.
	w := newPair(1.0)
	ball := &optim.SGD{LR: 0.1, Momentum: 0.5}
	for range 3 {
		w.grad.Float64s()[0] = 2 * w.value.Float64s()[0]
		if err := ball.Step(w.Model()); err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%.3f\n", w.value.Float64s()[0])
	}
	// Output:
	// 0.800
	// 0.540
	// 0.302
}
