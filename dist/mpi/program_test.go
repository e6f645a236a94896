package mpi_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The program, as it is built for MPI, writes the same file whether one process fits the model or four.
func TestProgram(t *testing.T) {
	if _, err := exec.LookPath("mpirun"); err != nil {
		t.Skip("there is no mpirun: apt-get install openmpi-bin")
	}
	folder := t.TempDir()
	program := filepath.Join(folder, "ffjord")
	out, err := exec.Command("bash", "build", program).CombinedOutput()
	require.NoError(t, err, "%s", out)
	rows := filepath.Join(folder, "rows.csv")
	require.NoError(t, os.WriteFile(rows, ringRows(1000), 0o644))
	flags := strings.Fields("fit " + rows + " -o model.safetensors -budget 0 -epochs 2 -batch 600 -hidden 4 -blocks 1")
	var models [][]byte
	for _, command := range [][]string{{program}, {"mpirun", "-n", "4", program}} {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		c := exec.CommandContext(ctx, command[0], append(command[1:], flags...)...)
		c.Dir = filepath.Join(folder, fmt.Sprint(len(command)))
		require.NoError(t, os.Mkdir(c.Dir, 0o755))
		c.Env = environment()
		c.WaitDelay = 10 * time.Second
		out, err := c.CombinedOutput()
		require.NoError(t, err, "%s", out)
		model, err := os.ReadFile(filepath.Join(c.Dir, "model.safetensors"))
		require.NoError(t, err)
		models = append(models, model)
		files, err := os.ReadDir(c.Dir)
		require.NoError(t, err)
		require.Len(t, files, 1, "neither checkpoint nor lock is left")
	}
	require.Equal(t, models[0], models[1])
}

// ringRows is a table of points about a circle.
func ringRows(n int) []byte {
	rng := rand.New(rand.NewPCG(1, 0))
	var b strings.Builder
	b.WriteString("x,y\n")
	for range n {
		a, r := 2*math.Pi*rng.Float64(), 1+0.1*rng.NormFloat64()
		fmt.Fprintf(&b, "%.6f,%.6f\n", r*math.Cos(a), r*math.Sin(a))
	}
	return []byte(b.String())
}
