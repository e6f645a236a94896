package flows

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/nn"
)

// Settings with one number for each column of a node. Nil is a default that its owner names.

// checkFinite fails unless values are one finite number for each column of like, or nil. what is the owner and field.
func checkFinite(like *graph.Node, what string, values []float64) {
	checkColumns(like, what, values, "a finite number", func(float64) bool { return true })
}

// checkPositive is checkFinite for numbers above zero.
func checkPositive(like *graph.Node, what string, values []float64) {
	checkColumns(like, what, values, "a positive number", func(v float64) bool { return v > 0 })
}

// checkScale is checkPositive for numbers that are divided by: the inverse must be one of like's type too, to all
// digits.
func checkScale(like *graph.Node, what string, values []float64) {
	checkPositive(like, what, values)
	least := 0x1p-1022
	if like.Dtype() == tensor.Float32 {
		least = 0x1p-126
	}
	checkColumns(like, what, values, fmt.Sprintf("a number from %.2g to %.2g", least, 1/least), func(v float64) bool {
		return v >= least && v <= 1/least
	})
}

func checkColumns(like *graph.Node, what string, values []float64, want string, good func(v float64) bool) {
	if dim := like.Shape()[1]; values != nil && len(values) != dim {
		graph.Fail("%s has %d numbers, want %d, one for each dimension", what, len(values), dim)
	}
	for d, v := range values {
		kept := v // as the graph holds it
		if like.Dtype() == tensor.Float32 {
			kept = float64(float32(v))
		}
		if math.IsNaN(kept) || math.IsInf(kept, 0) || !good(kept) {
			graph.Fail("%s[%d] is %v, want %s in %v", what, d, v, want, like.Dtype())
		}
	}
}

// constantColumns returns a matrix of like's rows whose column d is all values[d]. Neighbouring columns of one value
// are one constant.
func constantColumns(like *graph.Node, values []float64) *graph.Node {
	var parts []*graph.Node
	for from := 0; from < len(values); {
		to := from + 1
		for to < len(values) && values[to] == values[from] {
			to++
		}
		parts = append(parts, graph.FillCols(like, values[from], to-from))
		from = to
	}
	return graph.Concat(parts...)
}

// startAt is an initial value that is not drawn; nil is zeros.
func startAt(values []float64) nn.Init {
	return func(_ *rand.Rand, dst []float64, _, _ int) { copy(dst, values) }
}

// logs returns the logarithms of positive values, nil of nil.
func logs(values []float64) []float64 {
	if values == nil {
		return nil
	}
	out := make([]float64, len(values))
	for i, v := range values {
		out[i] = math.Log(v)
	}
	return out
}

// exps returns the exponentials of values.
func exps(values []float64) []float64 {
	out := make([]float64, len(values))
	for i, v := range values {
		out[i] = math.Exp(v)
	}
	return out
}
