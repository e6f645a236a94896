package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestScoreTopKeeps lists the rows that a file of all scores has lowest, with what the file of rows has there.
func TestScoreTopKeeps(t *testing.T) {
	at, text := made{}.save(t), visits(t, 120)
	require.NoError(t, os.WriteFile(filepath.Join(at, "in.csv"), []byte(text), 0o600))
	in := records(t, text)[1:]
	all := ffjord(t, at, "", "score", "m.safetensors", "in.csv")
	require.Zero(t, all.code, all.err)
	scores := records(t, all.out)[1:]
	// lowest are the n strangest rows from one to another, from 0.
	lowest := func(from, to, n int) []int {
		var rows []int
		for i := from; i < to; i++ {
			rows = append(rows, i)
		}
		logp := func(i int) float64 {
			v, err := strconv.ParseFloat(scores[i][0], 64)
			require.NoError(t, err)
			return v
		}
		slices.SortFunc(rows, func(a, b int) int { return cmp.Compare(logp(a), logp(b)) })
		return rows[:n]
	}
	score := []string{"score", "m.safetensors", "in.csv", "-batch", "20", "-keep", "note,id", "-top", "6"}
	for name, c := range map[string]struct {
		args     string
		from, to int
	}{
		"alone":         {"", 0, 120},
		"beside a file": {"-o s.csv", 0, 120},
		"of a part":     {"-o part.csv -shard 1/2", 60, 120},
	} {
		t.Run(name, func(t *testing.T) {
			args := append(slices.Clone(score), strings.Fields(c.args)...)
			list := ffjord(t, at, "", args...)
			require.Zero(t, list.code, list.err)
			lines := strings.Split(list.out, "\n")[2:]
			assert.Regexp(t, `^  ROW +note +id +LOG-DENSITY +PERCENTILE  COLUMNS`, lines[0])
			var told struct {
				Strangest []struct {
					Row  int
					Kept map[string]any
				}
			}
			got := json.NewDecoder(strings.NewReader(ffjord(t, at, "", append(args, "-json")...).out))
			got.UseNumber()
			require.NoError(t, got.Decode(&told))
			require.Len(t, told.Strangest, 6)
			for i, row := range lowest(c.from, c.to, 6) {
				note, id := in[row][2], in[row][0]
				want := map[string]any{"note": note, "id": json.Number(id)}
				if note == "" {
					note, want["note"] = "missing", nil
				}
				assert.Equal(t, row+1, told.Strangest[i].Row)
				assert.Equal(t, want, told.Strangest[i].Kept)
				assert.Regexp(t, fmt.Sprintf(`^  %d +%s +%s +-`, row+1, note, id), lines[1+i])
			}
		})
	}
}

// TestScoreTopLines keeps the lines of the list apart and below each other, whatever the values have.
func TestScoreTopLines(t *testing.T) {
	at := made{}.save(t)
	long := strings.Repeat("é", 50)
	text := "missing,height,a\x1b[2J,weight\n" +
		"\"two\nlines\",170,\x1b[31mred,70\n" + long + ",171,\ttab,70\nplain,172,,71\n"
	got := ffjord(t, at, text, "score", "m.safetensors", "-keep", "missing,a\x1b[2J", "-top", "3")
	require.Zero(t, got.code, got.err)
	assert.NotContains(t, got.out, "\x1b")
	lines := strings.Split(got.out, "\n")[2:6]
	assert.Contains(t, lines[0], "a\uFFFD[2J")
	place := len([]rune(lines[0][:strings.Index(lines[0], "LOG-DENSITY")]))
	for _, line := range lines[1:] {
		assert.Regexp(t, `^-?\d+\.\d\d  +\d`, string([]rune(line)[place:]), line)
	}
	joined := strings.Join(lines[1:], "\n")
	assert.Contains(t, joined, "two\uFFFDlines")
	assert.Contains(t, joined, "\uFFFD[31mred")
	assert.Contains(t, joined, " "+strings.Repeat("é", 39)+"… ")
	whole := ffjord(t, at, text, "score", "m.safetensors", "-keep", "missing,a\x1b[2J", "-top", "3", "-json")
	assert.Contains(t, whole.out, `"missing": "`+long+`"`)
}
