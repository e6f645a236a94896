package table_test

import (
	"bytes"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/cmd/ffjord/internal/table"
	"github.com/go-ffjord/ffjord/data"
)

// people has a number, a whole number, a category and values that are missing.
func people() data.Table {
	nan := math.NaN()
	return data.Table{
		Names:  []string{"height, m", "age", "city"},
		Rows:   data.Rows(3, 1.75, 31, 1, 1.6e-7, nan, 0, nan, 4e6, nan, -2.5, 0, 2),
		Levels: map[string][]string{"city": {"Bern", "Rome, IT", `the "Hague"`}},
	}
}

// TestFormats writes a table and reads it again, whole and in batches.
func TestFormats(t *testing.T) {
	want := people()
	for _, name := range []string{"a.csv", "a.csv.gz", "a.csv.zst", "a.parquet", "a.npy", "a.jsonl", "a.ndjson.gz", "a.jsonl.zst"} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), name)
			require.NoError(t, table.Write(path, nil, want, []string{"age"}))
			levels := want.Levels
			f := table.File{Path: path}
			if name == "a.npy" {
				f.Names, levels = want.Names, map[string][]string{} // an array has no texts
			}
			got, err := f.Read()
			require.NoError(t, err)
			assert.Equal(t, want.Names, got.Names)
			same(t, want, got)
			if name != "a.npy" {
				assert.Equal(t, levels, got.Levels)
				kinds := table.Columns(got, nil)
				assert.Equal(t, []table.Kind{table.Number, table.Integer, table.Category},
					[]table.Kind{kinds[0].Kind, kinds[1].Kind, kinds[2].Kind})
			}
			f.Levels, f.Fixed, f.Batch, f.Skip, f.Most = want.Levels, true, 1, 1, 2
			rows, err := f.Open()
			require.NoError(t, err)
			for i := range 2 {
				batch, err := rows.Next()
				require.NoError(t, err)
				part, err := want.Take(1 + i)
				require.NoError(t, err)
				same(t, part, batch.Table)
			}
			_, err = rows.Next()
			assert.ErrorIs(t, err, io.EOF)
			require.NoError(t, rows.Close())
		})
	}
}

// TestFilesSayWhatTheyAre reads files whose names do not say how they are written.
func TestFilesSayWhatTheyAre(t *testing.T) {
	want, at := people(), t.TempDir()
	for _, name := range []string{"a.csv", "b.csv.gz", "c.parquet", "d.jsonl", "e.jsonl.zst", "f.npy"} {
		require.NoError(t, table.Write(filepath.Join(at, name), nil, want, nil))
		bare := filepath.Join(at, "rows")
		require.NoError(t, os.Rename(filepath.Join(at, name), bare))
		got, err := table.File{Path: bare, Names: want.Names}.Read()
		require.NoError(t, err, name)
		assert.Equal(t, want.Names, got.Names, name)
		same(t, want, got)
	}
}

func same(t *testing.T, want, got data.Table) {
	t.Helper()
	a, b := want.Rows.Float64s(), got.Rows.Float64s()
	require.Len(t, b, len(a))
	for i := range a {
		assert.Equal(t, math.Float64bits(a[i]), math.Float64bits(b[i]), "number %d: %v, %v", i, a[i], b[i])
	}
}

// TestNamesThatCSVHasNot reads files of columns whose names a text of them would not tell apart, or could not have.
func TestNamesThatCSVHasNot(t *testing.T) {
	for text, want := range map[string]string{
		`{"a": 1, " a": 2}`:        `:1: column "a": it is there twice, want each column once`,
		`{"a\r\nb": 1, "a\rb": 2}`: `:1: column "a\nb": it is there twice, want each column once`,
		`{"\u0000": 1}`:            `: a column is called "\x00", want a name without bytes of zero`,
	} {
		_, err := table.File{Path: "-", Stdin: strings.NewReader(text)}.Read()
		assert.ErrorContains(t, err, want, text)
	}
	path := filepath.Join(t.TempDir(), "rows.parquet")
	twice := data.Table{Names: []string{"a", "a "}, Rows: data.Rows(2, 1, 2)}
	require.NoError(t, table.Write(path, nil, twice, nil))
	_, err := table.File{Path: path}.Read()
	assert.ErrorContains(t, err, `two columns are called "a", want each name once`)
}

func TestErrorsNameThePlace(t *testing.T) {
	long := "a,b\n" + strings.Repeat("1,2\n", 9000)
	for _, c := range []struct{ name, text, want string }{
		{"bad cell", long + "3,x\n", `rows.csv:9002: column "b": "x", want a number`},
		{"after a quoted field", "a,b\n1,2\n\"3\",\"y\nz\"\n\n4,5\n", `rows.csv:3: column "b": "y\nz", want a number`},
		{"fields", long + "3,4,5\n", `rows.csv:9002: 3 fields, want 2 as in the first`},
		{"numbers for names", "1,2\n3,4\n", `rows.csv:1: numbers and no names, want -no-header if it is a row already, -numeric-names if these are the columns' names`},
		{"nothing", "", `rows.csv: no lines, want at least a line of names and a row`},
		{"a comma among points", "a;b\n1.5;2\n2.5;2\n1,5;3\n", `rows.csv:4: column "a": "1,5", want a number`},
		{"a point among commas", "a;b\n1,5;2\n" + strings.Repeat("1;2\n", 1000) + "1.5;3\n", `rows.csv:1003: column "a": "1.5", want a number with a decimal comma`},
		{"an open quote", "a,b\n1,2\n\"3,4\n", `rows.csv:3: field 1: the quote that opens it is never closed`},
		{"names alone", "a,b\n", `rows.csv: no rows, want at least one`},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "rows.csv")
			require.NoError(t, os.WriteFile(path, []byte(c.text), 0o600))
			_, err := table.File{Path: path}.Read()
			require.Error(t, err)
			assert.Equal(t, c.want, strings.TrimPrefix(err.Error(), filepath.Dir(path)+"/"))
		})
	}
}

// TestTexts reads what spreadsheets and other programs write.
func TestTexts(t *testing.T) {
	want := data.Table{Names: []string{"a", "b"}, Rows: data.Rows(2, 1, 2, 3, 4)}
	for _, c := range []struct{ name, text string }{
		{"commas", "a,b\n1,2\n3,4\n"},
		{"semicolons", "a;b\n1;2\n3;4"},
		{"tabulators and CRLF", "a\tb\r\n1\t2\r\n3\t4\r\n"},
		{"bars, blanks and empty lines", "a|b\n\n1 | 2\n3 | 4\n\n"},
		{"CR", "a,b\r1,2\r3,4\r"},
		{"a byte order mark", "\ufeffa,b\n1,2\n3,4\n"},
		{"UTF-16", "\xff\xfea\x00,\x00b\x00\n\x001\x00,\x002\x00\n\x003\x00,\x004\x00"},
		{"decimal commas", "a;b\n1,0;2\n3;0,4e1\n"},
		{"quotes", "\"a\",b\n\"1\",2\n3,\"4\"\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := table.File{Path: "-", Stdin: strings.NewReader(c.text)}.Read()
			require.NoError(t, err)
			assert.Equal(t, want.Names, got.Names)
			same(t, want, got)
		})
	}
}

// A sample has rows of everywhere, each once, in the order of the file where it has all.
func TestSample(t *testing.T) {
	text := []byte("a\n")
	for i := range 20_000 {
		text = strconv.AppendInt(text, int64(i), 10)
		text = append(text, '\n')
	}
	read := func(n int) []float64 {
		f := table.File{Path: "-", Stdin: bytes.NewReader(text), Sample: n, Rand: rand.New(rand.NewPCG(1, 0))}
		got, err := f.Find()
		require.NoError(t, err)
		assert.Equal(t, 20_000, got.Of)
		return got.Rows.Float64s()
	}
	some := read(2000)
	require.Len(t, some, 2000)
	mean := 0.0
	for _, v := range some {
		mean += v / 2000
	}
	assert.InDelta(t, 10_000, mean, 4*20_000/math.Sqrt(12*2000))
	slices.Sort(some)
	assert.Len(t, slices.Compact(some), 2000)
	all := read(30_000)
	assert.True(t, slices.IsSorted(all))
	assert.Len(t, all, 20_000)
}

func TestColumnsAreChosen(t *testing.T) {
	text := "a,b,c\n1,x,3\n4,y,6\n"
	read := func(f table.File) (data.Table, error) {
		f.Path, f.Stdin = "-", bytes.NewReader([]byte(text))
		return f.Read()
	}
	got, err := read(table.File{Columns: []string{"c", "a"}})
	require.NoError(t, err)
	assert.Equal(t, []string{"c", "a"}, got.Names)
	same(t, data.Table{Rows: data.Rows(2, 3, 1, 6, 4)}, got)
	got, err = read(table.File{Exclude: []string{"b"}})
	require.NoError(t, err)
	assert.Equal(t, []string{"a", "c"}, got.Names)
	_, err = read(table.File{Columns: []string{"d"}})
	assert.EqualError(t, err, `-columns d: no such column in standard input, want one of "a", "b", "c"`)
	_, err = read(table.File{Exclude: []string{"a", "b", "c"}})
	assert.EqualError(t, err, `standard input: no column is left of "a", "b", "c", want at least one`)
}

// TestWrongFiles reads what is no table, or not all of one.
func TestWrongFiles(t *testing.T) {
	at := t.TempDir()
	whole := func(name string) []byte {
		require.NoError(t, table.Write(filepath.Join(at, name), nil, people(), nil))
		text, err := os.ReadFile(filepath.Join(at, name))
		require.NoError(t, err)
		return text
	}
	parquet, zipped := whole("a.parquet"), whole("a.csv.gz")
	require.NoError(t, os.Mkdir(filepath.Join(at, "folder.jsonl"), 0o700))
	for name, c := range map[string]struct {
		content []byte
		want    string
	}{
		"none.csv":     {nil, "no such file or directory"},
		"folder.jsonl": {nil, "a directory, want a file of rows"},
		"b.parquet":    {[]byte("a,b\n1,2\n"), "no Parquet file: its first bytes are not PAR1"},
		"c.parquet":    {parquet[:len(parquet)-3], "the end of the Parquet file is missing: it was cut off, or is still being written"},
		"d.parquet":    {[]byte("PAR1"), "the end of the Parquet file is missing: it was cut off, or is still being written"},
		"e.parquet":    {[]byte{}, "no Parquet file: its first bytes are not PAR1"},
		"f.npz":        {[]byte("PK\x03\x04 and no more"), "no archive of arrays, or the end of one is missing: want a whole .npz file"},
		"g.csv.gz":     {zipped[:len(zipped)-12], "unexpected EOF: the file is cut off"},
		"h.csv":        {[]byte("a\x00b,c\n1,2\n"), "1: holds bytes of zero: want UTF-8, or UTF-16 with a byte order mark"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(at, name)
			if c.content != nil {
				require.NoError(t, os.WriteFile(path, c.content, 0o600))
			}
			_, err := table.File{Path: path}.Read()
			require.Error(t, err)
			assert.Equal(t, c.want, strings.TrimLeft(strings.TrimPrefix(err.Error(), path), ": "))
		})
	}
}
