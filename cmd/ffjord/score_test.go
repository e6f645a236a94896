package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/cmd/ffjord/internal/table"
	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/flows/model"
)

// learnt is a folder with people.csv and a model of its rows, m.safetensors.
func learnt(t *testing.T, flags ...string) string {
	t.Helper()
	at := folder(t, 300)
	fit := ffjord(t, at, "", quick(flags...)...)
	require.Zero(t, fit.code, fit.err)
	return at
}

// more writes rows.csv with so many rows like those of people.csv.
func more(t *testing.T, at string, rows int) {
	t.Helper()
	require.NoError(t, os.WriteFile(filepath.Join(at, "rows.csv"), []byte(people(rows)), 0o600))
}

// TestScoreIsTheModels compares what the program writes with what the library computes.
func TestScoreIsTheModels(t *testing.T) {
	at := learnt(t)
	more(t, at, 500)
	got := ffjord(t, at, "", "score", "m.safetensors", "rows.csv", "-batch", "64")
	require.Zero(t, got.code, got.err)
	records, err := csv.NewReader(strings.NewReader(got.out)).ReadAll()
	require.NoError(t, err)
	require.Len(t, records, 501)
	assert.Equal(t, []string{"log_density", "percentile", "missing"}, records[0])

	m, err := model.Load(context.Background(), filepath.Join(at, "m.safetensors"), nil)
	require.NoError(t, err)
	rows, err := table.File{Path: filepath.Join(at, "rows.csv"), Columns: m.Inputs(), Levels: m.Levels(), Fixed: true}.Read()
	require.NoError(t, err)
	want, err := m.LogProb(context.Background(), rows)
	require.NoError(t, err)
	missing := 0
	for i, record := range records[1:] {
		logp, err := strconv.ParseFloat(record[0], 64)
		require.NoError(t, err)
		assert.Equal(t, want.LogProb[i], logp, "row %d: the same bits in batches of another size", i)
		assert.Equal(t, strconv.Itoa(want.Missing[i]), record[2])
		missing += want.Missing[i]
	}
	assert.Contains(t, got.err, "500 rows in ")
	assert.Contains(t, got.err, fmt.Sprintf("; %d miss values", missing))
	piped := ffjord(t, at, people(500), "score", "m.safetensors", "-delimiter", ";")
	assert.Equal(t, got.out, piped.out)
}

// TestScoreMarksRowsWithoutDensity learns rows without gaps and scores some with.
func TestScoreMarksRowsWithoutDensity(t *testing.T) {
	at := learnt(t, "-columns", "height,city")
	got := ffjord(t, at, "city,height\nRome,170\nRome,NA\n,180\nOslo,160\n", "score", "m.safetensors")
	require.Zero(t, got.code, got.err)
	lines := strings.Split(got.out, "\n")
	assert.Equal(t, []string{",,1", ",,1"}, lines[2:4])
	assert.Contains(t, got.err, "4 rows in ")
	assert.Contains(t, got.err, "2 miss values; 2 have no log-density")
	assert.Contains(t, got.err, `row 2, column "height": missing`)

	other := "city,height\nRome,170\nParis,170\nBern,\nParis,180\nOslo,160\n"
	want := ffjord(t, at, strings.ReplaceAll(other, "Paris", "NA"), "score", "m.safetensors")
	require.Zero(t, want.code, want.err)
	for _, name := range []string{"-", "new.parquet"} {
		if name != "-" {
			rows := data.Table{Names: []string{"city", "height"}, Levels: map[string][]string{"city": {"Rome", "Paris", "Bern", "Oslo"}},
				Rows: data.Rows(2, 0, 170, 1, 170, 2, math.NaN(), 1, 180, 3, 160)}
			require.NoError(t, table.Write(filepath.Join(at, name), nil, rows, nil))
		}
		got := ffjord(t, at, other, "score", "m.safetensors", name, "-batch", "2")
		require.Zero(t, got.code, got.err)
		assert.Equal(t, strings.ReplaceAll(strings.ReplaceAll(want.out, ",,1", ",,0"), ",,0\n,,0\n,,0", ",,0\n,,1\n,,0"), got.out)
		assert.Contains(t, got.err, "5 rows in ")
		assert.Contains(t, got.err, "1 misses values; 3 have no log-density")
		assert.Contains(t, got.err, `column "city": 2 rows, row 2 the first, have "Paris", which the training rows do not have`)
	}
	told := ffjord(t, at, other, "score", "m.safetensors", "-json", "-o", "s.csv")
	require.Zero(t, told.code, told.err)
	assert.Contains(t, told.out, `"category": "Paris"`)
	alarmed := ffjord(t, at, "city,height\nRome,170\nParis,170\nRome,\nRome,1e300\n", "score", "m.safetensors", "-threshold", "1e-9")
	assert.Equal(t, 3, alarmed.code)
	assert.Contains(t, alarmed.err, `row 4, column "height": `)
	assert.Contains(t, alarmed.err, "ffjord score: 2 rows of 4 have no log-density, though no value is missing there\n")
	imputed := ffjord(t, at, other, "impute", "m.safetensors", "-")
	assert.Equal(t, 1, imputed.code)
	assert.Contains(t, imputed.err, "standard input:3: column \"city\": \"Paris\" is none of the categories [\"Bern\" \"Oslo\" \"Rome\"]\n")
}

func TestScoreAlarms(t *testing.T) {
	at := learnt(t, "-columns", "height")
	rows := "height\n170\n171\n"
	quiet := ffjord(t, at, rows, "score", "m.safetensors", "-threshold", "0.001")
	assert.Zero(t, quiet.code, quiet.err)
	loud := ffjord(t, at, rows+"300\n", "score", "m.safetensors", "-threshold", "0.001")
	assert.Equal(t, 3, loud.code)
	assert.Contains(t, loud.err, "ffjord score: 1 row of 3 is stranger than 0.1 % of the training rows")
}

// TestScoreTop finds the column that makes a row strange.
func TestScoreTop(t *testing.T) {
	at := learnt(t)
	text := people(200) + "200;x;Rome;40;400;40;Earth\n"
	got := ffjord(t, at, text, "score", "m.safetensors", "-top", "3", "-json")
	require.Zero(t, got.code, got.err)
	var told struct{ Strangest []strange }
	require.NoError(t, json.Unmarshal([]byte(got.out), &told))
	require.Len(t, told.Strangest, 3)
	assert.Equal(t, 201, told.Strangest[0].Row)
	assert.Equal(t, "height", told.Strangest[0].Columns[0].Column)
	assert.Equal(t, "400", told.Strangest[0].Columns[0].Value)
	assert.Positive(t, told.Strangest[0].Columns[0].Gain)
	assert.Contains(t, ffjord(t, at, text, "score", "m.safetensors", "-top", "3").out, "height 400 (+")
}

// TestScoreInParts cuts a file into shards and joins them: the bytes are those of one process, in every format.
func TestScoreInParts(t *testing.T) {
	at := learnt(t, "-trace", "estimate", "-probes", "2", "-columns", "height,age")
	more(t, at, 1000)
	for _, ending := range []string{"csv", "npy", "parquet", "jsonl"} {
		whole := "whole." + ending
		score := []string{"score", "m.safetensors", "rows.csv", "-batch", "100", "-o"}
		require.Zero(t, ffjord(t, at, "", append(score, whole)...).code)
		if ending == "jsonl" {
			data, err := os.ReadFile(filepath.Join(at, whole))
			require.NoError(t, err)
			assert.Equal(t, 1000, strings.Count(string(data), "{\"log_density\":-"))
			continue // no parts of it are read
		}
		merge := []string{"merge", "-o", "merged." + ending}
		for i := range 3 {
			part := fmt.Sprintf("part%d.%s", i, ending)
			t.Setenv("JOB_COMPLETION_INDEX", strconv.Itoa(i))
			got := ffjord(t, at, "", append(score, part, "-shard", "env/3")...)
			require.Zero(t, got.code, got.err)
			merge = append(merge, part)
		}
		merged := ffjord(t, at, "", merge...)
		require.Zero(t, merged.code, merged.err)
		assert.Equal(t, "1000 rows of 3 parts, each once and in order\n", merged.err)
		want, err := os.ReadFile(filepath.Join(at, whole))
		require.NoError(t, err)
		got, err := os.ReadFile(filepath.Join(at, "merged."+ending))
		require.NoError(t, err)
		assert.Equal(t, want, got, ending)

		lost := ffjord(t, at, "", "merge", "-o", "x.csv", "part0."+ending, "part2."+ending)
		assert.Equal(t, result{1, "", "ffjord merge: part 1 of 3 is not there, want all of them\n"}, lost)
		twice := ffjord(t, at, "", "merge", "-o", "x.csv", "part0."+ending, "part1."+ending, "part1."+ending)
		assert.Contains(t, twice.err, "are both part 1 of 3")
		require.NoError(t, os.WriteFile(filepath.Join(at, "part1."+ending), []byte("other"), 0o600))
		assert.Contains(t, ffjord(t, at, "", merge...).err, "its checksum is not the one in")
	}
}

// terminated ends a score by a signal once some of its output is there, and returns the exit code.
func terminated(t *testing.T, at, output string, args []string) int {
	run := process(t.Context(), at, args...)
	require.NoError(t, run.Start())
	grown := func() bool {
		info, err := os.Stat(filepath.Join(at, output+".partial"))
		_, done := os.Stat(filepath.Join(at, output))
		return err == nil && info.Size() > 1000 || done == nil
	}
	require.Eventually(t, grown, time.Minute, time.Millisecond)
	require.NoError(t, run.Process.Signal(syscall.SIGTERM))
	_ = run.Wait() // by the signal, or done already
	return run.ProcessState.ExitCode()
}

// TestScoreGoesOn ends a score by a signal and goes on: the bytes are those of one that was not interrupted.
func TestScoreGoesOn(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no signals that a process can send to another")
	}
	at := learnt(t, "-columns", "height,age,city")
	more(t, at, 30000)
	for _, name := range []string{"s.csv", "s.npy", "s.parquet"} {
		score := []string{"score", "m.safetensors", "rows.csv", "-batch", "16", "-threshold", "0.1", "-o"}
		whole := ffjord(t, at, "", append(score, "whole-"+name)...)
		require.Equal(t, 3, whole.code, whole.err)
		args := append(score, name)
		code := terminated(t, at, name, args)
		if code == 3 {
			t.Skip("the score was done before the signal came")
		}
		assert.Equal(t, 143, code)
		assert.NoFileExists(t, filepath.Join(at, name))
		other := ffjord(t, at, "", append(args, "-resume", "-threshold", "0.2")...)
		assert.Contains(t, other.err, "is of another model, file or flags")
		resumed := ffjord(t, at, "", append(args, "-resume")...)
		require.Equal(t, 3, resumed.code, resumed.err)
		want, err := os.ReadFile(filepath.Join(at, "whole-"+name))
		require.NoError(t, err)
		got, err := os.ReadFile(filepath.Join(at, name))
		require.NoError(t, err)
		assert.Equal(t, want, got, name)
		assert.Equal(t, whole.err[strings.Index(whole.err, "ffjord score"):], resumed.err[strings.Index(resumed.err, "ffjord score"):],
			"the same alarm")
		assert.NoFileExists(t, filepath.Join(at, name+".partial"))
	}
}

// TestScoreGoesOnFromLittle goes on with what a killed process has left, however little that is.
func TestScoreGoesOnFromLittle(t *testing.T) {
	at := learnt(t, "-columns", "height")
	more(t, at, 100)
	score := []string{"score", "m.safetensors", "rows.csv", "-o", "s.csv"}
	resume := append(score, "-resume")
	path := filepath.Join(at, "s.csv")
	require.NoError(t, os.WriteFile(path+".partial", []byte("log_d"), 0o600))
	resumed := ffjord(t, at, "", resume...) // of a process that was killed before it has written how far it was
	require.Zero(t, resumed.code, resumed.err)
	got, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.True(t, strings.HasPrefix(string(got), "log_density,"))
	assert.Contains(t, ffjord(t, at, "", resume...).err, "no run to go on with, want none of -resume")

	require.NoError(t, os.WriteFile(path+".partial", nil, 0o600))
	require.NoError(t, os.WriteFile(path+".partial.json", []byte("{"), 0o600))
	assert.Contains(t, ffjord(t, at, "", resume...).err, "s.csv.partial.json is no journal of a score: begin anew without -resume")
	require.Zero(t, ffjord(t, at, "", score...).code)
	for _, ending := range []string{".partial", ".partial.json", ".lock"} {
		assert.NoFileExists(t, path+ending)
	}
}

// TestScoreOfRowsFarOut writes no log-density that is beyond numbers, which no reader takes: not merge, nor the way to Parquet.
func TestScoreOfRowsFarOut(t *testing.T) {
	at := made{}.save(t)
	require.NoError(t, os.WriteFile(filepath.Join(at, "in.csv"), []byte("height,weight\n1e25,70\n170,1e60\n170,70\n"), 0o600))
	score := []string{"score", "m.safetensors", "in.csv", "-threshold", "0.01", "-o"}
	merge := []string{"merge", "-o", "merged.csv"}
	for i := range 2 {
		part := fmt.Sprintf("part%d.parquet", i)
		assert.Contains(t, []int{0, 3}, ffjord(t, at, "", append(score, part, "-shard", fmt.Sprintf("%d/2", i))...).code)
		merge = append(merge, part)
	}
	merged := ffjord(t, at, "", merge...)
	require.Zero(t, merged.code, merged.err)
	text, err := os.ReadFile(filepath.Join(at, "merged.csv"))
	require.NoError(t, err)
	assert.True(t, strings.HasPrefix(string(text), "log_density,percentile,missing\n,,0\n,,0\n-"), string(text))
	whole := ffjord(t, at, "", append(score, "-")...)
	assert.Equal(t, 3, whole.code)
	assert.Equal(t, string(text), whole.out)
	assert.Contains(t, whole.err, "row 1: so far from the training rows that its log-density is beyond the flow's numbers")
	assert.Contains(t, whole.err, `row 2, column "weight": too far from the training rows for the flow's numbers`)
	assert.Contains(t, whole.err, "2 rows of 3 have no log-density, though no value is missing there")
}

// TestFollow talks with a worker line by line.
func TestFollow(t *testing.T) {
	at := learnt(t, "-columns", "height")
	ctx, stop := context.WithTimeout(context.Background(), time.Minute) // a worker that waits for more fails the test
	defer stop()
	worker := process(ctx, at, "score", "m.safetensors", "-follow")
	in, err := worker.StdinPipe()
	require.NoError(t, err)
	out, err := worker.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, worker.Start())
	answers := bufio.NewScanner(out)
	_, err = io.WriteString(in, "height\n170\n")
	require.NoError(t, err)
	require.True(t, answers.Scan())
	assert.Equal(t, "log_density,percentile,missing", answers.Text())
	require.True(t, answers.Scan())
	for _, height := range []string{"165", "170"} {
		first := answers.Text()
		_, err = io.WriteString(in, height+"\n")
		require.NoError(t, err)
		require.True(t, answers.Scan())
		if height == "165" {
			assert.NotEqual(t, first, answers.Text())
		}
	}
	require.NoError(t, in.Close())
	assert.False(t, answers.Scan())
	require.NoError(t, worker.Wait())
}

// TestScoreIsKilled kills a score that can do nothing about it, and goes on from its journal.
func TestScoreIsKilled(t *testing.T) {
	if testing.Short() || runtime.GOOS == "windows" {
		t.Skip("waits for a journal, which is written each second: too long for -short; and Windows has no signals")
	}
	at := learnt(t, "-columns", "height,age,city")
	more(t, at, 600000)
	score := []string{"score", "m.safetensors", "rows.csv", "-batch", "4", "-o"}
	require.Zero(t, ffjord(t, at, "", append(score, "whole.csv")...).code)
	run := process(t.Context(), at, append(score, "s.csv")...)
	require.NoError(t, run.Start())
	journal := filepath.Join(at, "s.csv.partial.json")
	require.Eventually(t, func() bool { _, err := os.Stat(journal); return err == nil }, time.Minute, time.Millisecond)
	require.NoError(t, run.Process.Kill())
	require.Error(t, run.Wait())
	resumed := ffjord(t, at, "", append(score, "s.csv", "-resume")...)
	require.Zero(t, resumed.code, resumed.err)
	want, err := os.ReadFile(filepath.Join(at, "whole.csv"))
	require.NoError(t, err)
	got, err := os.ReadFile(filepath.Join(at, "s.csv"))
	require.NoError(t, err)
	assert.True(t, bytes.Equal(want, got))
}
