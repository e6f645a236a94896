package main

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTable(t *testing.T) {
	const out = `goos: linux
cpu: A Processor
BenchmarkFigures/seed-2         	       1	         1.4744 ms/step	        64.82 times-TapeMachine
BenchmarkFigures/MLP_64-64-64-2 	       1	        71.17 %-of-peak	       124.1 GFLOP/s
PASS
`
	const page = "# Title\n\n" + columns + `
|---|---|---|---|---|
| a step | 1 ms | 0.5 ms | 3 ms | ` + "`seed`" + ` ms/step, times-TapeMachine |
| a share | 60 % | 70 % | old | ` + "`MLP_64-64-64`" + ` %-of-peak |
| not run | 1 | 2 | stays | ` + "`demo`" + ` s |
| no such unit | 1 | 2 | stays | ` + "`seed`" + ` times-JAX |

| another | table | of | five | columns |
`
	after, table := renew(page, parse(out))
	assert.Equal(t, columns+`
|---|---|---|---|---|
| a step | 1 ms | 0.5 ms | 1.47 ms/step, 64.8 times-TapeMachine | `+"`seed`"+` ms/step, times-TapeMachine |
| a share | 60 % | 70 % | 71.2 %-of-peak | `+"`MLP_64-64-64`"+` %-of-peak |
`, table)
	assert.Equal(t, strings.NewReplacer("3 ms", "1.47 ms/step, 64.8 times-TapeMachine", "old", "71.2 %-of-peak").Replace(page), after)
	assert.Equal(t, "A Processor", processor(out))
}

// Every row of the real table says what it is measured by.
func TestPageNamesItsBenchmarks(t *testing.T) {
	page, err := os.ReadFile("../../docs/performance.md")
	require.NoError(t, err)
	_, table, found := strings.Cut(string(page), columns)
	require.True(t, found, "no table with columns %s", columns)
	table, _, _ = strings.Cut(table, "\n\n")
	for _, line := range strings.Split(table, "\n")[2:] {
		cells := strings.Split(line, "|")
		require.Len(t, cells, 7, line)
		require.Regexp(t, "^ `[^`]+` [^` ]+(, [^` ]+)* $", cells[5], "a benchmark in backquotes, and units")
	}
}

func TestShort(t *testing.T) {
	for v, want := range map[float64]string{0: "0", 0.012345: "0.0123", 1.2345: "1.23", 71.17: "71.2", 8192.4: "8192"} {
		assert.Equal(t, want, short(v))
	}
}
