package optim_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/data/toy"
	"github.com/go-ffjord/ffjord/optim"
)

var background = context.Background()

// A full step of rate 1 down ½ E|w - x|² lands on the mean.
func TestTrainerQuadraticInOneStep(t *testing.T) {
	c := newCentre(10)
	require.NoError(t, optim.Trainer{Optimizer: &sgd{1}}.Run(background, c, numbers(101)))
	assert.InDelta(t, 50, c.at()[0], 1e-12)
}

// With rate 1/(k+1) after k steps of one row each, w is the running mean: the
// rows of one epoch, in whatever order.
func TestTrainerRunningMean(t *testing.T) {
	c := newCentre(123)
	fit := optim.Trainer{
		Optimizer: &sgd{},
		Rate:      func(step, _ int) float64 { return 1 / float64(step+1) },
		Batch:     1,
	}
	require.NoError(t, fit.Run(background, c, numbers(101)))
	assert.InDelta(t, 50, c.at()[0], 1e-10)
}

// line is least squares for y = a + b x over rows (x, y).
type line struct{ pair }

func (l line) Loss(_ context.Context, batch *tensor.Dense) (float64, error) {
	w, g, rows := l.value.Float64s(), l.grad.Float64s(), batch.Shape()[0]
	clear(g)
	var loss float64
	for i := range rows {
		x, y := batch.Float64s()[2*i], batch.Float64s()[2*i+1]
		d := w[0] + w[1]*x - y
		loss += d * d / 2
		g[0] += d / float64(rows)
		g[1] += d * x / float64(rows)
	}
	return loss / float64(rows), nil
}

func TestTrainerRegression(t *testing.T) {
	const rows = 1000
	rng := seeded(1)
	xs, ys := make([]float64, rows), make([]float64, rows)
	values := make([]float64, 0, 2*rows)
	for i := range rows {
		xs[i] = rng.NormFloat64()
		ys[i] = 2 - 3*xs[i] + 0.5*rng.NormFloat64()
		values = append(values, xs[i], ys[i])
	}
	train := tensor.New(tensor.WithShape(rows, 2), tensor.WithBacking(values))
	a, b := stat.LinearRegression(xs, ys, nil, false)

	for _, test := range []struct {
		name      string
		optimizer gorgonia.Solver
		rate      optim.Schedule
	}{
		{"nil", nil, optim.Exponential(0.1, 1e-4)},
		{"Adam", &optim.Adam{}, optim.Cosine(0.1, 0)},
		{"Gorgonia's Adam", gorgonia.NewAdamSolver(), optim.Cosine(0.1, 0)},
		{"vanilla", gorgonia.NewVanillaSolver(), optim.Cosine(0.1, 0)},
		{"momentum", gorgonia.NewMomentum(), optim.Cosine(0.02, 0)},
		{"RMSProp", gorgonia.NewRMSPropSolver(), optim.Exponential(0.1, 1e-5)},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := line{newPair(0.0, 0)}
			fit := optim.Trainer{Optimizer: test.optimizer, Rate: test.rate, Epochs: 60, Batch: 64}
			require.NoError(t, fit.Run(background, l, train))
			// The last steps are small enough to average the noise of batches.
			assert.InDeltaSlice(t, []float64{a, b}, l.value.Float64s(), 5e-3)
		})
	}
}

// A schedule changes nothing but the rate: ours and Gorgonia's Adam agree, and
// a constant schedule is the optimizer's own rate.
func TestTrainerScheduleKeepsMoments(t *testing.T) {
	train := numbers(100)
	run := func(optimizer gorgonia.Solver, rate optim.Schedule) []float64 {
		c := newCentre(-5)
		fit := optim.Trainer{Optimizer: optimizer, Rate: rate, Epochs: 3, Batch: 9}
		require.NoError(t, fit.Run(background, c, train))
		return c.at()
	}
	assert.Equal(t, run(&optim.Adam{LR: 1e-2}, nil), run(&optim.Adam{}, optim.Constant(1e-2)))
	assert.InDeltaSlice(t, run(gorgonia.NewAdamSolver(), optim.Cosine(0.1, 0)), run(nil, optim.Cosine(0.1, 0)), 1e-13)
	assert.Equal(t, run(&optim.Adam{}, nil), run(nil, nil))
}

func TestTrainerClipsTheWholeGradient(t *testing.T) {
	for _, test := range []struct {
		name           string
		norm, min, max float64
	}{
		{"off", 0, 5, 5},
		{"longer", 10, 5, 5},
		{"shorter", 0.5, 0.5, 0.5},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := newCentre(3, -4) // of the rows (0, 0): gradient (3, -4)
			var seen optim.Event
			fit := optim.Trainer{Optimizer: &sgd{1}, MaxNorm: test.norm, Observe: func(e optim.Event) error {
				seen = e
				return nil
			}}
			require.NoError(t, fit.Run(background, c, tensor.New(tensor.WithShape(4, 2), tensor.WithBacking(make([]float64, 8)))))
			moved := []float64{3 - c.at()[0], -4 - c.at()[1]}
			assert.InDelta(t, test.max, math.Hypot(moved[0], moved[1]), 1e-14)
			assert.InDelta(t, -4.0/3, moved[1]/moved[0], 1e-14)
			assert.Equal(t, 5.0, seen.GradNorm, "before clipping")
		})
	}
}

func TestTrainerIsSeeded(t *testing.T) {
	run := func(fit optim.Trainer) (losses []float64) {
		fit.Epochs, fit.Batch = 3, 7
		fit.Observe = func(e optim.Event) error {
			losses = append(losses, e.Loss)
			return nil
		}
		require.NoError(t, fit.Run(background, newCentre(0), numbers(100)))
		return losses
	}
	assert.Equal(t, run(optim.Trainer{Rand: seeded(1)}), run(optim.Trainer{Rand: seeded(1)}))
	assert.NotEqual(t, run(optim.Trainer{Rand: seeded(1)}), run(optim.Trainer{Rand: seeded(2)}))
	assert.Equal(t, run(optim.Trainer{}), run(optim.Trainer{}), "nil is a fixed seed")
}

func TestTrainerCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(background)
	c := newCentre(0)
	var at float64
	fit := optim.Trainer{Batch: 10, Epochs: 2, Observe: func(e optim.Event) error {
		if e.Kind == optim.StepDone && e.Step == 13 {
			at = c.at()[0]
			cancel()
		}
		return nil
	}}
	err := fit.Run(ctx, c, numbers(100))
	require.ErrorIs(t, err, context.Canceled)
	assert.EqualError(t, err, "optim: epoch 2, step 14: context canceled")
	assert.Equal(t, at, c.at()[0], "the parameters of the last finished step")
}

// Each step of sgd with rate 1 moves w from 1-step to -step.
func TestTrainerKeepsTheLastGoodParameters(t *testing.T) {
	broken := errors.New("broken")
	ctx, cancel := context.WithCancel(background)
	for _, test := range []struct {
		name string
		play func(step int, p pair) (float64, error)
		want string
		w    float64
	}{
		{
			"loss", func(step int, _ pair) (float64, error) {
				if step == 5 {
					return math.NaN(), nil
				}
				return 1, nil
			},
			"optim: epoch 2, step 5: loss is not finite (loss NaN, gradient norm NaN); the last good parameters are kept; " +
				"try a learning rate lower than 1, a MaxNorm, or float64", -3,
		},
		{
			"first loss", func(int, pair) (float64, error) { return math.Inf(1), nil },
			"optim: epoch 1, step 1: loss is not finite (loss +Inf, gradient norm NaN)", 0,
		},
		{
			"gradient", func(step int, p pair) (float64, error) {
				if step == 5 {
					p.grad.Float64s()[0] = math.Inf(1)
				}
				return 7, nil
			},
			"optim: epoch 2, step 5: gradient is not finite (loss 7, gradient norm +Inf)", -4,
		},
		{
			"parameter", func(step int, p pair) (float64, error) {
				if step == 5 {
					p.value.Float64s()[0] = -math.MaxFloat64
					p.grad.Float64s()[0] = 1e150
				}
				return 7, nil
			},
			"", -math.MaxFloat64,
		},
		{
			"error", func(step int, _ pair) (float64, error) {
				if step == 5 {
					return 0, broken
				}
				return 1, nil
			},
			"optim: epoch 2, step 5: broken", -3,
		},
		{
			"cancelled", func(step int, _ pair) (float64, error) {
				if step == 5 {
					cancel()
					return 0, ctx.Err()
				}
				return 1, nil
			},
			"optim: epoch 2, step 5: context canceled", -4,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newScript(test.play)
			optimizer := &sgd{1}
			if test.want == "" {
				optimizer.rate = 1e200
				test.want = "optim: epoch 2, step 5: parameter 0 is not finite (loss 7, gradient norm 1e+150)"
			}
			fit := optim.Trainer{Optimizer: optimizer, Epochs: 3, Batch: 2}
			err := fit.Run(ctx, s, numbers(7))
			require.ErrorContains(t, err, test.want)
			assert.Equal(t, test.w, s.value.Float64s()[0])
		})
	}
}

func TestNonFiniteErrorIsTyped(t *testing.T) {
	s := newScript(func(step int, _ pair) (float64, error) { return 1 / float64(3-step), nil })
	err := optim.Trainer{Optimizer: &sgd{0.5}, Batch: 1}.Run(background, s, numbers(5))
	var bad *optim.NonFiniteError
	require.ErrorAs(t, err, &bad)
	assert.Equal(t, "loss", bad.What)
	assert.Equal(t, 1, bad.Epoch)
	assert.Equal(t, 3, bad.Step)
	assert.Equal(t, math.Inf(1), bad.Loss)
	assert.Equal(t, 0.5, bad.Rate)
}

func TestTrainerRefuses(t *testing.T) {
	type unknown struct{ gorgonia.Solver }
	rate := optim.Constant(1)
	for _, test := range []struct {
		name string
		fit  optim.Trainer
		want string
	}{
		{"epochs", optim.Trainer{Epochs: -1}, "optim: Trainer: Epochs is -1, want 0 or more"},
		{"batch", optim.Trainer{Batch: -1}, "optim: Trainer: Batch is -1, want 0 or more"},
		{"norm", optim.Trainer{MaxNorm: -1}, "optim: Trainer: MaxNorm is -1, want a finite number of at least 0"},
		{"norm NaN", optim.Trainer{MaxNorm: math.NaN()}, "optim: Trainer: MaxNorm is NaN, want a finite number of at least 0"},
		{"AdamW", optim.Trainer{Optimizer: gorgonia.NewAdamW()}, "optim: gorgonia.AdamW never changes a parameter; use optim.Adam"},
		{"AdaGrad", optim.Trainer{Optimizer: gorgonia.NewAdaGradSolver()}, "optim: gorgonia.AdaGradSolver ignores its learning rate; use optim.Adam or gorgonia.RMSPropSolver"},
		{"Barzilai-Borwein", optim.Trainer{Optimizer: gorgonia.NewBarzilaiBorweinSolver(), Rate: rate}, "optim: gorgonia.BarzilaiBorweinSolver finds its own learning rate; leave Rate nil"},
		{"an optimizer without a rate", optim.Trainer{Optimizer: unknown{}, Rate: rate}, "optim: optimizer optim_test.unknown takes no schedule: it has no methods Rate and SetRate; leave Rate nil"},
		{"rate NaN", optim.Trainer{Rate: optim.Constant(math.NaN())}, "optim: epoch 1, step 1: the schedule gives a learning rate of NaN, want a finite number of at least 0"},
		{"rate negative", optim.Trainer{Rate: optim.Constant(-1)}, "optim: epoch 1, step 1: the schedule gives a learning rate of -1, want a finite number of at least 0"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := newCentre(2)
			assert.EqualError(t, test.fit.Run(background, c, numbers(3)), test.want)
			assert.Equal(t, 2.0, c.at()[0])
		})
	}
	assert.EqualError(t, optim.Trainer{}.Run(background, nil, numbers(3)), "optim: Trainer: no objective")
	assert.EqualError(t, optim.Trainer{}.Run(background, newCentre(0), nil), "optim: data: table is nil")
	assert.EqualError(t, optim.Trainer{}.Run(background, empty{newCentre(0)}, numbers(3)), "optim: the objective has no parameters")
}

type empty struct{ centre }

func (empty) Model() []gorgonia.ValueGrad { return nil }

func TestTrainerElapsedLeavesOutObservers(t *testing.T) {
	const pause = 20 * time.Millisecond
	var last time.Duration
	fit := optim.Trainer{Batch: 1, Observe: func(e optim.Event) error {
		last = e.Elapsed
		time.Sleep(pause)
		return nil
	}}
	require.NoError(t, fit.Run(background, newCentre(0), numbers(10)))
	assert.Less(t, last, 5*pause, "of eleven pauses")
}

func ExampleTrainer() {
	// The mean of the moons, as the minimum of ½ E|w - x|².
	moons := toy.Draw(toy.Moons{Noise: 0.06}, 8192, seeded(1))
	mean := newCentre(3, 3)
	fit := optim.Trainer{
		Optimizer: &optim.Adam{},
		Rate:      optim.Cosine(0.05, 0),
		Epochs:    10,
		Rand:      seeded(2),
	}
	if err := fit.Run(context.Background(), mean, moons); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.2f\n", mean.at())
	// Output: [0.50 0.25]
}
