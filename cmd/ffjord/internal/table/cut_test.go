package table_test

import (
	"errors"
	"math"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/go-ffjord/ffjord/cmd/ffjord/internal/table"
	"github.com/go-ffjord/ffjord/data"
)

// TestCutTextsAreWholeTexts cuts any text into batches, and compares with what reads it as one: the same rows, or an error
// in the same line.
func TestCutTextsAreWholeTexts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOfN(rapid.SampledFrom([]string{
			"1,2\n", "3,4\r\n", "\"5\",6\n", "7,\"8\n\"\n", "\n", "\"", ",", "\n", "9", " ", "x", "\"\"", "\"1\n\n2\",3\n",
		}), 0, 30).Draw(t, "text")
		text := "a,b\n" + strings.Join(parts, "")
		whole := data.CSV{NumericNames: true, Missing: table.Missing()}
		want, wrong := whole.Read(strings.NewReader(text))
		f := table.File{
			Path: "-", Stdin: strings.NewReader(text), Comma: ',', Fixed: true, Batch: rapid.IntRange(1, 5).Draw(t, "batch"),
		}
		got, err := f.Read()
		if wrong != nil {
			require.Error(t, err, "%q: %v", text, wrong)
			if line := (*data.LineError)(nil); errors.As(wrong, &line) {
				at := (*table.Error)(nil)
				require.ErrorAs(t, err, &at)
				assert.Equal(t, line.Line, at.Line, "%q: %v, %v", text, wrong, err)
			}
			return
		}
		require.NoError(t, err, "%q", text)
		a, b := want.Rows.Float64s(), got.Rows.Float64s()
		require.Len(t, b, len(a), "%q", text)
		for i := range a {
			assert.Equal(t, math.Float64bits(a[i]), math.Float64bits(b[i]), "%q", text)
		}
		f.Stdin = strings.NewReader(text)
		n, err := f.Count()
		require.NoError(t, err)
		assert.Equal(t, want.Len(), n, "%q", text)
	})
}

// FuzzRead reads what may be any file: a table or an error, and no panic.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{"a,b\n1,x\n", "\x93NUMPY\x01\x00", "PAR1", "PK\x03\x04", "\x1f\x8b\x08", "\x28\xb5\x2f\xfd", "\"a", "\xff\xfea\x00",
		"{\"a\": 1, \"b\": \"x\"}\n{\"b\": null, \"a\": NaN}", "{\"a\": \"2026-01-01\"}\n{\"a\": [1, {}]}", "a\n2026-01-01T00:00:00Z\n"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		read, err := table.File{Path: "-", Stdin: strings.NewReader(string(content)), Batch: 3}.Find()
		if err == nil {
			assert.Positive(t, read.Len())
			table.Columns(read.Table, read.Times)
		}
	})
}

// FuzzWrite reads a text and writes what it holds, in each format that has times and categories: it comes back.
func FuzzWrite(f *testing.F) {
	for _, seed := range []string{"a,b\n1,x\n,y\n", "{\"a\": 1, \"b\": \"x\"}", "a;b\n2026-01-01;1\n2026-01-02T00:00:00.25Z;\n", "t\n10:30:00\n",
		"{\" \": \"0\"}", "{\"\ufeffa\": 1, \"b\\r\\nc \": \" x\\ry \"}"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		read, err := table.File{Path: "-", Stdin: strings.NewReader(string(content))}.Find()
		if err != nil || !utf8.Valid(content) { // which JSON and Parquet have no other texts than
			return
		}
		values := read.Rows.Float64s()
		for i := range values {
			values[i] += 0 // −0 is written as 0
		}
		columns := table.Columns(read.Table, read.Times)
		for _, name := range []string{"a.csv", "a.jsonl", "a.parquet"} {
			path := filepath.Join(t.TempDir(), name)
			w, err := table.Create(path, nil, columns)
			require.NoError(t, err)
			require.NoError(t, w.Write(table.Kept{}, values))
			require.NoError(t, w.Close())
			again, err := table.File{Path: path, Columns: read.Names, Levels: read.Levels, Times: read.Times, Fixed: true, NumericNames: true}.Read()
			require.NoError(t, err, "%s of %q", name, content)
			same(t, read.Table, again)
		}
	})
}
