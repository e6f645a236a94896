package toy_test

import (
	"math/rand/v2"
	"testing"
)

func seeded(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0)) }

// briefly returns less with -short, and full without.
func briefly[T any](less, full T) T {
	if testing.Short() {
		return less
	}
	return full
}
