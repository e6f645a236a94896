package ode

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// The approximations of the control err by less than they say, over all the errors a step can have.
func TestLogarithmAndPower(t *testing.T) {
	for x := 1e-300; x < 1e300; x *= 1.0137 {
		require.InDelta(t, math.Log2(x), log2(x), 1e-4, "log2(%g)", x)
	}
	for x := -64.0; x <= 64; x += 0.00717 {
		require.InEpsilon(t, math.Exp2(x), exp2(x), 1e-4, "exp2(%g)", x)
	}
}

// The factor is the formula's, for any control and any errors.
func TestFactorIsTheFormula(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		number := func(name string, lo, hi float64) float64 { return rapid.Float64Range(lo, hi).Draw(t, name) }
		c, err := Control{P: number("P", 0, 1), I: number("I", 0.1, 1), D: number("D", 0, 0.5), Safety: number("Safety", 0.5, 1)}.withDefaults()
		require.NoError(t, err)
		r := [3]float64{}
		for i := range r {
			r[i] = math.Exp(number("log r", -13, 20)) // e^-13 is 2e-6
		}
		q := rapid.IntRange(2, 8).Draw(t, "q")
		k := 1 / float64(q)
		want := c.Safety * math.Pow(r[0], -(c.P+c.I+c.D)*k) * math.Pow(r[1], (c.P+2*c.D)*k) * math.Pow(r[2], -c.D*k)
		want = min(max(want, c.MinFactor), c.MaxFactor)
		// Three logarithms of 1e-4 with exponents of up to 2.5/2, and the power's own 1e-4.
		require.InEpsilon(t, want, factor(c, q, r[0]*r[0], r[1]*r[1], r[2]*r[2]), 1e-3)
	})
}

// factor is that of one lane.
func factor(c Control, q int, s1, s2, s3 float64) float64 {
	lane := []pace{{s2: s2, s3: s3}}
	c.factors(c.exponents(q), []float64{s1}, lane)
	return lane[0].factor
}

func TestFactorAtTheEnds(t *testing.T) {
	for _, given := range []Control{{}, {P: 1, I: 1, D: 1}} {
		c, err := given.withDefaults()
		require.NoError(t, err)
		for _, q := range []int{2, 3, 5, 6} {
			assert.Equal(t, 10., factor(c, q, 0, 1, 1), "no error")
			assert.Equal(t, 0.2, factor(c, q, math.MaxFloat64, 1, 1), "a huge error")
			assert.Equal(t, 0.2, factor(c, q, math.MaxFloat64, 0, 0), "a huge error after none")
			assert.InDelta(t, 0.9, factor(c, q, 1, 1, 1), 1e-4, "just accepted")
		}
	}
}

// Nearly everything that a control may be told is sensible; what is not is refused by name.
func TestControlArguments(t *testing.T) {
	for _, c := range []struct {
		name    string
		control Control
		want    string
	}{
		{"proportional", Control{P: -1}, "Control.P is -1"},
		{"integral", Control{I: math.NaN()}, "Control.I is NaN"},
		{"derivative", Control{D: math.Inf(1)}, "Control.D is +Inf"},
		{"too much", Control{I: 2}, "P 0, I 2 and D 0: want at most 1 each"},
		{"safety", Control{Safety: 1.5}, "Safety 1.5"},
		{"shrinks by growing", Control{MinFactor: 2}, "MinFactor 2"},
		{"grows by shrinking", Control{MaxFactor: 0.5}, "MaxFactor 0.5"},
		{"shortest", Control{MinStep: -1}, "Control.MinStep is -1"},
		{"bounds crossed", Control{MinStep: 2, MaxStep: 1}, "MinStep is 2: want at most MaxStep, 1"},
		{"first", Control{First: -0.1}, "Control.First is -0.1"},
		{"rule", Control{FirstRule: "guess"}, `Control.FirstRule "guess" is unknown`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Solver{Control: c.control}.WithDefaults()
			require.ErrorContains(t, err, c.want)
			assert.ErrorContains(t, err, "ode: ")
		})
	}
}
