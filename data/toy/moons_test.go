package toy_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/data/toy"
)

// scikit is make_moons(7, shuffle=False) of scikit-learn 1.9.1.
var scikit = [][2]float64{
	{1, 0}, {0, 1}, {-1, 0},
	{0, 0.5}, {0.5, -0.3660254037844386}, {1.5, -0.3660254037844387}, {2, 0.5},
}

func TestMoonsWithoutNoiseAreScikitLearns(t *testing.T) {
	rows := points(toy.Draw(toy.Moons{}, len(scikit), seeded(1)))
	require.Len(t, rows, len(scikit))
	for _, want := range scikit {
		at := slices.IndexFunc(rows, func(p [2]float64) bool {
			return math.Hypot(p[0]-want[0], p[1]-want[1]) < 1e-15 // rounding of sin and cos
		})
		require.GreaterOrEqual(t, at, 0, "%v is missing from %v", want, rows)
		rows = slices.Delete(rows, at, at+1)
	}
	assert.Empty(t, rows)
	assert.Equal(t, [][2]float64{{0, 0.5}}, points(toy.Draw(toy.Moons{}, 1, seeded(1))))
}

func TestMoonsAreShuffled(t *testing.T) {
	const n = 1000
	outer := 0 // rows of the outer arc among the first half
	for _, p := range points(toy.Draw(toy.Moons{}, n, seeded(1)))[:n/2] {
		if math.Abs(math.Hypot(p[0], p[1])-1) < 1e-12 && p[1] > -1e-12 {
			outer++
		}
	}
	// Hypergeometric: mean 250, standard deviation 7.9; five of them.
	assert.InDelta(t, n/4, outer, 40)
}

func TestMoonsNoise(t *testing.T) {
	const n, noise = 20000, 0.01
	var sum, squares float64
	for _, p := range points(toy.Draw(toy.Moons{Noise: noise}, n, seeded(1))) {
		// Away from its ends an arc is missed by the noise across it.
		var d float64
		switch {
		case p[1] > 0.6:
			d = math.Hypot(p[0], p[1]) - 1
		case p[1] < -0.1:
			d = math.Hypot(p[0]-1, p[1]-0.5) - 1
		default:
			continue
		}
		sum++
		squares += d * d
	}
	require.Greater(t, sum, float64(n)/3)
	// The relative standard error of a standard deviation is 1/√(2·sum) < 1 %.
	assert.InEpsilon(t, noise, math.Sqrt(squares/sum), 0.03)
}

func TestMoonsSampleIsSeeded(t *testing.T) {
	moons := toy.Moons{Noise: 0.06}
	a, b := toy.Draw(moons, 100, seeded(1)), toy.Draw(moons, 100, seeded(1))
	assert.Equal(t, a.Data(), b.Data())
	assert.NotEqual(t, a.Data(), toy.Draw(moons, 100, seeded(2)).Data())
	assert.Equal(t, tensor.Shape{100, 2}, a.Shape())
	assert.Equal(t, tensor.Float64, a.Dtype())
}

func TestMoonsRefuse(t *testing.T) {
	for _, test := range []struct {
		name  string
		noise float64
		n     int
		want  string
	}{
		{"no rows", 0.06, 0, "toy: cannot draw 0 rows, want at least 1"},
		{"negative rows", 0.06, -3, "toy: cannot draw -3 rows, want at least 1"},
		{"negative noise", -0.1, 10, "toy: moons: noise -0.1, want a finite number of at least 0"},
		{"noise not a number", math.NaN(), 10, "toy: moons: noise NaN, want a finite number of at least 0"},
		{"infinite noise", math.Inf(1), 10, "toy: moons: noise +Inf, want a finite number of at least 0"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := toy.Moons{Noise: test.noise}.Sample(test.n, seeded(1))
			assert.EqualError(t, err, test.want)
			assert.PanicsWithError(t, test.want, func() {
				toy.Draw(toy.Moons{Noise: test.noise}, test.n, seeded(1))
			})
		})
	}
	_, err := toy.Moons{}.Sample(10, nil)
	assert.EqualError(t, err, "toy: rng is nil, want a source of random numbers")
}

// points returns the rows of a table (rows, 2).
func points(x *tensor.Dense) (rows [][2]float64) {
	for p := range slices.Chunk(x.Float64s(), 2) {
		rows = append(rows, [2]float64(p))
	}
	return rows
}

func ExampleMoons() {
	moons := toy.Moons{Noise: 0.06}
	x := toy.Draw(moons, 8192, seeded(1))
	best, err := data.NLL(moons, x)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%v rows, at best %.2f nats, entropy %.3f\n", x.Shape(), best, moons.Entropy())
	// Output: (8192, 2) rows, at best 0.49 nats, entropy 0.477
}
