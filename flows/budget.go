package flows

import (
	"math"
	"math/bits"

	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/internal/limit"
)

// afford fails where a call would take more than the flow's MaxBytes for count things of so many bytes each.
func (p *plan) afford(what string, count int, each int) error {
	allowed := *p.maxBytes
	if allowed == 0 {
		allowed = 16 << 30
	}
	high, least := bits.Mul64(uint64(count), uint64(each))
	if high > 0 || least > math.MaxInt64 {
		least = math.MaxInt64
	}
	return limit.Check("flows: "+what, int64(least), allowed, "bytes", "Flow.MaxBytes")
}

// rowBytes is the size of a row of the data in the flow's element type.
func (p *plan) rowBytes() int { return p.dim * p.numberBytes() }

// numberBytes is the size of the flow's element type.
func (p *plan) numberBytes() int {
	if p.params.DtypeOrDefault() == tensor.Float64 {
		return 8
	}
	return 4
}

// inputBytes is what a row of a call takes at least: its result, log p and its noise.
func (p *plan) inputBytes(with beside) int {
	numbers := p.dim
	for _, b := range p.blocks {
		if noisy, ok := b.trace(with).(Noisy); ok {
			numbers += len(noisy.Inputs()) * p.dim
		}
	}
	return numbers*p.numberBytes() + 8
}
