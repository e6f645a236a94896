package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/internal/program"
)

// TestDemo runs the program as it is.
func TestDemo(t *testing.T) {
	if testing.Short() {
		t.Skip("trains for 40 epochs, which takes minutes under the race detector")
	}
	o := learned(t)
	require.Equal(t, program.Done, o.code, o.stderr)
	r := o.report
	t.Logf("NLL %.4f, gap %.4f, %.1f s of training", r.NLLTest, r.Gap, r.Seconds)
	assert.LessOrEqual(t, r.NLLTest, 0.70)
	assert.Greater(t, r.Gap, -0.01, "no density beats the true one; on 8192 points only by chance")
	assert.Equal(t, 1280, r.StepsDone)
	assert.Equal(t, 520, r.Params)
	assert.InDelta(t, 60, r.NFEPerRow, 12, "at these tolerances; four blocks of six evaluations are the least")
	assert.Len(t, o.history, 41)
}
