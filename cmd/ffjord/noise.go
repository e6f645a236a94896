package main

import "math/rand/v2"

// fixedNoise is the source of an estimated trace's noise where a command has no seed of its own: the same each time.
func fixedNoise() *rand.Rand { return rand.New(rand.NewPCG(1, 0)) }
