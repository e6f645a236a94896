package flows_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/nn"
)

// closedForm are blocks with numbers of their own for dim dimensions.
func closedForm(dim int) map[string]flows.Block {
	rng := seeded(uint64(dim))
	vector := func(of func() float64) []float64 {
		v := make([]float64, dim)
		for i := range v {
			v[i] = of()
		}
		return v
	}
	loc := vector(rng.NormFloat64)
	scale := vector(func() float64 { return math.Exp(0.5 * rng.NormFloat64()) })
	affine := flows.Affine{Loc: loc, Scale: scale}
	return map[string]flows.Block{
		"affine":            affine,
		"affine, loc":       flows.Affine{Loc: loc},
		"affine, scale":     flows.Affine{Scale: scale},
		"affine, learnt":    flows.Affine{Loc: loc, Scale: scale, Learn: true},
		"identity":          flows.Affine{},
		"identity, learnt":  flows.Affine{Learn: true},
		"standardize":       flows.Standardize{Mean: loc, Std: scale},
		"standardize, mean": flows.Standardize{Mean: loc},
		"standardize, std":  flows.Standardize{Std: scale},
		"logit":             flows.Logit{},
		"logit, wide":       flows.Logit{Alpha: 0.05},
		"reverse":           flows.Permute{},
		"permute":           flows.Permute{Order: rng.Perm(dim)},
		"linear":            flows.Linear{Matrix: mixing(dim, rng)},
		"moving batch norm": flows.MovingBatchNorm{},
		"chain": flows.Chain{
			flows.MovingBatchNorm{Eps: 0.1}, affine, flows.Permute{Order: rng.Perm(dim)}, flows.Logit{Alpha: 0.01},
		},
	}
}

// mixing is a matrix (dim, dim) whose inverse loses few digits.
func mixing(dim int, rng *rand.Rand) []float64 {
	a := make([]float64, dim*dim)
	for i := range a {
		a[i] = 0.3 * rng.NormFloat64() / math.Sqrt(float64(dim))
		if i%(dim+1) == 0 {
			a[i]++
		}
	}
	return a
}

// goes writes one direction of a block.
func goes(b flows.Block, inverse bool) writer {
	return func(s *nn.Scope, x *graph.Node) map[string]*graph.Node {
		method := flows.Chain{b}.Forward
		if inverse {
			method = flows.Chain{b}.Inverse
		}
		y, logDet := method(s, x)
		return map[string]*graph.Node{"y": y, "logdet": logDet}
	}
}

func throughBlock(t *testing.T, p *nn.Params, b flows.Block, x []float64, dim int, inverse bool) (y, logDet []float64) {
	t.Helper()
	out := evaluate(t, graph.Native, p, goes(b, inverse), x, dim)
	return out["y"], out["logdet"]
}

// disturb moves all numbers of a block off their initial values, none to zero or below.
func disturb(t *testing.T, p *nn.Params, b flows.Block, dim int) {
	t.Helper()
	throughBlock(t, p, b, make([]float64, dim), dim, false)
	if _, fixed := b.(flows.Linear); fixed {
		return // its states are a matrix and its inverse
	}
	rng := seeded(5)
	for q := range p.All() {
		v := q.Numbers()
		for i := range v {
			v[i] += 0.3 * rng.Float64()
		}
		require.NoError(t, q.Set(v))
	}
}

func gaussian(rng *rand.Rand, n int) []float64 {
	v := make([]float64, n)
	for i := range v {
		v[i] = rng.NormFloat64()
	}
	return v
}

// Every block is a bijection with the log-determinants of its Jacobian, taken by central differences.
func TestBlocks(t *testing.T) {
	const rows, h = 3, 1e-5
	for _, dim := range []int{1, 2, 5, 200} {
		if testing.Short() && dim == 200 {
			dim = 40
		}
		for name, b := range closedForm(dim) {
			t.Run(fmt.Sprintf("%s/%d", name, dim), func(t *testing.T) {
				p := newNumbers(tensor.Float64)
				disturb(t, p, b, dim)
				z := gaussian(seeded(1), rows*dim)
				x, there := throughBlock(t, p, b, z, dim, false)
				back, andBack := throughBlock(t, p, b, x, dim, true)
				// Logit at most 3 from 0 loses 1/s' = e³ units in the last place, and its neighbours in the chain as
				// much.
				assert.InDeltaSlice(t, z, back, 1e-13)
				for r := range rows {
					assert.InDelta(t, -there[r], andBack[r], 1e-13*float64(dim), "one rounding for each dimension")
					for direction, at := range map[bool][]float64{false: z, true: x} {
						row := at[r*dim : (r+1)*dim]
						var probe []float64
						for d := range 2 * dim {
							moved := append([]float64(nil), row...)
							moved[d/2] += h - 2*h*float64(d%2)
							probe = append(probe, moved...)
						}
						m, _ := throughBlock(t, p, b, probe, dim, direction)
						jacobian := mat.NewDense(dim, dim, nil)
						for d := range dim {
							for i := range dim {
								jacobian.Set(i, d, (m[2*d*dim+i]-m[(2*d+1)*dim+i])/(2*h))
							}
						}
						want, _ := mat.LogDet(jacobian)
						got := map[bool][]float64{false: there, true: andBack}[direction][r]
						// h² times the third derivative of the inverse logit over its first, 2/s² of up to 2e4 at Alpha
						// 0.01.
						assert.InDelta(t, want, got, 5e-6*float64(dim), "inverse %v", direction)
					}
				}
			})
		}
	}
}

// float32 gives what float64 does, on both engines.
func TestBlocksInFloat32(t *testing.T) {
	const rows, dim = 4, 5
	for name, b := range closedForm(dim) {
		t.Run(name, func(t *testing.T) {
			exact, p := newNumbers(tensor.Float64), newNumbers(tensor.Float32)
			disturb(t, exact, b, dim)
			disturb(t, p, b, dim)
			z := gaussian(seeded(1), rows*dim)
			x, there := throughBlock(t, exact, b, z, dim, false)
			for _, e := range []graph.Engine{graph.Native, graph.Tape} {
				got := evaluate(t, e, p, goes(b, false), z, dim)
				// 2⁻²⁴ of numbers up to 10, a few times over.
				assert.InDeltaSlice(t, x, got["y"], 3e-6, "%v", e)
				assert.InDeltaSlice(t, there, got["logdet"], 1e-5, "%v", e)
				got = evaluate(t, e, p, goes(b, true), x, dim)
				// The inverse logit multiplies the rounding of x by up to 1/s' = e³.
				assert.InDeltaSlice(t, z, got["y"], 2e-5, "%v", e)
				for r := range there {
					assert.InDelta(t, -there[r], got["logdet"][r], 5e-5, "%v", e)
				}
			}
		})
	}
}

// What training moves has the derivatives of what is computed, and state has none.
func TestBlockGradients(t *testing.T) {
	const rows, dim = 3, 4
	for name, b := range closedForm(dim) {
		for _, inverse := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/inverse %v", name, inverse), func(t *testing.T) {
				p := newNumbers(tensor.Float64)
				disturb(t, p, b, dim)
				x := gaussian(seeded(1), rows*dim)
				if inverse {
					x, _ = throughBlock(t, p, b, x, dim, false)
				}
				checkDerivatives(t, p, func(s *nn.Scope, x *graph.Node) map[string]*graph.Node {
					out := goes(b, inverse)(s, x)
					value := graph.Add(graph.SumCols(graph.Sin(out["y"])), out["logdet"])
					return map[string]*graph.Node{"value": value}
				}, x, dim, 1e-5) // differences of a step of 6e-6 with curvature up to 1e3
			})
		}
	}
}

// A number that is not a number stays one, where a row has failed before.
func TestBlocksPassNaN(t *testing.T) {
	for name, b := range closedForm(2) {
		if name == "identity" {
			continue // says nothing of the log-determinant
		}
		t.Run(name, func(t *testing.T) {
			for _, inverse := range []bool{false, true} {
				p := newNumbers(tensor.Float64)
				y, _ := throughBlock(t, p, b, []float64{math.NaN(), math.NaN(), 0.5, 0.25}, 2, inverse)
				for i, v := range y {
					assert.Equal(t, i < 2, math.IsNaN(v))
				}
			}
		})
	}
}

func TestBlockErrors(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, c := range []struct {
		name  string
		block flows.Block
		want  string
	}{
		{"affine loc", flows.Affine{Loc: []float64{1}}, "Affine: Loc has 1 numbers, want 2, one for each dimension"},
		{"affine scale", flows.Affine{Scale: []float64{1, 0}}, "Affine: Scale[1] is 0, want a positive number"},
		{"affine scale below zero", flows.Affine{Scale: []float64{-1, 1}, Learn: true}, "Scale[0] is -1"},
		{"affine nan", flows.Affine{Loc: []float64{0, nan}}, "Affine: Loc[1] is NaN, want a finite number"},
		{"standardize mean", flows.Standardize{Mean: []float64{inf, 0}}, "Standardize: Mean[0] is +Inf"},
		{"standardize std", flows.Standardize{Std: []float64{1, 2, 3}}, "Standardize: Std has 3 numbers, want 2, one for each dimension"},
		{"standardize std in float32", flows.Standardize{Std: []float64{1, 1e-50}}, "Std[1] is 1e-50, want a positive number in float32"},
		{"empty is not nil", flows.Standardize{Std: []float64{}}, "Std has 0 numbers, want 2, one for each dimension"},
		{"logit", flows.Logit{Alpha: 0.5}, "Logit: Alpha is 0.5, want a number from 0 to below 0.5"},
		{"logit below zero", flows.Logit{Alpha: -1}, "Alpha is -1"},
		{"logit nan", flows.Logit{Alpha: nan}, "Alpha is NaN"},
		{"permute length", flows.Permute{Order: []int{0}}, "Permute: Order has 1 numbers, want 2, one for each dimension"},
		{"permute range", flows.Permute{Order: []int{1, 2}}, "Permute: Order[1] is 2, want a dimension from 0 to 1"},
		{"permute below zero", flows.Permute{Order: []int{-1, 0}}, "Order[0] is -1"},
		{"permute twice", flows.Permute{Order: []int{1, 1}}, "Permute: Order[0] and Order[1] are both 1, want every dimension once"},
		{"linear size", flows.Linear{Matrix: []float64{1, 2}}, "Linear: Matrix has 2 numbers, want 4, 2 for each dimension"},
		{"linear nan", flows.Linear{Matrix: []float64{1, 2, nan, 0}}, "Linear: Matrix[2] is NaN, want a finite number"},
		{"linear singular", flows.Linear{Matrix: []float64{1, 2, 2, 4}}, "Linear: Matrix has no inverse to trust"},
		{"eps", flows.MovingBatchNorm{Eps: -1}, "MovingBatchNorm: its Eps is -1, want a positive number"},
		{"eps infinite", flows.MovingBatchNorm{Eps: inf}, "its Eps is +Inf"},
		{"decay", flows.MovingBatchNorm{Decay: 1.5}, "MovingBatchNorm: its Decay is 1.5, want a number above 0 and at most 1"},
		{"decay nan", flows.MovingBatchNorm{Decay: nan}, "its Decay is NaN"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, inverse := range []bool{false, true} {
				assert.ErrorContains(t, buildError(tensor.Float32, goes(c.block, inverse), 2), c.want)
			}
		})
	}
}
