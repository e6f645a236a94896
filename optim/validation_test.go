package optim_test

import (
	"context"
	"errors"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/optim"
)

// drift is an objective of gradient 1, so that sgd of rate 1 takes w from -step to -step-1.
func drift() script {
	return newScript(func(int, pair) (float64, error) { return 0, nil })
}

// bowl measures (w + 3)², which a drift passes through.
func bowl(s script) func(context.Context) (float64, error) {
	return func(context.Context) (float64, error) {
		d := s.value.Float64s()[0] + 3
		return d * d, nil
	}
}

func TestValidationKeepsTheBest(t *testing.T) {
	for _, test := range []struct {
		name       string
		validation optim.Validation
		epochs     int
		steps      int // taken
		w          float64
		held, best float64 // at the end
	}{
		{"to the end", optim.Validation{}, 6, 6, -3, 9, 0},
		{"patience", optim.Validation{Patience: 2}, 100, 5, -3, 4, 0},
		{"patience for much", optim.Validation{Patience: 1, MinDelta: 2}, 100, 3, -2, 0, 1},
		{"the last", optim.Validation{Patience: 2, KeepLast: true}, 100, 5, -5, 4, 0},
		{"every two steps", optim.Validation{Patience: 1, Every: 2}, 100, 4, -2, 1, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := drift()
			v := test.validation
			v.Loss = bowl(s)
			var last optim.Event
			fit := optim.Trainer{Optimizer: &sgd{1}, Epochs: test.epochs, Batch: 5, Validation: &v, Observe: func(e optim.Event) error {
				last = e
				return nil
			}}
			require.NoError(t, fit.Run(background, s, numbers(5)))
			assert.Equal(t, test.steps, last.Step)
			assert.Equal(t, test.w, s.value.Float64s()[0])
			assert.Equal(t, test.held, last.Held)
			assert.Equal(t, test.best, last.BestHeld)
			assert.Greater(t, last.Validating, 0*last.Elapsed)
		})
	}
}

// However a run ends, the best that was measured is left.
func TestValidationKeepsTheBestOfARunThatFails(t *testing.T) {
	s := newScript(func(step int, _ pair) (float64, error) {
		if step == 6 {
			return math.NaN(), nil
		}
		return 0, nil
	})
	fit := optim.Trainer{Optimizer: &sgd{1}, Epochs: 10, Validation: &optim.Validation{Loss: bowl(s)}}
	var bad *optim.NonFiniteError
	require.ErrorAs(t, fit.Run(background, s, numbers(5)), &bad)
	assert.Equal(t, -3.0, s.value.Float64s()[0])
}

func TestValidationThatFails(t *testing.T) {
	broken := errors.New("broken")
	fit := optim.Trainer{Optimizer: &sgd{1}, Validation: &optim.Validation{Loss: func(context.Context) (float64, error) { return 0, broken }}}
	err := fit.Run(background, drift(), numbers(5))
	require.ErrorIs(t, err, broken)
	assert.EqualError(t, err, "optim: epoch 1, after step 1: validation: broken")

	fit.Validation.Loss = func(context.Context) (float64, error) { panic("no luck") }
	var panicked *optim.PanicError
	require.ErrorAs(t, fit.Run(background, drift(), numbers(5)), &panicked)
	assert.Equal(t, "Validation.Loss", panicked.Callback)

	s := drift()
	fit.Validation.Loss = func(context.Context) (float64, error) { return math.NaN(), nil }
	require.NoError(t, fit.Run(background, s, numbers(5)), "no better than any other")
	assert.Equal(t, -1.0, s.value.Float64s()[0])
}

// remembering has state that the loss changes: the number of losses.
type remembering struct {
	script
	state pair
}

func (r remembering) State() []gorgonia.ValueGrad { return r.state.Model() }

func (r remembering) Loss(ctx context.Context, batch *tensor.Dense) (float64, error) {
	r.state.value.Float64s()[0]++
	return r.script.Loss(ctx, batch)
}

func TestStateBelongsToTheBest(t *testing.T) {
	r := remembering{drift(), newPair(0.0)}
	fit := optim.Trainer{Optimizer: &sgd{1}, Epochs: 6, Validation: &optim.Validation{Loss: bowl(r.script)}}
	require.NoError(t, fit.Run(background, r, numbers(5)))
	assert.Equal(t, []float64{-3, 3}, []float64{r.value.Float64s()[0], r.state.value.Float64s()[0]})
}

// The rate halves after every two losses that are no better: those of the held-out rows, or the epochs'.
func TestPlateau(t *testing.T) {
	for _, validated := range []bool{true, false} {
		s := drift()
		var history optim.History
		fit := optim.Trainer{Optimizer: &optim.SGD{LR: 1}, Epochs: 8, Plateau: &optim.Plateau{Patience: 2, Least: 0.2}, Observe: history.Observe}
		if validated {
			fit.Validation = &optim.Validation{Loss: func(context.Context) (float64, error) { return 7, nil }}
		}
		require.NoError(t, fit.Run(background, s, numbers(5)))
		var rates []float64
		for _, e := range history.Epochs {
			rates = append(rates, e.Rate)
		}
		assert.Equal(t, []float64{1, 1, 1, 0.5, 0.5, 0.25, 0.25, 0.2}, rates)
	}
}

func TestWarmUpOfAnyRate(t *testing.T) {
	for _, fit := range []optim.Trainer{{Rate: optim.Constant(8)}, {Optimizer: &optim.SGD{LR: 8}}} {
		var rates []float64
		fit.Epochs, fit.WarmUp = 5, 3
		fit.Observe = func(e optim.Event) error {
			if e.Kind == optim.StepDone {
				rates = append(rates, e.Rate)
			}
			return nil
		}
		require.NoError(t, fit.Run(background, drift(), numbers(2)))
		assert.Equal(t, []float64{2, 4, 6, 8, 8}, rates)
	}
}

// Batches that make a step together are one batch of all their rows, and the last of an epoch takes what is left.
func TestAccumulate(t *testing.T) {
	run := func(batch, accumulate int) ([]float64, []optim.Event) {
		c := newCentre(100)
		var events []optim.Event
		fit := optim.Trainer{Optimizer: &optim.SGD{LR: 0.1}, Epochs: 3, Batch: batch, Accumulate: accumulate, Rand: seeded(1), Observe: func(e optim.Event) error {
			e.Elapsed = 0
			events = append(events, e)
			return nil
		}}
		require.NoError(t, fit.Run(background, c, numbers(10)))
		return c.at(), events
	}
	whole, want := run(6, 0)
	parts, got := run(2, 3) // 6 rows and 4, by threes and twos of 2
	assert.InDeltaSlice(t, whole, parts, 1e-12)
	require.Len(t, got, len(want))
	for i := range want {
		assert.Equal(t, want[i].Rows, got[i].Rows)
		assert.Equal(t, want[i].Steps, got[i].Steps)
		assert.InDelta(t, want[i].Loss, got[i].Loss, 1e-9)
		assert.InDelta(t, want[i].GradNorm, got[i].GradNorm, 1e-12)
	}
}

// two is an objective of two named parameters without a gradient.
type two struct{ a, b pair }

func newTwo() two {
	a, b := newPair(1.0), newPair[float32](1)
	a.name, b.name = "block0.weight", "block0.bias"
	return two{a, b}
}

func (o two) Model() []gorgonia.ValueGrad                          { return []gorgonia.ValueGrad{o.a, o.b} }
func (o two) Loss(context.Context, *tensor.Dense) (float64, error) { return 0, nil }

func TestDecayByGroups(t *testing.T) {
	for _, test := range []struct {
		name         string
		groups       []optim.Decay
		weight, bias float64
	}{
		{"all", []optim.Decay{{Weight: 0.5}}, 0.95, 0.95},
		{"weights", []optim.Decay{{Params: "*.weight", Weight: 0.5}}, 0.95, 1},
		{"the first that fits", []optim.Decay{{Params: "*.bias"}, {Weight: 1}}, 0.9, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, optimizer := range []gorgonia.Solver{&optim.SGD{LR: 0.1}, &optim.Adam{LR: 0.1}, nil} {
				o := newTwo()
				fit := optim.Trainer{Optimizer: optimizer, Decay: test.groups}
				if optimizer == nil {
					fit.Rate = optim.Constant(0.1)
				}
				require.NoError(t, fit.Run(background, o, numbers(2)))
				assert.InDelta(t, test.weight, o.a.value.Float64s()[0], 1e-15)
				assert.InDelta(t, test.bias, o.b.value.Float32s()[0], 1e-7)
			}
		})
	}
	err := optim.Trainer{Decay: []optim.Decay{{Params: "*.wieght", Weight: 1}}}.Run(background, newTwo(), numbers(2))
	assert.EqualError(t, err, `optim: Trainer: Decay: no parameter matches "*.wieght"`)
}

// The average of w = -1, -2, ... is a ← β a + (1-β) w from 0 on, β = min(0.5, (1+t)/(10+t)). It is what is measured, what
// is left at the end, and nothing that training sees.
func TestAverage(t *testing.T) {
	s := drift()
	var measured, walked []float64
	fit := optim.Trainer{Optimizer: &sgd{1}, Epochs: 12, AverageDecay: 0.5, Observe: func(e optim.Event) error {
		if e.Kind == optim.StepDone {
			walked = append(walked, s.value.Float64s()[0])
		}
		return nil
	}, Validation: &optim.Validation{KeepLast: true, Loss: func(context.Context) (float64, error) {
		measured = append(measured, s.value.Float64s()[0])
		return 0, nil
	}}}
	require.NoError(t, fit.Run(background, s, numbers(5)))
	var a float64
	for i := range 12 {
		tt := float64(i + 1)
		β := min(0.5, (1+tt)/(10+tt))
		a = β*a + (1-β)*-tt
		assert.InDelta(t, a, measured[i], 1e-14)
		assert.Equal(t, -tt, walked[i])
	}
	assert.InDelta(t, a, s.value.Float64s()[0], 1e-14)
}

// costly is an objective whose rows cost 10 evaluations, 20 in the next epoch, and so on, and a rejected step each.
type costly struct {
	centre
	calls *int
}

func (c costly) Loss(ctx context.Context, batch *tensor.Dense) (float64, error) {
	*c.calls++
	return c.centre.Loss(ctx, batch)
}

func (c costly) Evaluations() (int, int) { return 10 * *c.calls * 4, 4 }

func TestBudget(t *testing.T) {
	run := func(then optim.BudgetAction) (kept optim.History, err error) {
		fit := optim.Trainer{Optimizer: &optim.SGD{LR: 1}, Epochs: 4, Budget: &optim.Budget{Evaluations: 15, Then: then}, Observe: kept.Observe}
		err = fit.Run(background, costly{newCentre(0), new(int)}, numbers(4))
		return kept, err
	}
	kept, err := run(optim.LowerRate)
	require.NoError(t, err)
	require.Len(t, kept.Epochs, 4)
	for i, e := range kept.Epochs {
		assert.Equal(t, float64(10*(i+1)), e.Evaluations)
		assert.Equal(t, 1.0, e.Rejected)
		assert.Equal(t, []float64{1, 1, 1, 0.5}[i], e.Rate, "lowered after the second epoch above the budget")
		assert.Equal(t, i > 0, e.Advice != "")
	}
	assert.Contains(t, kept.Epochs[1].Advice, "a row costs 20 evaluations in the mean, the budget is 15: the field has become steep")

	_, err = run(optim.EndRun)
	var steep *optim.BudgetError
	require.ErrorAs(t, err, &steep)
	assert.Equal(t, optim.BudgetError{Epoch: 3, Evaluations: 30, Budget: 15}, *steep)
	kept, err = run(optim.Advise)
	require.NoError(t, err)
	assert.Equal(t, 1.0, kept.Last().Rate)
}

func TestTrainerRefusesWhatItCannotDo(t *testing.T) {
	type own struct{ gorgonia.Solver }
	held := func(context.Context) (float64, error) { return 0, nil }
	for _, test := range []struct {
		fit  optim.Trainer
		want string
	}{
		{optim.Trainer{Validation: &optim.Validation{}}, "optim: Trainer: Validation: no Loss"},
		{optim.Trainer{Validation: &optim.Validation{Loss: held, Patience: -1}}, "Validation: Every is 0, Patience -1, MinDelta 0, want 0 or more"},
		{optim.Trainer{Plateau: &optim.Plateau{Factor: 1}}, "Plateau: Patience is 0, Factor 1"},
		{optim.Trainer{Budget: &optim.Budget{}}, "Budget: Evaluations is 0, Then 0: want a positive number"},
		{optim.Trainer{Decay: []optim.Decay{{Params: "["}}}, `Decay: Params "[": syntax error in pattern`},
		{optim.Trainer{Decay: []optim.Decay{{Weight: math.Inf(1)}}}, "Decay: Weight is +Inf"},
		{optim.Trainer{AverageDecay: 1}, "AverageDecay is 1, want a number from 0 to below 1"},
		{optim.Trainer{Accumulate: -1}, "Accumulate is -1, want 0 or more"},
		{optim.Trainer{WarmUp: -1}, "WarmUp is -1, want 0 or more"},
		{optim.Trainer{MaxRise: math.NaN()}, "MaxRise is NaN"},
		{optim.Trainer{Optimizer: own{}, WarmUp: 1}, "optim: optimizer optim_test.own does not tell its rate"},
		{optim.Trainer{Seed: 1, Rand: seeded(1)}, "Rand can't be taken up again where it was"},
		{optim.Trainer{Checkpoint: &optim.Checkpoint{}}, "Checkpoint: no Path"},
		{optim.Trainer{Checkpoint: &optim.Checkpoint{Path: "x", Steps: -1}}, "Checkpoint: Every is 0s, Steps -1, want 0 or more"},
		{optim.Trainer{Checkpoint: &optim.Checkpoint{Path: "x"}, Optimizer: gorgonia.NewAdamSolver()}, "optimizer *gorgonia.AdamSolver keeps its memory to itself"},
	} {
		err := test.fit.Run(background, newTwo(), numbers(2))
		assert.ErrorContains(t, err, test.want)
	}
	err := optim.Trainer{Checkpoint: &optim.Checkpoint{Path: t.TempDir() + "/x"}}.RunSource(background, newTwo(), dealt{numbers(2)})
	assert.ErrorContains(t, err, "the source optim_test.dealt can't deal an epoch again: want a data.Seeker")
}
