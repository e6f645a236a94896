//go:build !amd64 || purego

package kernel

func supported(ISA) bool { return false }

func vectorize[T Float](*Set[T], ISA) {}
