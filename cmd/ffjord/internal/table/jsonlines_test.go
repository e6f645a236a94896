package table_test

import (
	"encoding/binary"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/cmd/ffjord/internal/table"
	"github.com/go-ffjord/ffjord/data"
)

// TestJSONLines reads what other programs write: names with quotes, gaps, numbers as text, NaN of Python's, true and false.
func TestJSONLines(t *testing.T) {
	nan := math.NaN()
	want := data.Table{
		Names:  []string{`the "a"`, "b", "yes", "day"},
		Rows:   data.Rows(4, 1, 1, 1, 19000, -2.5e-3, nan, 0, nan, nan, 0, nan, 19001),
		Levels: map[string][]string{"b": {"NaN, not", "é"}},
	}
	const text = `{"the \"a\"": 1, "b": "é", "yes": true, "day": "2022-01-08"}

  {"yes":false,"b":"","the \u0022a\u0022":"-2.5e-3"}
{"the \"a\"": NaN, "b": "NaN, not", "day": "2022-01-09", "yes": null}`
	for name, f := range map[string]table.File{
		"as it is":  {Stdin: strings.NewReader(text)},
		"a mark":    {Stdin: strings.NewReader("\ufeff" + text)},
		"CRLF":      {Stdin: strings.NewReader(strings.ReplaceAll(text, "\n", "\r\n"))},
		"in pieces": {Stdin: slow{strings.NewReader(text)}},
		"UTF-16":    {Stdin: strings.NewReader(utf16LE("\ufeff" + text))},
		"blanks":    {Stdin: slow{strings.NewReader("\r\n \n" + text)}},
	} {
		t.Run(name, func(t *testing.T) {
			f.Path = "-"
			got, err := f.Find()
			require.NoError(t, err)
			assert.Equal(t, want.Names, got.Names)
			assert.Equal(t, want.Levels, got.Levels)
			assert.Equal(t, map[string]table.Kind{"day": table.Date}, got.Times)
			same(t, want, got.Table)
		})
	}
	got, err := table.File{Path: "-", Stdin: strings.NewReader(text), Columns: []string{"yes"}, Categories: []string{"yes"}}.Read()
	require.NoError(t, err)
	assert.Equal(t, map[string][]string{"yes": {"false", "true"}}, got.Levels)
	got, err = table.File{Path: "-", Stdin: strings.NewReader(`{"a": -999, "b": {"c": 1}}` + "\n" + `{"b": [1], "a": 2, "d": 1}`),
		Columns: []string{"a"}, Missing: []string{"-999"}}.Read()
	require.NoError(t, err)
	same(t, data.Table{Rows: data.Rows(1, nan, 2)}, got)
}

// utf16LE is the text in UTF-16.
func utf16LE(text string) string {
	var b []byte
	for _, unit := range utf16.Encode([]rune(text)) {
		b = binary.LittleEndian.AppendUint16(b, unit)
	}
	return string(b)
}

// slow gives a byte at a time.
type slow struct{ r io.Reader }

func (s slow) Read(p []byte) (int, error) { return s.r.Read(p[:1]) }

// TestJSONLinesInBatches deals rows with categories that a model does not know, in bounded batches, from a row on.
func TestJSONLinesInBatches(t *testing.T) {
	var text strings.Builder
	for i := range 5000 {
		text.WriteString(`{"n": ` + strings.Repeat(" ", i%7) + `1, "c": "` + string(rune('a'+i%3)) + "\"}\n")
	}
	f := table.File{Path: filepath.Join(t.TempDir(), "rows.ndjson"), Columns: []string{"c", "n"}, Levels: map[string][]string{"c": {"b", "a"}},
		Fixed: true, OpenLevels: true, Batch: 100, Skip: 1, Most: 250}
	require.NoError(t, os.WriteFile(f.Path, []byte(text.String()), 0o600))
	n, err := table.File{Path: f.Path}.Count()
	require.NoError(t, err)
	assert.Equal(t, 5000, n)
	rows, err := f.Open()
	require.NoError(t, err)
	seen := 0
	for {
		batch, err := rows.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		assert.Equal(t, []string{"b", "a", "c"}, batch.Levels["c"])
		for i := range batch.Len() {
			assert.Equal(t, string(rune('a'+(seen+1)%3)), batch.Levels["c"][int(batch.Row(i)[0])])
			seen++
		}
	}
	assert.Equal(t, 250, seen)
	require.NoError(t, rows.Close())
	f.OpenLevels, f.Batch = false, 1
	_, err = f.Read()
	assert.ErrorContains(t, err, `rows.ndjson:3: column "c": "c" is none of the categories ["b" "a"]`)
}

func TestErrorsNameTheLineOfJSON(t *testing.T) {
	long := strings.Repeat(`{"a": 1, "b": 2}`+"\n", 5000)
	for _, c := range []struct{ name, text, want string }{
		{"an array", "[\n{\"a\": 1}]", `rows.jsonl:1: a JSON array, want an object on each line, such as {"a": 1, "b": "x"}: jq -c ".[]" writes that`},
		{"a number", long + "7\n", `rows.jsonl:5001: "7", want a JSON object on each line, such as {"a": 1, "b": "x"}`},
		{"a CSV", "a,b\n1,2\n", `rows.jsonl:1: "a,b", want a JSON object on each line, such as {"a": 1, "b": "x"}`},
		{"cut off", long + `{"a": 1, "b`, `rows.jsonl:5001: the line ends before its JSON object does, want one object on each line`},
		{"over several lines", "{\n\"a\": 1\n}", `rows.jsonl:1: the line ends before its JSON object does, want one object on each line`},
		{"wrong", long + `{"a": 1, b: 2}`, `rows.jsonl:5001: byte 10 of the line: invalid character 'b' looking for beginning of object key string, want a JSON object on each line`},
		{"two", `{"a": 1}{"a": 2}`, `rows.jsonl:1: byte 9 of the line: invalid character '{' after top-level value, want a JSON object on each line`},
		{"with commas", "{\"a\": 1},\n{\"a\": 2}", `rows.jsonl:1: byte 9 of the line: invalid character ',' after top-level value, want a JSON object on each line`},
		{"as Go writes them", `{"a": 1, "b": 1}` + "\n" + long + `{"a": "1_000"}`, `rows.jsonl:5002: column "a": "1_000", want a number`},
		{"infinite", `{"a": 1}` + "\n" + `{"a": Infinity}`, `rows.jsonl:2: byte 7 of the line: invalid character 'I' looking for beginning of value, want a JSON object on each line`},
		{"large", long + `{"a": 1e999}`, `rows.jsonl:5001: column "a": 1e999 is beyond float64, want a finite number`},
		{"text", long + `{"b": "x"}`, `rows.jsonl:5001: column "b": "x", want a number`},
		{"nested", long + `{"b": {"c": 1}}`, `rows.jsonl:5001: column "b": it is an object, want a number or text (-exclude leaves the column out)`},
		{"twice", long + `{"b": 1, "b": 2}`, `rows.jsonl:5001: column "b": it is there twice, want each column once`},
		{"another column", long + `{"c": 1}`, `rows.jsonl:5001: column "c": the rows before have no such column, want one of "a", "b" (-exclude leaves it out, -columns says which are wanted)`},
		{"nothing", "\n\n", `rows.jsonl: no lines, want a JSON object on each`},
		{"no columns", "{}\n{}\n", `rows.jsonl: no column is left of , want at least one`},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "rows.jsonl")
			require.NoError(t, os.WriteFile(path, []byte(c.text), 0o600))
			_, err := table.File{Path: path}.Read()
			require.Error(t, err)
			assert.Equal(t, c.want, strings.TrimPrefix(err.Error(), filepath.Dir(path)+"/"))
		})
	}
}
