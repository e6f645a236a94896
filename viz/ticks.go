package viz

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// ticks are the round values on a scale, with their labels.
type ticks struct {
	at     []float64
	labels []string

	numbers []int    // of times: by how many steps each is from some beginning
	short   []string // of times: what stands behind a label that has the same upper part
	upper   []string // of each label; "" is none
}

// text returns the label of tick i, where that before is of tick prev, or of none for −1.
func (t ticks) text(i, prev int) string {
	if prev >= 0 && t.upper != nil && t.upper[i] != "" && strings.HasPrefix(t.labels[prev], t.upper[i]) {
		return t.short[i]
	}
	return t.labels[i]
}

// texts returns the labels of all ticks.
func (t ticks) texts() []string {
	var all []string
	for i := range t.at {
		all = append(all, t.text(i, i-1))
	}
	return all
}

// newTicks returns the multiples in [lo, hi], which checkSpan has let pass, of the least of 1, 2 and 5 times a power of
// ten that gives no more than most of them, or one more where both ends are multiples, and at least two.
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
	label := labelling(max(math.Abs(lo), math.Abs(hi)), step)

	const slack = 1e-9 // keeps a tick that lies on the end of the scale
	var t ticks
	first := math.Ceil(lo/step - slack)
	for i := range most + 2 {
		k := first + float64(i)
		if k > hi/step+slack {
			break
		}
		t.at = append(t.at, k*step)
		t.labels = append(t.labels, label(k*step))
	}
	if len(t.at) < 2 {
		return newTicks(lo, hi, most+1)
	}
	return t
}

// number returns by how many steps a tick is from 0.
func (t ticks) number(i int) int {
	if t.numbers != nil {
		return t.numbers[i]
	}
	const most = 1 << 50 // in front of it steps are still told apart
	n := math.Round(t.at[i] / (t.at[1] - t.at[0]))
	return int(max(-most, min(most, n)))
}

// whole returns the ticks at whole numbers, all of them where there are not two.
func (t ticks) whole() ticks {
	var some ticks
	for i, v := range t.at {
		if n := math.Round(v); math.Abs(v-n) < 1e-6 {
			label, _, _ := strings.Cut(t.labels[i], ".")
			some.at, some.labels = append(some.at, n), append(some.labels, label)
		}
	}
	if len(some.at) < 2 {
		return t
	}
	return some
}

// labelling returns how to write numbers of at most a size in steps: with all digits down to the step's, and with a
// power of ten where they would be many zeros otherwise.
func labelling(size, step float64) func(float64) string {
	const plain, long = 1e-5, 1e7
	last := math.Floor(math.Log10(step) + 1e-9)
	if step >= plain && size < long {
		return func(v float64) string { return number(v, max(0, int(-last))) }
	}
	return func(v float64) string {
		if math.Abs(v) < step/2 {
			return "0"
		}
		digits := max(0, int(math.Floor(math.Log10(math.Abs(v))+1e-9)-last))
		mantissa, power, _ := strings.Cut(strconv.FormatFloat(v, 'e', digits, 64), "e")
		exponent, _ := strconv.Atoi(power)
		return strings.ReplaceAll(fmt.Sprintf("%se%d", mantissa, exponent), "-", "−")
	}
}

// number writes v with a true minus sign, which 0 never has.
func number(v float64, decimals int) string {
	s := strconv.FormatFloat(v, 'f', decimals, 64)
	if strings.Trim(s, "-0.") == "" {
		return strings.TrimPrefix(s, "-")
	}
	return strings.Replace(s, "-", "−", 1)
}
