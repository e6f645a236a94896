package docs_test

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

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The guide's program for a table of one's own, run on a file with all that a column can have.
func TestTheTableProgramRuns(t *testing.T) {
	if testing.Short() {
		t.Skip("builds and runs a whole program, which takes too long for -short")
	}
	text, err := os.ReadFile("guide.md")
	require.NoError(t, err)
	var code string
	for _, block := range goBlocks(string(text)) {
		if strings.Contains(block, `"people.csv"`) {
			code = block
		}
	}
	require.Contains(t, code, "model.Learner{}")
	assert.Less(t, lines(code), 40, "lines of the whole program")
	dir := t.TempDir()
	program := filepath.Join(dir, "program")
	short := strings.Replace(code, "model.Learner{}", "model.Learner{Limit: 1}", 1) // a step of training
	out, err := goBuild(t, map[string]string{"table": short}, "-o", program)
	require.NoError(t, err, out)

	rng := rand.New(rand.NewPCG(1, 0))
	var file strings.Builder
	fmt.Fprintln(&file, "income,pounds,age,city,planet")
	for range 500 {
		income, city := math.Round(100*math.Exp(8+rng.NormFloat64()))/100, []string{"Oslo", "Rome", ""}[rng.IntN(3)]
		fmt.Fprintf(&file, "%v,%v,%d,%s,3\n", income, income/2, 18+rng.IntN(60), city)
	}
	require.NoError(t, os.WriteFile(filepath.Join(dir, "people.csv"), []byte(file.String()), 0o600))
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	command := exec.CommandContext(ctx, program)
	command.Dir = dir
	got, err := command.CombinedOutput()
	require.NoError(t, err, string(got))
	for _, want := range []string{
		`column "pounds" is 0.5 times column "income"`, `column "age" has 60 distinct values in 450 rows: blurred by 1`,
		`column "city" misses 148 values: filled with noise`, `column "planet" is 3 in every row: left out`, " nats\nincome,pounds,age,city,planet\n",
	} {
		assert.Contains(t, string(got), want)
	}
	lines := strings.Split(strings.TrimSpace(string(got)), "\n")
	assert.Len(t, lines, 1+1+1+5, "notes, their score, names and five rows")
}
