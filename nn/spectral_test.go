package nn_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"

	"github.com/go-ffjord/ffjord/nn"
)

// effective returns the matrix that a linear layer multiplies by, row by row from unit rows.
func effective(t *testing.T, l nn.Linear, p *nn.Params, in int) *mat.Dense {
	t.Helper()
	l.NoBias = true
	unit := make([][]float64, in)
	for i := range unit {
		unit[i] = make([]float64, in)
		unit[i][i] = 1
	}
	rows := evaluate(t, l, p, "", unit, make([]float64, in))
	return mat.NewDense(in, len(rows[0]), join(rows...))
}

// stretch returns the largest singular value.
func stretch(m mat.Matrix) float64 {
	var svd mat.SVD
	svd.Factorize(m, mat.SVDNone)
	return svd.Values(nil)[0]
}

// set makes a layer's weight and gives it values.
func set(t *testing.T, l nn.Linear, in int, w []float64) *nn.Params {
	t.Helper()
	p := newParams()
	l.NoBias = true
	build(t, l, p, in)
	copy(values(p.Get("weight")), w)
	return p
}

func TestSpectralAgainstPlainGo(t *testing.T) {
	const in, out, steps = 3, 4, 2
	l := nn.Linear{Out: out, Spectral: steps}
	p := set(t, l, in, nil)
	w := mat.NewDense(in, out, values(p.Get("weight")))
	v := mat.NewVecDense(out, nil)
	for j := range out {
		v.SetVec(j, math.Cos(math.Pi*(math.Sqrt(5)-1)*float64(j))) // 2/φ = √5 - 1
	}
	var u mat.VecDense
	for range steps {
		u.MulVec(w, v)
		v.MulVec(w.T(), &u)
	}
	v.ScaleVec(1/v.Norm(2), v)
	u.MulVec(w, v)
	want := mat.NewDense(in, out, nil)
	want.Scale(1/u.Norm(2), w)
	assert.True(t, mat.EqualApprox(want, effective(t, l, p, in), 1e-14), "a few roundings")
}

func TestSpectralNorm(t *testing.T) {
	for _, c := range []struct {
		name    string
		in, out int
		steps   int
		w       []float64 // nil is random
		excess  float64   // over 1
	}{
		{"one number", 1, 1, 1, []float64{-3}, 1e-15},
		{"one row", 1, 5, 1, nil, 1e-14},
		{"one column", 5, 1, 1, nil, 1e-14},
		{"columns that cancel", 2, 1, 1, []float64{1, -1}, 1e-14},
		{"alternating signs", 2, 2, 1, []float64{1, -1, -1, 1}, 1e-14},
		{"identity", 3, 3, 1, []float64{1, 0, 0, 0, 1, 0, 0, 0, 1}, 1e-14},
		{"one stretched axis", 3, 3, 20, []float64{1, 0, 0, 0, 2, 0, 0, 0, 1}, 1e-10}, // (1/2)⁴⁰ of the start is left
		{"wide, 10 steps", 8, 64, 10, nil, 0.05},
		{"tall, 10 steps", 64, 8, 10, nil, 0.05},
		{"square, 10 steps", 64, 64, 10, nil, 0.05},
		{"square, 300 steps", 16, 16, 300, nil, 1e-3},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := nn.Linear{Out: c.out, Spectral: c.steps}
			got := stretch(effective(t, l, set(t, l, c.in, c.w), c.in))
			assert.GreaterOrEqual(t, got, 1-1e-12, "σ is approached from below; some tens of roundings")
			assert.LessOrEqual(t, got, 1+c.excess)
		})
	}
}

func TestSpectralOfZeroIsZero(t *testing.T) {
	l := nn.Linear{Out: 3, Spectral: 2, Init: nn.Zeros}
	assert.Zero(t, mat.Norm(effective(t, l, set(t, l, 2, nil), 2), 2))
}

func TestSpectralForgetsTheScale(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		in, out := rapid.IntRange(1, 6).Draw(r, "in"), rapid.IntRange(1, 6).Draw(r, "out")
		scale := math.Exp(rapid.Float64Range(-6, 6).Draw(r, "log of scale"))
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(r, "seed"), 0))
		w := make([]float64, in*out)
		scaled := make([]float64, in*out)
		for i := range w {
			w[i] = rng.NormFloat64()
			scaled[i] = scale * w[i]
		}
		l := nn.Linear{Out: out, Spectral: 2}
		a := effective(t, l, set(t, l, in, w), in)
		b := effective(t, l, set(t, l, in, scaled), in)
		assert.True(r, mat.EqualApprox(a, b, 1e-9), "roundings of a small σ count more, %v and %v", mat.Formatted(a), mat.Formatted(b))
	})
}

func TestSpectralInEveryKind(t *testing.T) {
	for _, kind := range []nn.Timed{nn.Ignore, nn.Concat, nn.ConcatLast, nn.ConcatV2{}, nn.Squash{}, nn.ConcatSquash{}, nn.Blend{}, nn.GatedLinear{}, nn.Fourier{}} {
		t.Run(fmt.Sprintf("%T", kind), func(t *testing.T) {
			p, big := newParams(), newParams()
			l := nn.MLP{Hidden: []int{4}, Time: kind, Spectral: 5}
			build(t, l, p, 2)
			build(t, l, big, 2)
			for q := range big.All() {
				if strings.HasSuffix(q.Name(), ".weight") {
					for i := range values(q) {
						values(q)[i] *= 100
					}
				}
			}
			assert.InDeltaSlice(t, join(evaluate(t, l, p, "", someRows, someTimes)...),
				join(evaluate(t, l, big, "", someRows, someTimes)...), 1e-10, "the size of the weights does not matter")
		})
	}
}
