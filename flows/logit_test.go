package flows_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/ode"
)

func TestLogitByHand(t *testing.T) {
	p := newNumbers(tensor.Float64)
	z, logDet := throughBlock(t, p, flows.Logit{Alpha: 0.25}, []float64{0, 0.5, 1, 0.9}, 2, true)
	assert.InDeltaSlice(t, []float64{-math.Log(3), 0, math.Log(3), math.Log(7. / 3)}, z, 1e-15)
	want := []float64{2*math.Log(0.5) - math.Log(0.25*0.75) - math.Log(0.25), 2*math.Log(0.5) - math.Log(0.75*0.25) - math.Log(0.7*0.3)}
	assert.InDeltaSlice(t, want, logDet, 1e-15)

	x, logDet := throughBlock(t, p, flows.Logit{}, []float64{0, 1}, 1, false)
	const alpha = 1e-6
	s := 1 / (1 + math.Exp(-1))
	assert.InDeltaSlice(t, []float64{0.5, (s - alpha) / (1 - 2*alpha)}, x, 1e-15)
	assert.InDelta(t, math.Log(s*(1-s))-math.Log1p(-2*alpha), logDet[1], 1e-15)
}

// The edges of the data are as good as its middle, in float32 too, where 1 - α is one of two numbers next to 1.
func TestLogitAtTheEdges(t *testing.T) {
	for _, alpha := range []float64{1e-6, 1e-4, 0.05} {
		var x, z []float64
		var slopes []float64
		for _, from1 := range []float64{0, 1. / 4096, 1. / 512, 0.25} { // exact in float32, and so is 1 - from1
			s := alpha + (1-2*alpha)*from1
			far := math.Log(s) - math.Log1p(-s)
			slope := math.Log1p(-2*alpha) - math.Log(s) - math.Log1p(-s)
			x, z, slopes = append(x, from1, 1-from1), append(z, far, -far), append(slopes, slope, slope)
		}
		for dtype, tolerance := range map[tensor.Dtype]float64{tensor.Float32: 2e-6, tensor.Float64: 1e-14} {
			gotZ, gotSlopes := throughBlock(t, newNumbers(dtype), flows.Logit{Alpha: alpha}, x, 1, true)
			assert.InDeltaSlice(t, z, gotZ, tolerance, "%v: a few roundings of up to 14", dtype)
			assert.InDeltaSlice(t, slopes, gotSlopes, tolerance, "%v", dtype)
		}
	}
}

// Far from 0 the log-determinant falls as |z| and neither overflows nor comes to a halt.
func TestLogitFarAway(t *testing.T) {
	for _, dtype := range dtypes {
		z := []float64{-1e4, -100, 100, 1e4}
		x, logDet := throughBlock(t, newNumbers(dtype), flows.Logit{Alpha: 0.125}, z, 1, false)
		for i := range z {
			assert.InDelta(t, -math.Abs(z[i])-math.Log(0.75), logDet[i], 1e-6*math.Abs(z[i]))
		}
		assert.InDeltaSlice(t, []float64{-1. / 6, -1. / 6, 7. / 6, 7. / 6}, x, 1e-6)
	}
}

// Data that the block can't have given fail alone.
func TestLogitOutside(t *testing.T) {
	f := newFlow(tensor.Float64, 2, flows.Logit{Alpha: 0.05})
	x := tensor.New(tensor.WithShape(4, 2), tensor.WithBacking([]float64{0.5, 0, 1, 1.1, 0.5, -0.1, 1, 0}))
	logp, err := f.LogProb(t.Context(), x)
	var failed *flows.SolveError
	require.ErrorAs(t, err, &failed)
	require.ErrorIs(t, err, ode.ErrNonFinite)
	require.Len(t, failed.Rows, 2)
	assert.ErrorContains(t, err, "flows.Logit")
	for i, outside := range []bool{false, true, true, false} {
		assert.Equal(t, outside, math.IsNaN(logp[i]), "row %d", i)
	}
}
