package optim

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
)

// Stream returns the source of random numbers of a name, at one place of a run: it depends on these alone, by SHA-256, so
// that a run which is taken up again draws what it would have drawn. Epochs and batches count from 0.
func Stream(seed uint64, name string, epoch, batch int) *rand.PCG {
	text := make([]byte, 0, 64)
	for _, v := range []uint64{seed, uint64(epoch), uint64(batch)} {
		text = binary.LittleEndian.AppendUint64(text, v)
	}
	sum := sha256.Sum256(append(text, name...))
	return rand.NewPCG(binary.LittleEndian.Uint64(sum[:]), binary.LittleEndian.Uint64(sum[8:]))
}

// seedNoise gives the streams that the objective draws from their place in the run.
func (r *run) seedNoise() {
	_, divisible := r.objective.(Divisible)
	for name, source := range r.Noise {
		if r.ranks.many() && !divisible {
			name = fmt.Sprintf("%s of rank %d", name, r.ranks.rank)
		}
		*source = *Stream(r.Seed, name, r.at.Epochs, r.at.Batches)
	}
}
