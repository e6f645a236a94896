package ode_test

import (
	"os"
	"runtime/debug"
	"testing"
)

// TestMain lets the collector come a quarter as often: hundreds of graphs are built and dropped, and it would take a
// fifth of the time.
func TestMain(m *testing.M) {
	debug.SetGCPercent(400)
	os.Exit(m.Run())
}
