package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/cmd/ffjord/internal/table"
)

// visits are rows like those of truth, each with an id and a text of its own, some of which need quotes or look like numbers.
func visits(t *testing.T, n int) string {
	t.Helper()
	rows := made{}.draw(3, n)
	var text strings.Builder
	w := csv.NewWriter(&text)
	require.NoError(t, w.Write([]string{"id", "height", "note", "weight", "day"}))
	for i := range n {
		day := time.Date(2026, 1, 1+i, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
		note := []string{`of the "7th", to come`, "", "NA", "0" + fmt.Sprint(i)}[i%4]
		require.NoError(t, w.Write([]string{fmt.Sprint(1<<60 + i), fmt.Sprint(rows.Row(i)[0]), note, fmt.Sprint(rows.Row(i)[1]), day}))
	}
	w.Flush()
	return text.String()
}

// records are those of a CSV file.
func records(t *testing.T, text string) [][]string {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	require.NoError(t, err)
	return rows
}

// TestScoreKeeps puts columns in front of the scores, which are those without them.
func TestScoreKeeps(t *testing.T) {
	at, text := made{}.save(t), visits(t, 300)
	bare := ffjord(t, at, text, "score", "m.safetensors")
	require.Zero(t, bare.code, bare.err)
	kept := ffjord(t, at, text, "score", "m.safetensors", "-keep", "note,id,height,day", "-batch", "32")
	require.Zero(t, kept.code, kept.err)
	in, scores := records(t, text), records(t, bare.out)
	for i, row := range records(t, kept.out) {
		assert.Equal(t, append([]string{in[i][2], in[i][0], in[i][1], in[i][4]}, scores[i]...), row)
	}
	var zipped bytes.Buffer
	zip := gzip.NewWriter(&zipped)
	_, err := zip.Write([]byte(text))
	require.NoError(t, err)
	require.NoError(t, zip.Close())
	assert.Equal(t, kept.out, ffjord(t, at, zipped.String(), "score", "m.safetensors", "-keep", "note,id,height,day").out)
	lines := ffjord(t, at, text, "score", "m.safetensors", "-keep", "id,note", "-json")
	assert.True(t, strings.HasPrefix(lines.out, `{"id":1152921504606846976,"note":"of the \"7th\", to come","log_density":-`), lines.out)

	for name, c := range map[string]struct{ args, err string }{
		"absent":    {"-keep=town", `ffjord score: -keep town: no such column in standard input, want one of "id", "height", "note", "weight", "day"`},
		"twice":     {"-keep=id,id", `ffjord score: -keep has "id" twice, want each column once`},
		"a score's": {"-keep=missing", "ffjord score: -keep missing: a column of the scores is called so, want another name in standard input"},
		"an array":  {"-keep=id,note -o s.npy", "ffjord score: -keep note: the column holds text, and an array numbers alone: want an output such as .csv, .parquet or .jsonl"},
	} {
		t.Run(name, func(t *testing.T) {
			got := ffjord(t, at, text, append([]string{"score", "m.safetensors"}, strings.Fields(c.args)...)...)
			assert.Equal(t, 2, got.code)
			assert.Contains(t, got.err, c.err)
			assert.NoFileExists(t, filepath.Join(at, "s.npy"))
			assert.NoFileExists(t, filepath.Join(at, "s.npy.partial"))
		})
	}
}

// TestScoreKeepsInParts joins shards that keep columns: the bytes are those of one process, in every format, three of them with
// -short.
func TestScoreKeepsInParts(t *testing.T) {
	at := made{}.save(t)
	require.NoError(t, os.WriteFile(filepath.Join(at, "in.csv"), []byte(visits(t, 250)), 0o600))
	endings := []string{"csv", "npy", "parquet", "csv.gz", "tsv", "jsonl", "jsonl.zst"}
	if testing.Short() {
		endings = endings[:3]
	}
	for _, ending := range endings {
		keep := "id,day,note"
		if ending == "npy" {
			keep = "weight"
		}
		score := []string{"score", "m.safetensors", "in.csv", "-batch", "50", "-keep", keep, "-o"}
		require.Zero(t, ffjord(t, at, "", append(score, "whole."+ending)...).code)
		merge := []string{"merge", "-o", "merged." + ending}
		for i := range 2 {
			part := fmt.Sprintf("part%d.%s", i, ending)
			got := ffjord(t, at, "", append(score, part, "-shard", fmt.Sprintf("%d/2", i))...)
			require.Zero(t, got.code, got.err)
			merge = append(merge, part)
		}
		merged := ffjord(t, at, "", merge...)
		require.Zero(t, merged.code, merged.err)
		want, err := os.ReadFile(filepath.Join(at, "whole."+ending))
		require.NoError(t, err)
		got, err := os.ReadFile(filepath.Join(at, "merged."+ending))
		require.NoError(t, err)
		assert.True(t, bytes.Equal(want, got), ending)
	}
	texts := ffjord(t, at, "", "merge", "-o", "x.npy", "part0.csv", "part1.csv")
	assert.Equal(t, 2, texts.code)
	assert.Contains(t, texts.err, "-keep day: the column holds times, and an array numbers alone")
	assert.NoFileExists(t, filepath.Join(at, "x.npy"))
	require.Zero(t, ffjord(t, at, "", "merge", "-o", "x.parquet", "part0.csv", "part1.csv").code)
	want, err := table.File{Path: filepath.Join(at, "whole.parquet")}.Find()
	require.NoError(t, err)
	got, err := table.File{Path: filepath.Join(at, "x.parquet")}.Find()
	require.NoError(t, err)
	assert.Equal(t, map[string]table.Kind{"day": table.Date}, got.Times)
	assert.Equal(t, want, got)
}

// TestScoreKeepsOn ends a score that keeps columns by a signal and goes on, in formats that grow by rows and in others.
func TestScoreKeepsOn(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no signals that a process can send to another")
	}
	at := made{}.save(t)
	rows := strings.Replace(visits(t, 3000), "weight,day\n", "weight,day\n7,400,the first,70,2025-12-31\n", 1)
	require.NoError(t, os.WriteFile(filepath.Join(at, "in.csv"), []byte(rows), 0o600))
	names := []string{"s.parquet", "s.csv.gz"}
	if testing.Short() {
		names = names[:1]
	}
	for _, name := range names {
		score := []string{"score", "m.safetensors", "in.csv", "-batch", "8", "-keep", "note,id", "-top", "3", "-json", "-o"}
		whole := ffjord(t, at, "", append(score, "whole-"+name)...)
		require.Zero(t, whole.code, whole.err)
		require.Contains(t, whole.out, `"note": "the first"`)
		args := append(score, name)
		if terminated(t, at, name, args) == 0 {
			t.Skip("the score was done before the signal came")
		}
		other := ffjord(t, at, "", append(args, "-resume", "-keep", "day")...)
		assert.Contains(t, other.err, name+".partial was begun with -keep note,id, want the same to go on and not -keep note,id,day, or none of -resume")
		resumed := ffjord(t, at, "", append(args, "-resume")...)
		require.Zero(t, resumed.code, resumed.err)
		assert.Equal(t, whole.out, resumed.out)
		want, err := os.ReadFile(filepath.Join(at, "whole-"+name))
		require.NoError(t, err)
		got, err := os.ReadFile(filepath.Join(at, name))
		require.NoError(t, err)
		assert.True(t, bytes.Equal(want, got), name)
		assert.NoFileExists(t, filepath.Join(at, name+".partial"))
	}
}
