package flows

import (
	"fmt"
	"math"

	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/nn"
)

// MovingBatchNorm is the block that standardises data by running moments on their way to the base and then gives them a
// learnt scale and shift, each dimension by itself (Grathwohl et al. 2019, after Ioffe & Szegedy 2015):
//
//	z = (x - m) / √(v + Eps) · exp(w) + β
//	log |det ∂z/∂x| = Σ w - ½ ln(v + Eps)
//
// w and β are the parameters "weight" and "bias", zero at first. m and v are the state "mean" and "variance", 0 and 1
// at first, which follow the data in training: a fraction Decay of the way to the moments of every batch. The block
// uses them as they are, in training too: a row's density never depends on the other rows, and the inverse is exact.
// All are (1, dim).
type MovingBatchNorm struct {
	Eps   float64 // keeps √ off zero; zero is 1e-4
	Decay float64 // above 0, at most 1; zero is 0.1
}

var _ Follower = MovingBatchNorm{}

// Forward writes x = (z - β) √(v + Eps) exp(-w) + m.
func (b MovingBatchNorm) Forward(s *nn.Scope, z *graph.Node) (x, logDet *graph.Node) {
	n := b.rows(s, z)
	x = graph.Add(graph.Mul(graph.Sub(z, n.bias), graph.Exp(graph.Neg(n.logScale))), n.mean)
	return x, graph.Neg(graph.SumCols(n.logScale))
}

// Inverse writes z = (x - m) / √(v + Eps) · exp(w) + β.
func (b MovingBatchNorm) Inverse(s *nn.Scope, x *graph.Node) (z, logDet *graph.Node) {
	n := b.rows(s, x)
	z = graph.Add(graph.Mul(graph.Sub(x, n.mean), graph.Exp(n.logScale)), n.bias)
	return z, graph.SumCols(n.logScale)
}

// Follow moves the state after a step: m += Decay (mean - m), and so for the variance, with the moments of the rows
// that Inverse was given.
func (b MovingBatchNorm) Follow(state func(name string) *nn.Param, mean, variance []float64) error {
	b, err := b.withDefaults()
	if err != nil {
		return err
	}
	m, v := state("mean"), state("variance")
	means, variances := m.Numbers(), v.Numbers()
	if len(mean) != len(means) || len(variance) != len(variances) {
		return fmt.Errorf("it follows %d means and %d variances, want %d of each", len(mean), len(variance), len(means))
	}
	for d := range means {
		if math.IsNaN(mean[d]) || math.IsInf(mean[d], 0) || !(variance[d] >= 0) || math.IsInf(variance[d], 1) {
			return fmt.Errorf("it follows the mean %v and the variance %v of dimension %d: "+
				"want finite numbers and a variance from 0 on", mean[d], variance[d], d)
		}
		means[d] += b.Decay * (mean[d] - means[d])
		variances[d] += b.Decay * (variance[d] - variances[d])
	}
	if err := m.Set(means); err != nil {
		return err
	}
	return v.Set(variances)
}

// normRows are the rows (1, dim) of a MovingBatchNorm: z = (x - mean) exp(logScale) + bias.
type normRows struct{ mean, logScale, bias *graph.Node }

func (b MovingBatchNorm) rows(s *nn.Scope, like *graph.Node) normRows {
	b, err := b.withDefaults()
	if err != nil {
		graph.Fail("MovingBatchNorm: %w", err)
	}
	dim := like.Shape()[1]
	weight := s.Param("weight", nn.Zeros, 1, dim)
	bias := s.Param("bias", nn.Zeros, 1, dim)
	mean := s.State("mean", nn.Zeros, 1, dim)
	variance := s.State("variance", nn.Constant(1), 1, dim)
	spread := graph.Scale(graph.Log(graph.Shift(variance, b.Eps)), 0.5)
	return normRows{mean, graph.Sub(weight, spread), bias}
}

func (b MovingBatchNorm) withDefaults() (MovingBatchNorm, error) {
	if b.Eps == 0 {
		b.Eps = 1e-4
	}
	if b.Decay == 0 {
		b.Decay = 0.1
	}
	if !(b.Eps > 0) || math.IsInf(b.Eps, 1) {
		return b, fmt.Errorf("its Eps is %v, want a positive number", b.Eps)
	}
	if !(b.Decay > 0 && b.Decay <= 1) {
		return b, fmt.Errorf("its Decay is %v, want a number above 0 and at most 1", b.Decay)
	}
	return b, nil
}
