package main

import (
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/data/toy"
	"github.com/go-ffjord/ffjord/flows"
)

// The program learns more than the mean and the spread of its rows, in a model that can be loaded. The best Gaussian of
// the moons has 1.85 nats, their entropy is 0.48.
func TestRun(t *testing.T) {
	if testing.Short() {
		t.Skip("trains for 40 epochs, which takes too long for -short")
	}
	folder := t.TempDir()
	model, picture := filepath.Join(folder, "model"), filepath.Join(folder, "picture.png")
	require.NoError(t, run(t.Context(), model, picture))
	assert.FileExists(t, picture)
	flow, err := flows.Load(t.Context(), model, nil, nil)
	require.NoError(t, err)
	nll, err := flow.HeldOut(toy.Draw(toy.Moons{Noise: 0.06}, 5000, rand.New(rand.NewPCG(2, 0))))(t.Context())
	require.NoError(t, err)
	assert.Less(t, nll, 0.7)
	assert.Greater(t, nll, 0.4, "no density beats the true one, but by chance")
}

func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, run(ctx, filepath.Join(t.TempDir(), "none"), ""), context.Canceled)
}

// It is to be read at once.
func TestItIsShort(t *testing.T) {
	text, err := os.ReadFile("main.go")
	require.NoError(t, err)
	_, body, found := strings.Cut(string(text), "func run(")
	require.True(t, found)
	assert.LessOrEqual(t, strings.Count(body, "\n"), 60)
}
