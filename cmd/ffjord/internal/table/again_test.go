package table_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/go-ffjord/ffjord/cmd/ffjord/internal/table"
	"github.com/go-ffjord/ffjord/data"
)

// memory is an output that is only written behind its end.
type memory struct{ bytes.Buffer }

func (*memory) WriteAt([]byte, int64) (int, error) { return 0, errors.New("not written twice") }

// seconds are numbers with microseconds, which are added up as those of texts are.
func seconds(from, to int) *rapid.Generator[float64] {
	return rapid.Custom(func(t *rapid.T) float64 {
		return float64(rapid.IntRange(from, to).Draw(t, "seconds")) + float64(rapid.IntRange(0, 1e6-1).Draw(t, "microseconds"))/1e6
	})
}

// TestWhatIsWrittenIsFoundAgain writes tables whose names and categories have what may separate fields, quotes and ends of
// lines, and times of all sizes: whoever knows nothing of them finds the same columns, kinds and numbers.
func TestWhatIsWrittenIsFoundAgain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var columns []table.Column
		texts := rapid.StringMatching(`x[ab,;|\t"'\n= ]{0,6}y`)
		names := rapid.SliceOfNDistinct(texts, 1, 4, rapid.ID[string]).Draw(t, "names")
		kinds := make(map[string]table.Kind)
		for _, name := range names {
			c := table.Column{Name: name}
			c.Kind = rapid.SampledFrom([]table.Kind{table.Number, table.Category, table.Date, table.DateTime, table.Timestamp, table.TimeOfDay}).Draw(t, "kind")
			switch {
			case c.Kind == table.Category:
				c.Levels = []string{"x", "y" + texts.Draw(t, "level")}
			case c.Kind.IsTime():
				kinds[name] = c.Kind
			}
			columns = append(columns, c)
		}
		const rows = 4
		values := make([]float64, 0, rows*len(columns))
		for i := range rows {
			for _, c := range columns {
				switch c.Kind {
				case table.Category:
					values = append(values, float64(i%2)) // each of them
				case table.Date:
					values = append(values, float64(rapid.IntRange(-719162, 2932896).Draw(t, "date")))
				case table.TimeOfDay:
					values = append(values, seconds(0, 86399).Draw(t, "time of day"))
				default: // whose microseconds a float64 tells apart
					values = append(values, seconds(-1e9, 1e9).Draw(t, "number"))
				}
			}
		}
		for _, name := range []string{"a.csv", "a.tsv", "a.jsonl", "a.parquet"} {
			var out memory
			w, err := table.NewEncoder(name, &out, columns)
			require.NoError(t, err)
			require.NoError(t, w.Write(table.Kept{}, values))
			require.NoError(t, w.Close())
			text := out.String()
			got, err := table.File{Path: "-", Stdin: &out}.Find()
			require.NoError(t, err, "%q", text)
			require.Equal(t, names, got.Names, "%q", text)
			assert.Equal(t, kinds, got.Times, "%q", text)
			assert.Equal(t, values, got.Rows.Float64s(), "%q", text)
			for _, c := range columns {
				assert.Equal(t, c.Levels, got.Levels[c.Name], "%q", text)
			}
		}
	})
}

// TestSeparatorsInQuotes finds what separates fields where others stand in most of them, and quoted ones go over lines.
func TestSeparatorsInQuotes(t *testing.T) {
	for _, comma := range []string{",", ";", "\t", "|"} {
		line := strings.Join([]string{`"a ""|;,	|;,	"`, "2", "\"x\n,,;;\t\t||\"", `5" wide`}, comma) + "\n"
		text := strings.Join([]string{"a", "b", "c", "d"}, comma) + "\r\n" + line + line
		got, err := table.File{Path: "-", Stdin: strings.NewReader(text)}.Read()
		require.NoError(t, err, "%q", text)
		assert.Equal(t, []string{"a", "b", "c", "d"}, got.Names)
		assert.Equal(t, map[string][]string{"a": {"a \"|;,\t|;,"}, "c": {"x\n,,;;\t\t||"}, "d": {`5" wide`}}, got.Levels)
	}
}

// TestMissingNumbers takes a number that stands for a missing value as one in every format, and so a text.
func TestMissingNumbers(t *testing.T) {
	columns := []table.Column{{Name: "n", Kind: table.Number}, {Name: "whole", Kind: table.Integer}}
	values := []float64{-999, 1, 2.5, -999}
	other := []table.Column{{Name: "day", Kind: table.Date}, {Name: "c", Kind: table.Category, Levels: []string{"-999", "NA", "x"}}}
	for _, name := range []string{"a.csv", "a.jsonl", "a.parquet", "a.npy"} {
		read := func(columns []table.Column, values ...float64) data.Table {
			path := t.TempDir() + "/" + name
			w, err := table.Create(path, nil, columns)
			require.NoError(t, err)
			require.NoError(t, w.Write(table.Kept{}, values))
			require.NoError(t, w.Close())
			got, err := table.File{Path: path, Missing: []string{"-999", "1900-01-01"}}.Read()
			require.NoError(t, err)
			return got
		}
		assert.Equal(t, "[NaN 1 2.5 NaN]", fmt.Sprint(read(columns, values...).Rows.Float64s()), name)
		if name != "a.npy" { // which has neither dates nor categories
			got := read(other, -25567, 0, 1, 1, 2, 2)
			assert.Equal(t, "[NaN NaN 1 NaN 2 0]", fmt.Sprint(got.Rows.Float64s()), name)
			assert.Equal(t, []string{"x"}, got.Levels["c"], name)
		}
	}
}

// TestTextsThatAreNoUnicode refuses what a model can't hold, and reads what it is told to leave out.
func TestTextsThatAreNoUnicode(t *testing.T) {
	for text, want := range map[string]string{
		"gr\xf6\xdfe,b\n1,2\n":       `: "gr\xf6\xdfe" is no UTF-8, want a text in UTF-8 or UTF-16 (iconv`,
		"a,b\n1,caf\xe9\n":           `: column "b": "caf\xe9" is no UTF-8`,
		"{\"a\": 1, \"\xe9\": 2}":    `: "\xe9" is no UTF-8`,
		"{\"a\": \"x\xe9\"}\n{}\n{}": `: column "a": "x\xe9" is no UTF-8`,
	} {
		_, err := table.File{Path: "-", Stdin: strings.NewReader(text)}.Read()
		assert.ErrorContains(t, err, want, text)
	}
	got, err := table.File{Path: "-", Stdin: strings.NewReader("gr\xf6\xdfe,b,c\n1,2,\xe9\n"), Columns: []string{"b"}}.Read()
	require.NoError(t, err)
	assert.Equal(t, []string{"b"}, got.Names)
}

// TestLateColumns reads a column of JSON that first comes late, where it is named.
func TestLateColumns(t *testing.T) {
	text := strings.Repeat(`{"a": 1}`+"\n", 3000) + `{"a": 2, "b": "x"}`
	read := func(f table.File) (data.Table, error) {
		f.Path, f.Stdin = "-", strings.NewReader(text)
		return f.Read()
	}
	got, err := read(table.File{Columns: []string{"a", "b"}})
	require.NoError(t, err)
	assert.Equal(t, 3001, got.Len())
	assert.Equal(t, map[string][]string{"b": {"x"}}, got.Levels)
	got, err = read(table.File{Exclude: []string{"b"}})
	require.NoError(t, err)
	assert.Equal(t, []string{"a"}, got.Names)
	_, err = read(table.File{Columns: []string{"a", "c"}})
	assert.ErrorContains(t, err, `no such column in standard input, want one of "a", "b"`)
}
