package flows

import (
	"math"

	"gorgonia.org/tensor"
)

// typeLimits says what an element type can hold; powers of two leave some room to its ends.
type typeLimits struct {
	max         float64 // the largest number
	digits      float64 // of the significand, binary
	least, most float64 // powers of two
	shrink      float64 // a power of two whose square is far from the smallest number, and 1/shrink from the largest
	manyDF      float64 // degrees of freedom that leave a squared distance of one deviation a normal number
}

func limits(t tensor.Dtype) typeLimits {
	if t == tensor.Float64 {
		return typeLimits{math.MaxFloat64, 53, -1000, 1000, 0x1p-300, 0x1p1000}
	}
	return typeLimits{math.MaxFloat32, 24, -100, 120, 0x1p-40, 0x1p100}
}
