package ranks

import (
	"context"
	"encoding/binary"
	"math"
)

// Unordered is a Local that adds numbers up itself, from the last rank to the first.
type Unordered struct{ *Local }

// Sum replaces x by its sum over all ranks.
func (u Unordered) Sum(ctx context.Context, x []float64) error {
	var message []byte
	for _, v := range x {
		message = binary.LittleEndian.AppendUint64(message, math.Float64bits(v))
	}
	all, err := u.Gather(ctx, message)
	if err != nil {
		return err
	}
	clear(x)
	for i := range all {
		from := all[len(all)-1-i]
		for k := range x {
			x[k] += math.Float64frombits(binary.LittleEndian.Uint64(from[8*k:]))
		}
	}
	return nil
}
