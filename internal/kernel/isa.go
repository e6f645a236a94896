package kernel

import (
	"fmt"
	"os"
)

// ISA is an instruction set that kernels are written in.
type ISA uint8

const (
	Go     ISA = iota // plain Go, everywhere
	AVX2              // amd64 with AVX2 and FMA
	AVX512            // amd64 with AVX-512 F, DQ, VL and BW
)

// Env is the environment variable [FromEnv] reads.
const Env = "FFJORD_KERNELS"

// String is the name that [Parse] reads: go, avx2 or avx512.
func (i ISA) String() string {
	switch i {
	case Go:
		return "go"
	case AVX2:
		return "avx2"
	case AVX512:
		return "avx512"
	}
	return fmt.Sprintf("ISA(%d)", uint8(i))
}

// Supported reports whether this build on this processor has the kernels of i.
func (i ISA) Supported() bool { return i == Go || supported(i) }

// Best is the fastest supported instruction set.
func Best() ISA {
	for _, i := range []ISA{AVX512, AVX2} {
		if i.Supported() {
			return i
		}
	}
	return Go
}

// Parse finds the instruction set called name; the empty name means [Best]. It is
// an error if the name is unknown or the processor lacks the instructions.
func Parse(name string) (ISA, error) {
	if name == "" {
		return Best(), nil
	}
	for _, i := range []ISA{Go, AVX2, AVX512} {
		if i.String() != name {
			continue
		}
		if !i.Supported() {
			return Go, fmt.Errorf("kernel: %s is not supported by this build on this processor", name)
		}
		return i, nil
	}
	return Go, fmt.Errorf("kernel: unknown kernels %q, want go, avx2 or avx512", name)
}

// FromEnv is [Parse] of the environment variable FFJORD_KERNELS.
func FromEnv() (ISA, error) {
	i, err := Parse(os.Getenv(Env))
	if err != nil {
		return i, fmt.Errorf("kernel: %s: %w", Env, err)
	}
	return i, nil
}
