package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/cmd/ffjord/internal/table"
	"github.com/go-ffjord/ffjord/flows/model"
)

// TestDates draws dates and scores them in each format: these have the log-densities that the numbers have, which are days.
func TestDates(t *testing.T) {
	at := made{change: func(m *model.Model) {
		m.About.Columns[0].Time, m.About.Columns[0].Integer = "date", true
		m.About.Columns[1].Time = "timestamp"
	}}.save(t)
	for _, name := range []string{"d.csv", "d.npy", "d.parquet", "d.jsonl", "d.tsv.gz"} {
		require.Equal(t, result{}, ffjord(t, at, "", "sample", "m.safetensors", "-n", "40", "-o", name))
	}
	lines := strings.Split(string(read(t, at, "d.csv")), "\n")
	assert.Equal(t, "height,weight", lines[0])
	assert.Regexp(t, `^1970-0\d-\d\d,1970-01-01T00:0[01]:\d\d\.\d+Z$`, lines[1], "170 days and 70 seconds, more or less")
	want := ffjord(t, at, "", "score", "m.safetensors", "d.csv")
	require.Zero(t, want.code, want.err)
	for _, name := range []string{"d.parquet", "d.jsonl", "d.tsv.gz"} {
		assert.Equal(t, want.out, ffjord(t, at, "", "score", "m.safetensors", name).out, name)
	}
	numbers, err := table.File{Path: filepath.Join(at, "d.npy")}.Read()
	require.NoError(t, err)
	dated, err := table.File{Path: filepath.Join(at, "d.parquet")}.Find()
	require.NoError(t, err)
	assert.Equal(t, map[string]table.Kind{"height": table.Date, "weight": table.Timestamp}, dated.Times)
	for i := range numbers.Len() {
		assert.Equal(t, numbers.Row(i)[0], dated.Row(i)[0])
		assert.InDelta(t, numbers.Row(i)[1], dated.Row(i)[1], 0.5e-6, "half a microsecond, to which times are written")
	}
	top := ffjord(t, at, "", "score", "m.safetensors", "d.csv", "-top", "3").out
	assert.Regexp(t, `(height 1970-\d\d-\d\d|weight 1970-01-01T00:0\d:\d\d\S*Z) \(\+`, top)
	told := ffjord(t, at, "", "info", "m.safetensors").out
	assert.Regexp(t, `height +date +1970-\d\d-\d\d +1970-06-\d\d +1970-\d\d-\d\d `, told)
	got := ffjord(t, at, "height,weight\n170,70\n", "score", "m.safetensors", "-")
	assert.Equal(t, result{1, "", `ffjord score: standard input:2: column "height": "170", want a date such as 2026-01-31` + "\n"}, got)
	filled := ffjord(t, at, "{\"weight\": \"1970-01-01T00:01:10Z\"}\n{\"height\":\"1970-06-20\"}\n", "impute", "m.safetensors", "-", "-o", "full.jsonl")
	require.Zero(t, filled.code, filled.err)
	for line := range strings.Lines(string(read(t, at, "full.jsonl"))) {
		var row struct{ Height, Weight string }
		require.NoError(t, json.Unmarshal([]byte(line), &row))
		assert.Regexp(t, `^1970-\d\d-\d\d$`, row.Height)
		assert.Regexp(t, `^1970-01-01T00:0\d:\d\d(\.\d+)?Z$`, row.Weight)
	}
	for _, picture := range []string{"corner", "samples"} {
		assert.Equal(t, result{}, ffjord(t, at, "", "plot", picture, "m.safetensors", "-n", "200", "-data", "d.jsonl", "-o", "p.svg"))
		assert.Regexp(t, `>1970-0[4-7](-\d\d)?</text>`, labelsOf(read(t, at, "p.svg")), picture)
		assert.Regexp(t, `>1970-01-01 00:0[01]:\d\d</text>`, labelsOf(read(t, at, "p.svg")), picture)
	}
}

// labelsOf are the texts of a picture.
func labelsOf(svg []byte) string {
	return string(bytes.Join(regexp.MustCompile(`>[^<>]+</text>`).FindAll(svg, -1), []byte{'\n'}))
}

// TestJSONLinesAreFollowed answers lines as they come, and those before a wrong one.
func TestJSONLinesAreFollowed(t *testing.T) {
	at := made{}.save(t)
	want := ffjord(t, at, "height,weight\n170,70\n180,80\n", "score", "m.safetensors", "-follow")
	require.Zero(t, want.code, want.err)
	got := ffjord(t, at, "{\"height\": 170, \"weight\": 70}\n{\"weight\": 80, \"height\": 180, \"id\": [1]}\n{\"weight\": \"tall\"}\n", "score", "m.safetensors", "-follow")
	assert.Equal(t, result{1, want.out, "ffjord score: standard input:3: column \"weight\": \"tall\", want a number\n"}, got)
}

// TestShardsOfJSONLines scores parts of a file of JSON lines into such files, which a merge joins.
func TestShardsOfJSONLines(t *testing.T) {
	at := made{}.save(t)
	rows, err := table.File{Path: filepath.Join(at, "rows.csv")}.Read()
	require.NoError(t, err)
	require.NoError(t, table.Write(filepath.Join(at, "rows.jsonl"), nil, rows, nil))
	for _, out := range []string{"all.jsonl", "all.csv"} {
		require.Zero(t, ffjord(t, at, "", "score", "m.safetensors", "rows.jsonl", "-batch", "50", "-o", out).code)
	}
	require.Zero(t, ffjord(t, at, "", "score", "m.safetensors", "rows.csv", "-batch", "50", "-o", "csv.csv").code)
	assert.Equal(t, string(read(t, at, "csv.csv")), string(read(t, at, "all.csv")))
	for _, part := range []string{"0", "1", "2"} {
		got := ffjord(t, at, "", "score", "m.safetensors", "rows.jsonl", "-batch", "50", "-shard", part+"/3", "-o", part+".jsonl")
		require.Zero(t, got.code, got.err)
	}
	got := ffjord(t, at, "", "merge", "0.jsonl", "1.jsonl", "2.jsonl", "-o", "merged.jsonl")
	require.Zero(t, got.code, got.err)
	assert.Equal(t, string(read(t, at, "all.jsonl")), string(read(t, at, "merged.jsonl")))
}

// TestFitTellsOfDates reads a table of dates: they are told as dates, and what counts the rows is left out.
func TestFitTellsOfDates(t *testing.T) {
	at := t.TempDir()
	text := "\x1b[31mx,release,day,born,\n"
	rng := rand.New(rand.NewPCG(1, 0))
	for i := range 60 {
		text += fmt.Sprintf("%g,2024-02-29,%s,%d-07-0%d,%g\n", rng.NormFloat64(), table.Date.Text(20000+float64(i)), 1950+rng.IntN(50), 1+rng.IntN(9), rng.NormFloat64())
	}
	require.NoError(t, os.WriteFile(filepath.Join(at, "rows.csv"), []byte(text), 0o600))
	got := ffjord(t, at, "", "fit", "rows.csv", "-dry-run")
	require.Zero(t, got.code, got.err)
	assert.Regexp(t, `\n  \S\[31mx +numbers `, got.out, "no colour of the file's")
	assert.NotContains(t, got.out, "\x1b")
	assert.Regexp(t, `\n  "" +numbers `, got.out)
	assert.Regexp(t, `\n  born +dates +\d+ +19\d\d-07-0\d  19\d\d-07-0\d  19\d\d-07-0\d`, got.out)
	assert.Contains(t, got.out, `column "release" is 19782 in every row: left out (2024-02-29)`)
	assert.Contains(t, got.out, `column "day" counts the rows: left out`)
}
