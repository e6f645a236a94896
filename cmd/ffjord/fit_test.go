package main

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/flows/model"
)

// people is a text with all that a table may have: a number of the row, a name, categories, whole numbers, gaps, a column
// of one value, one that is twice another, and a row twice.
func people(rows int) string {
	rng := rand.New(rand.NewPCG(1, 1))
	var text strings.Builder
	text.WriteString("id;name;city;age;height;dm;planet\n")
	for i := range rows {
		height := 170 + 10*rng.NormFloat64()
		tall := fmt.Sprintf("%.4f;%.5f", height, height/10)
		age := fmt.Sprint(int(math.Abs(40 + 15*rng.NormFloat64())))
		if rng.IntN(10) == 0 {
			age = "NA"
		}
		line := fmt.Sprintf("%s;%s;%s;Earth\n", []string{"Rome", "Bern", "Oslo"}[rng.IntN(3)], age, tall)
		fmt.Fprintf(&text, "%d;name %d;%s", i, i, line)
	}
	return text.String()
}

// quick are flags of a fit that takes no time.
func quick(flags ...string) []string {
	return append([]string{"fit", "people.csv", "-o", "m.safetensors", "-budget", "0", "-epochs", "2", "-blocks", "1", "-hidden", "8"},
		flags...)
}

// folder has people.csv.
func folder(t *testing.T, rows int) string {
	t.Helper()
	at := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(at, "people.csv"), []byte(people(rows)), 0o600))
	return at
}

func TestFitSaysWhatItFoundAndHowWellItLearnt(t *testing.T) {
	at := folder(t, 300)
	got := ffjord(t, at, "", quick("-history", "h.csv")...)
	require.Zero(t, got.code, got.err)
	history, err := os.ReadFile(filepath.Join(at, "h.csv"))
	require.NoError(t, err)
	assert.Regexp(t, `^epoch,.*\n1,.*\n2,.*\n$`, string(history))
	losses := ffjord(t, at, "", "plot", "losses", "h.csv", "-o", "h.png")
	require.Zero(t, losses.code, losses.err)
	for _, want := range []string{
		"people.csv  300 rows", `column "id" counts the rows: left out`, `column "name" has 300 different texts`,
		`column "planet" is "Earth" in every row: left out`, `column "dm" is 0.1 times column "height"`,
		"filled with noise", "243 rows to learn, 27 to choose the best parameters by, 30 to test.",
	} {
		assert.Contains(t, got.err, want)
	}
	assert.Regexp(t, `The flow (beats|is as good as|is worse than) the (mixture|kernel density|normal density)`, got.out)
	assert.Contains(t, got.out, "Next:  ffjord score m.safetensors people.csv -top 10")
	assert.NoFileExists(t, filepath.Join(at, "m.safetensors.checkpoint"))
	assert.NoFileExists(t, filepath.Join(at, "m.safetensors.lock"))

	info := ffjord(t, at, "", "info", "m.safetensors", "-json")
	require.Zero(t, info.code, info.err)
	var told information
	require.NoError(t, json.Unmarshal([]byte(info.out), &told))
	assert.Equal(t, []int{243, 27, 30}, []int{told.About.Train, told.About.Validation, told.About.Test})
	assert.Len(t, told.About.Baselines, 3)
	assert.Equal(t, []string{"age"}, told.About.Integers())
	assert.Contains(t, ffjord(t, at, "", "info", "m.safetensors").out, "gaps filled with noise, blurred")

	drawn := ffjord(t, at, "", "sample", "m.safetensors", "-n", "50")
	require.Zero(t, drawn.code, drawn.err)
	lines := strings.Split(strings.TrimSpace(drawn.out), "\n")
	require.Len(t, lines, 51)
	assert.Equal(t, "city,age,height,dm,planet", lines[0])
	for _, line := range lines[1:] {
		assert.Regexp(t, `^(Rome|Bern|Oslo),\d*,[0-9.]+,[0-9.]+,Earth$`, line)
	}
	assert.Equal(t, drawn, ffjord(t, at, "", "sample", "m.safetensors", "-n", "50"), "one seed gives one result")
}

func TestFitGivenColumns(t *testing.T) {
	at := folder(t, 300)
	got := ffjord(t, at, "", quick("-given", "city", "-columns", "height", "-json")...)
	require.Zero(t, got.code, got.err)
	var told struct {
		About   model.About `json:"about"`
		Verdict string      `json:"verdict"`
	}
	require.NoError(t, json.Unmarshal([]byte(got.out), &told))
	require.Len(t, told.About.Baselines, 3)
	// Heights are N(170, 10²) whatever the city: -log(10·√(2πe)) = -3.72 nats, less what few rows can't tell.
	for _, b := range told.About.Baselines {
		assert.InDelta(t, -3.72, b.Mean.Mean, 4*b.StdErr, b.Name)
	}
	require.NoError(t, os.WriteFile(filepath.Join(at, "cities.csv"), []byte("city\nOslo\nRome\n"), 0o600))
	drawn := ffjord(t, at, "", "sample", "m.safetensors", "-n", "2", "-given", "cities.csv")
	require.Zero(t, drawn.code, drawn.err)
	assert.Regexp(t, `^city,height\nOslo,[0-9.]+\nOslo,[0-9.]+\nRome,[0-9.]+\nRome,[0-9.]+\n$`, drawn.out)
}

func TestFitDryRunDoesNothing(t *testing.T) {
	at := folder(t, 100)
	got := ffjord(t, at, "", quick("-dry-run")...)
	require.Zero(t, got.code, got.err)
	assert.Contains(t, got.out, "field    nn.MLP{Hidden: []int{8}}")
	files, err := os.ReadDir(at)
	require.NoError(t, err)
	assert.Len(t, files, 1)
}

func TestFitRefuses(t *testing.T) {
	at := folder(t, 100)
	require.NoError(t, os.WriteFile(filepath.Join(at, "bad.csv"), []byte("a,b\n1,2\n3,x\n4,5\n"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(at, "few.csv"), []byte("a,b\n1,2\n3,4\n"), 0o600))
	write := func(name, text string) {
		require.NoError(t, os.WriteFile(filepath.Join(at, name), []byte(text), 0o600))
	}
	write("one.csv", "a,b\n1,2\n")
	write("same.csv", "a,b\n"+strings.Repeat("1,x\n", 30))
	texts, large := "a\n", "a,b\n"
	for i := range 30 {
		texts += fmt.Sprintf("text %d\n", i)
		large += fmt.Sprintf("%de300,%d\n", 1000+i*i, i*i)
	}
	write("texts.csv", texts)
	write("large.csv", large)
	absent := `no such column in people.csv, want one of "id", "name", "city", "age", "height", "dm", "planet"` + "\n"
	for _, c := range []struct {
		name string
		args []string
		want result
	}{
		{"a bad cell", []string{"fit", "bad.csv"}, result{1, "", "ffjord fit: bad.csv:3: column \"b\": \"x\", want a number\n"}},
		{"few rows", []string{"fit", "few.csv"}, result{1, "", "ffjord fit: few.csv: 2 rows, want at least 20 to learn, choose and test by\n"}},
		{"one row", []string{"fit", "one.csv"}, result{1, "", "ffjord fit: one.csv: 1 row, want at least 20 to learn, choose and test by\n"}},
		{"one value", []string{"fit", "same.csv"}, result{1, "", "ffjord fit: same.csv: no column to learn has more than one value\n"}},
		{"texts alone", []string{"fit", "texts.csv"}, result{1, "", "ffjord fit: texts.csv: there is nothing to learn: " +
			`column "a" has 30 different texts in 30 rows, names or free text: left out (-columns names it to keep it)` + "\n"}},
		{"large numbers", []string{"fit", "large.csv", "-dry-run"}, result{1, "",
			"ffjord fit: large.csv: column \"a\" has numbers as large as 1.84e+303, want them in a unit in which they are below 1e+150\n"}},
		{"no decimal", quick("-decimal", ";"), result{2, "", "ffjord fit: -decimal \";\", want . or ,\n"}},
		{"no file", []string{"fit", "none.csv"}, result{1, "", "ffjord fit: none.csv: no such file or directory\n"}},
		{"no column", quick("-columns", "weight"), result{2, "", "ffjord fit: -columns weight: " + absent}},
		{"no column to exclude", quick("-exclude", "weight"), result{2, "", "ffjord fit: -exclude weight: " + absent}},
		{"no column of categories", quick("-categories", "weight"), result{2, "", "ffjord fit: -categories weight: " + absent}},
		{"no column to be given", quick("-given", "city,weight"), result{2, "", "ffjord fit: -given weight: " + absent}},
		{"no name for a text", quick("-delimiter", ";;"), result{2, "",
			"ffjord fit: -delimiter \";;\", want one character of ASCII that is no quote, or tab\n"}},
		{"no method", quick("-solver", "ode45"), result{2, "",
			"ffjord fit: -solver ode45, want one of " + names(methods()) + "\n"}},
	} {
		t.Run(c.name, func(t *testing.T) { assert.Equal(t, c.want, ffjord(t, at, "", c.args...)) })
	}
}

// TestFitKeepsSomeRows fits a file that memory has no room for, by as many of its rows as are asked for.
func TestFitKeepsSomeRows(t *testing.T) {
	at := folder(t, 3000)
	full := process(t.Context(), at, "fit", "people.csv", "-columns", "age,height,city,dm,id", "-dry-run")
	full.Env = append(full.Env, "GOMEMLIMIT=1MiB")
	said, err := full.CombinedOutput()
	require.Error(t, err)
	assert.Equal(t, "ffjord fit: people.csv: more than 2621 rows of 5 columns, which is what 1 MiB of free memory have room for: "+
		"want -rows 2621 or less, to learn from some of them\n", string(said))
	some := ffjord(t, at, "", "fit", "people.csv", "-rows", "500", "-columns", "age,height", "-dry-run")
	require.Zero(t, some.code, some.err)
	assert.Contains(t, some.out, "people.csv  500 of 3000 rows, drawn at random\n")
	assert.Contains(t, some.out, "405 rows to learn, 45 to choose the best parameters by, 50 to test.")
	none := ffjord(t, at, "", "fit", "people.csv", "-rows=-1")
	assert.Equal(t, result{2, "", "ffjord fit: -rows -1, want at least 1\n"}, none)
}

// TestFitGoesOn ends a fit by a signal, goes on, and compares with one that was not interrupted.
func TestFitGoesOn(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no signals that a process can send to another")
	}
	whole := folder(t, 300)
	flags := quick("-epochs", "400", "-patience", "400")
	require.Zero(t, ffjord(t, whole, "", flags...).code)

	at := folder(t, 300)
	checkpoint := filepath.Join(at, "m.safetensors.checkpoint")
	fit := process(t.Context(), at, flags...)
	require.NoError(t, fit.Start())
	require.Eventually(t, func() bool {
		_, begun := os.Stat(checkpoint)
		_, done := os.Stat(filepath.Join(at, "m.safetensors"))
		return begun == nil || done == nil
	}, time.Minute, time.Millisecond)
	second := ffjord(t, at, "", flags...)
	signalled := fit.Process.Signal(syscall.SIGTERM)
	_ = fit.Wait() // by the signal, or done already
	if fit.ProcessState.ExitCode() == 0 {
		t.Skip("the fit was done before the signal came")
	}
	require.NoError(t, signalled)
	assert.Equal(t, 1, second.code)
	assert.Contains(t, second.err, "ffjord fit: m.safetensors: another process is writing it")
	assert.Equal(t, 143, fit.ProcessState.ExitCode())
	assert.NoFileExists(t, filepath.Join(at, "m.safetensors"))
	fresh := ffjord(t, at, "", flags...)
	assert.Equal(t, 1, fresh.code)
	assert.Contains(t, fresh.err, "want -resume to go on with it, or -restart")

	changed := ffjord(t, at, "", append(flags, "-resume", "-rate", "0.5")...)
	assert.Equal(t, 1, changed.code)
	assert.Contains(t, changed.err, "-resume wants the file and the flags of the run that was interrupted, -restart begins anew")

	resumed := ffjord(t, at, "", append(flags, "-resume")...)
	require.Zero(t, resumed.code, resumed.err)
	draw := []string{"sample", "m.safetensors", "-n", "100"}
	assert.Equal(t, ffjord(t, whole, "", draw...), ffjord(t, at, "", draw...), "the same bits as without an interruption")
	assert.NoFileExists(t, checkpoint)
}
