package main

import (
	"encoding/json"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/cmd/ffjord/internal/check"
	"github.com/go-ffjord/ffjord/cmd/ffjord/internal/table"
	"github.com/go-ffjord/ffjord/flows/model"
	"github.com/go-ffjord/ffjord/ode"
)

// A right model passes; one that is broken on purpose fails the checks that can tell.
func TestCheck(t *testing.T) {
	wide := func(m *model.Model) { m.X.Columns[0].Std[0] = 40 }
	euler := ode.Solver{Method: ode.Euler, Steps: 1}
	shifted := func(rng *rand.Rand) [2]float64 { row := truth(rng); row[1] += 3; return row }
	for _, c := range []struct {
		name   string
		of     made
		new    made // rows for drift
		code   int
		failed []string
	}{
		{"right", made{}, made{}, 0, nil},
		{"one long step", made{solver: euler}, made{}, 1, []string{"integral", "round trip", "tolerance", "precision", "gradient"}},
		{"a column too wide", made{change: wide}, made{}, 1, []string{"calibration", "energy distance"}},
		{"new rows shifted", made{}, made{rows: shifted}, 3, []string{"drift"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if testing.Short() && c.code == 0 {
				t.Skip("that a right model passes is what TestCheckForAPerson tests in -short")
			}
			folder := c.of.save(t)
			require.NoError(t, table.Write(filepath.Join(folder, "new.csv"), nil, c.new.draw(5, 1000), nil))
			got := ffjord(t, folder, "", "check", "m.safetensors", "-data", "rows.csv", "-drift", "new.csv", "-n", "1000", "-rows", "50", "-json")
			assert.Equal(t, c.code, got.code, got.err)
			var found report
			require.NoError(t, json.Unmarshal([]byte(got.out), &found))
			var failed []string
			for _, r := range found.Checks {
				if r.Verdict == check.Failed {
					failed = append(failed, r.Name)
				}
				assert.NotEqual(t, check.Skipped, r.Verdict, r.Text)
			}
			if c.code == 1 { // what is wrong may be seen elsewhere too
				assert.Subset(t, failed, c.failed)
			} else {
				assert.Equal(t, c.failed, failed)
			}
			assert.Len(t, found.Calibration, 3, "two columns and the log-density")
			assert.Len(t, found.Drift, 3)
		})
	}
}

func TestCheckForAPerson(t *testing.T) {
	folder := made{}.save(t)
	got := ffjord(t, folder, "", "check", "m.safetensors", "-drift", "rows.csv")
	assert.Zero(t, got.code, got.err)
	assert.Equal(t, 7, strings.Count(got.out, "passed "))
	assert.Contains(t, got.out, "New rows beside those of training")
	assert.NotContains(t, got.out, "Rows beside draws")
	for _, c := range []struct {
		args []string
		code int
		err  string
	}{
		{[]string{"m.safetensors", "-rows", "0"}, 2, "ffjord check: -rows 0, want 1 to 1048576\n"},
		{[]string{"m.safetensors", "-n", "5"}, 2, "ffjord check: -n 5, want 100 to 1048576\n"},
		{[]string{"m.safetensors", "-data", "none.csv"}, 1, "ffjord check: none.csv: no such file or directory\n"},
	} {
		assert.Equal(t, result{c.code, "", c.err}, ffjord(t, folder, "", append([]string{"check"}, c.args...)...))
	}
}
