package main

import (
	"archive/zip"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/data"
)

// TestOutputIsNoInput gives commands a file that they read as the file to write, under another name too. It stays as it is.
func TestOutputIsNoInput(t *testing.T) {
	at := made{}.save(t)
	require.NoError(t, os.Symlink("rows.csv", filepath.Join(at, "link.csv")))
	require.NoError(t, os.Link(filepath.Join(at, "rows.csv"), filepath.Join(at, "rows.safetensors")))
	for _, args := range [][]string{
		{"fit", "rows.csv"}, // whose output would be rows.safetensors
		{"score", "m.safetensors", "rows.csv", "-o", "rows.csv"},
		{"score", "m.safetensors", "rows.csv", "-o", "link.csv"},
		{"score", "m.safetensors", "rows.csv", "-top", "3", "-o", "./m.safetensors"},
		{"impute", "m.safetensors", "rows.csv", "-o", "rows.csv"},
		{"sample", "m.safetensors", "-o", "m.safetensors"},
		{"sample", "m.safetensors", "-given", "rows.csv", "-o", "rows.csv"},
		{"merge", "rows.csv", "-o", "rows.csv"},
		{"convert", "m.safetensors", "-o", "m.safetensors"},
		{"convert", "rows.safetensors", "-into", "m.safetensors", "-o", "m.safetensors"},
	} {
		t.Run(strings.Join(args, " "), func(t *testing.T) {
			before := [2][]byte{read(t, at, "rows.csv"), read(t, at, "m.safetensors")}
			got := ffjord(t, at, "", args...)
			assert.Equal(t, 2, got.code, got.err)
			assert.Regexp(t, `^ffjord \w+: -o \S+ is a file to be read, and would be written over: want another\n$`, got.err)
			assert.Equal(t, before, [2][]byte{read(t, at, "rows.csv"), read(t, at, "m.safetensors")})
		})
	}
}

func read(t *testing.T, folder, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(folder, name))
	require.NoError(t, err)
	return text
}

// TestSeveralArrays gives an archive of several where one is expected. They are listed, and one of them can be named.
func TestSeveralArrays(t *testing.T) {
	at := made{}.save(t)
	file, err := os.Create(filepath.Join(at, "a.npz"))
	require.NoError(t, err)
	archive := zip.NewWriter(file)
	for name, width := range map[string]int{"rows": 2, "other": 1, "third": 7} {
		w, err := archive.Create(name + ".npy")
		require.NoError(t, err)
		require.NoError(t, data.WriteNPY(w, data.Rows(width, make([]float64, 14)...)))
	}
	w, err := archive.Create("texts.npy")
	require.NoError(t, err)
	_, err = w.Write([]byte("\x93NUMPY\x01\x00\x40\x00{'descr': '<U3', 'fortran_order': False, 'shape': (2,), }        \n"))
	require.NoError(t, err)
	require.NoError(t, archive.Close())
	require.NoError(t, file.Close())
	const several = `a.npz has 4 arrays, want -array with the name of one: "other" (1 column), "rows" (2 columns), ` +
		`"texts" (no table), "third" (7 columns)` + "\n"
	for _, args := range [][]string{
		{"fit", "a.npz"}, {"score", "m.safetensors", "a.npz"}, {"impute", "m.safetensors", "a.npz"}, {"check", "m.safetensors", "-data", "a.npz"},
		{"check", "m.safetensors", "-drift", "a.npz"}, {"plot", "corner", "m.safetensors", "-data", "a.npz", "-o", "p.png"},
	} {
		assert.Equal(t, result{2, "", "ffjord " + args[0] + ": " + several}, ffjord(t, at, "", args...))
	}
	got := ffjord(t, at, "", "score", "m.safetensors", "a.npz", "-array", "row")
	assert.Equal(t, result{2, "", `ffjord score: -array row: no such array in a.npz, want one of "other", "rows", "texts", "third"` + "\n"}, got)
	got = ffjord(t, at, "", "score", "m.safetensors", "a.npz", "-array", "rows")
	assert.Zero(t, got.code, got.err)
	assert.Equal(t, 8, strings.Count(got.out, "\n"))
}

// TestNoModel gives every command that takes a model what is none.
func TestNoModel(t *testing.T) {
	at := made{}.save(t)
	require.NoError(t, os.WriteFile(filepath.Join(at, "empty.safetensors"), nil, 0o600))
	for _, command := range [][]string{
		{"info"}, {"score", "", "rows.csv"}, {"sample"}, {"check"}, {"impute", "", "rows.csv"}, {"serve", "", "-listen", "127.0.0.1:0"},
		{"dot"}, {"plot", "density", "", "-o", "p.png"}, {"convert", "m.safetensors", "-o", "new.safetensors", "-into", ""},
	} {
		t.Run(command[0], func(t *testing.T) {
			if len(command) == 1 {
				command = append(command, "")
			}
			wrong := map[string]string{"rows.csv": " is no model, want one that ffjord fit has made (.safetensors)\n"}
			if command[0] == "info" {
				wrong["empty.safetensors"] = wrong["rows.csv"]
				wrong["."] = " is a directory, want a model that ffjord fit has made\n"
				wrong["nowhere"] = ": no such file or directory\n"
			}
			for model, want := range wrong {
				args := make([]string, len(command))
				for i, arg := range command {
					if args[i] = arg; arg == "" {
						args[i] = model
					}
				}
				assert.Equal(t, result{1, "", "ffjord " + command[0] + ": " + model + want}, ffjord(t, at, "", args...))
			}
		})
	}
}

// TestWrongNumbers gives fit numbers that make no flow, before it reads the rows.
func TestWrongNumbers(t *testing.T) {
	for args, want := range map[string]string{
		"-hidden 0":        "-hidden 0, want widths of 1 or more",
		"-hidden=8,-3":     "-hidden 8,-3, want widths of 1 or more",
		"-blocks=-1":       "-blocks -1, -steps 0, want 1 or more of each",
		"-steps=-1":        "-blocks 0, -steps -1, want 1 or more of each",
		"-probes 0":        "-probes 0, want 1 or more",
		"-rtol=-1":         "-rtol -1, -atol 0, want small positive numbers, such as 1e-5",
		"-atol NaN":        "-rtol 0, -atol NaN, want small positive numbers, such as 1e-5",
		"-rate NaN":        "-rate NaN, want a positive number",
		"-test NaN":        "-test NaN, -validation 0.1, want shares above 0 and below 1",
		"-budget=-1m":      "-budget -1m0s, want 0 or more",
		"-o model.csv":     "-o model.csv, want a name that ends with .safetensors: a model is no table",
		"-o=model.csv":     "-o model.csv, want a name that ends with .safetensors: a model is no table",
		"-resume -restart": "-resume and -restart, want one of them",
	} {
		got := ffjord(t, t.TempDir(), "", append([]string{"fit", "rows.csv"}, strings.Fields(args)...)...)
		assert.Equal(t, result{2, "", "ffjord fit: " + want + "\n"}, got)
	}
}

// TestShortFlags writes the value of a flag of one letter in all ways that longer ones have.
func TestShortFlags(t *testing.T) {
	at := made{}.save(t)
	want := ffjord(t, at, "", "sample", "m.safetensors", "-n", "3")
	require.Zero(t, want.code, want.err)
	for _, n := range []string{"-n=3", "--n=3"} {
		assert.Equal(t, want, ffjord(t, at, "", "sample", "m.safetensors", n))
	}
	assert.Equal(t, result{0, "", ""}, ffjord(t, at, "", "sample", "m.safetensors", "-n=3", "-o=x.csv"))
	assert.Equal(t, want.out, string(read(t, at, "x.csv")))
	assert.Equal(t, result{2, "", "ffjord sample: -n -5, want at least 1\n"}, ffjord(t, at, "", "sample", "m.safetensors", "-n=-5"))
}

// TestNoPart gives merge what no shard of a score is.
func TestNoPart(t *testing.T) {
	at := made{}.save(t)
	assert.Equal(t, result{1, "", "ffjord merge: rows.csv: no rows.csv.manifest.json beside it, want the output of a score -shard\n"},
		ffjord(t, at, "", "merge", "rows.csv", "-o", "x.csv"))
	assert.Equal(t, result{1, "", "ffjord merge: nowhere.csv: no such file or directory\n"},
		ffjord(t, at, "", "merge", "nowhere.csv", "-o", "x.csv"))
	assert.NoFileExists(t, filepath.Join(at, "x.csv"))
}

// TestRowsWithoutNames scores, checks and draws rows of files without names, which are in the order of the model's columns.
func TestRowsWithoutNames(t *testing.T) {
	at := made{}.save(t)
	want := ffjord(t, at, "", "sample", "m.safetensors", "-n", "50", "-o", "d.csv")
	require.Zero(t, want.code, want.err)
	require.Zero(t, ffjord(t, at, "", "sample", "m.safetensors", "-n", "50", "-o", "d.npy").code)
	want = ffjord(t, at, "", "score", "m.safetensors", "d.csv")
	require.Zero(t, want.code, want.err)
	_, bare, _ := strings.Cut(string(read(t, at, "d.csv")), "\n")
	require.NoError(t, os.WriteFile(filepath.Join(at, "bare.csv"), []byte(bare), 0o600))
	assert.Equal(t, want.out, ffjord(t, at, "", "score", "m.safetensors", "d.npy").out)
	assert.Equal(t, want.out, ffjord(t, at, "", "score", "m.safetensors", "bare.csv", "-no-header").out)
	imputed := ffjord(t, at, "", "impute", "m.safetensors", "d.npy")
	assert.Equal(t, string(read(t, at, "d.csv")), imputed.out, imputed.err)
	got := ffjord(t, at, "1\n2\n", "score", "m.safetensors", "-", "-no-header")
	assert.Equal(t, result{1, "", "ffjord score: standard input: no column \"height\", want one of \"0\"\n"}, got)
}

// TestKilledLeavesNothing kills a draw that can do nothing about it: the next one to the same file removes what it left.
func TestKilledLeavesNothing(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("where files can't be held what is left is told by its age")
	}
	at := made{}.save(t)
	run := process(t.Context(), at, "sample", "m.safetensors", "-n", "1000000000", "-o", "draws.csv")
	require.NoError(t, run.Start())
	left := func() []string {
		found, err := filepath.Glob(filepath.Join(at, ".draws.csv.*.tmp"))
		require.NoError(t, err)
		return found
	}
	require.Eventually(t, func() bool { // once it writes it holds the file
		found := left()
		if len(found) != 1 {
			return false
		}
		info, err := os.Stat(found[0])
		return err == nil && info.Size() > 0
	}, time.Minute, time.Millisecond)
	other := ffjord(t, at, "", "sample", "m.safetensors", "-n", "2", "-o", "draws.csv")
	assert.Equal(t, result{}, other, "a second process has files of its own")
	assert.Len(t, left(), 1, "what is being written stays")
	require.NoError(t, run.Process.Kill())
	require.Error(t, run.Wait())
	assert.Len(t, left(), 1)
	assert.Equal(t, result{}, ffjord(t, at, "", "sample", "m.safetensors", "-n", "2", "-o", "draws.csv"))
	assert.Empty(t, left())
}

// TestWrongDelimiter gives fit one that the file does not have.
func TestWrongDelimiter(t *testing.T) {
	at := made{}.save(t)
	got := ffjord(t, at, "", "fit", "rows.csv", "-delimiter", ";", "-dry-run")
	assert.Equal(t, result{1, "", "ffjord fit: rows.csv: one column, \"height,weight\", want another -delimiter\n"}, got)
}

// TestFitTellsOfThinDensities gives fit a price in two currencies, both rounded, and a column of one value for the plot.
func TestFitTellsOfThinDensities(t *testing.T) {
	at := t.TempDir()
	rng := rand.New(rand.NewPCG(2, 0))
	text := "site,price,weight,euros\nA,1000000,1,900000\n"
	for range 300 {
		price := 1000 * math.Exp(rng.NormFloat64())
		text += fmt.Sprintf("A,%.2f,%.3f,%.4f\n", price, price/1000+rng.NormFloat64(), 0.9*price)
	}
	require.NoError(t, os.WriteFile(filepath.Join(at, "rows.csv"), []byte(text), 0o600))
	got := ffjord(t, at, "", "fit", "rows.csv", "-epochs", "1", "-hidden", "4", "-blocks", "1", "-json")
	require.Zero(t, got.code, got.err)
	assert.Contains(t, got.out, `column \"euros\" follows from column \"price\" but for `)
	assert.Equal(t, 1, strings.Count(got.out, "follows from"))
	assert.Contains(t, got.out, `times the width of its middle half away: drawn in by yeo-johnson`)
	drawn := ffjord(t, at, "", "plot", "corner", "rows.safetensors", "-data", "rows.csv", "-n", "200", "-o", "c.png")
	assert.Equal(t, result{}, drawn)
}

// TestFollowAnswersBeforeAWrongLine sends lines at once of which one is wrong. Those before it have their answer.
func TestFollowAnswersBeforeAWrongLine(t *testing.T) {
	at := made{}.save(t)
	want := ffjord(t, at, "height,weight\n170,70\n180,80\n", "score", "m.safetensors", "-follow")
	require.Zero(t, want.code, want.err)
	got := ffjord(t, at, "height,weight\n170,70\n180,80\n180,tall\n170,70\n", "score", "m.safetensors", "-follow")
	assert.Equal(t, result{1, want.out, "ffjord score: standard input:4: column \"weight\": \"tall\", want a number\n"}, got)
}
