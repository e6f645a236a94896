package viz

import (
	"math"
	"strconv"
	"strings"
)

// ticks are the round values on a scale, with their labels.
type ticks struct {
	at     []float64
	labels []string
}

// newTicks returns the multiples in [lo, hi] of the least of 1, 2 and 5 times a
// power of ten that gives no more than most of them.
func newTicks(lo, hi float64, most int) ticks {
	raw := (hi - lo) / float64(most)
	exp := math.Floor(math.Log10(raw))
	unit := math.Pow(10, exp)
	step := 10 * unit
	for _, m := range []float64{1, 2, 5} {
		if m*unit >= raw {
			step = m * unit
			break
		}
	}
	decimals := max(0, int(-math.Floor(math.Log10(step)+1e-9)))

	const slack = 1e-9 // keeps a tick that lies on the end of the scale
	var t ticks
	for k := math.Ceil(lo/step - slack); k <= hi/step+slack; k++ {
		t.at = append(t.at, k*step)
		t.labels = append(t.labels, number(k*step, decimals))
	}
	return t
}

// number writes v with a true minus sign, which 0 never has.
func number(v float64, decimals int) string {
	s := strconv.FormatFloat(v, 'f', decimals, 64)
	if strings.Trim(s, "-0.") == "" {
		return strings.TrimPrefix(s, "-")
	}
	return strings.Replace(s, "-", "−", 1)
}
