package table_test

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	pq "github.com/parquet-go/parquet-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/cmd/ffjord/internal/table"
)

// TestKeptKinds says what columns of texts become where values have types.
func TestKeptKinds(t *testing.T) {
	for _, c := range []struct {
		name   string
		values string // of column k, a line each
		kind   table.Kind
		lines  string // of JSON
	}{
		{"whole numbers", "7\n-2\n 9007199254740993\n", table.Integer, "7\n-2\n9007199254740993\n"},
		{"numbers", "1.50\n2\n1E5\n", table.Number, "1.50\n2\n1E5\n"},
		{"minus zero", "-0\n1\n", table.Number, "-0\n1\n"},
		{"gaps among numbers", "NA\n5\n\"\"\n", table.Integer, "null\n5\nnull\n"},
		{"gaps alone", "NA\n\"\"\n", "", "null\nnull\n"},
		{"codes", "007\n8\n", table.Text, `"007"` + "\n" + `"8"` + "\n"},
		{"zeros alone", "0\n00\n", table.Text, `"0"` + "\n" + `"00"` + "\n"},
		{"a sign in front", "+49\n5\n", table.Text, `"+49"` + "\n" + `"5"` + "\n"},
		{"a point in front", ".5\n5\n", table.Text, `".5"` + "\n" + `"5"` + "\n"},
		{"an exponent that is none", "1e\n5\n", table.Text, `"1e"` + "\n" + `"5"` + "\n"},
		{"more digits than a type has", "123456789012345678901\n", table.Text, "\"123456789012345678901\"\n"},
		{"words, of which one means a gap elsewhere", "NA\nDE\n\"\"\n", table.Text, `"NA"` + "\n" + `"DE"` + "\nnull\n"},
		{"dates", "2026-01-31\nNA\n", table.Date, `"2026-01-31"` + "\nnull\n"},
		{"dates and times", "2026-01-31\n2026-01-31T18:30:00+02:00\n", table.Timestamp,
			`"2026-01-31"` + "\n" + `"2026-01-31T18:30:00+02:00"` + "\n"},
		{"dates and more", "2026-01-31\nlater\n", table.Text, `"2026-01-31"` + "\n" + `"later"` + "\n"},
		{"a number late", strings.Repeat("1\n", 1001) + "2.5\n", table.Number, strings.Repeat("1\n", 1001) + "2.5\n"},
		{"a text late", strings.Repeat("1\n", 1001) + "A12\n", table.Text, strings.Repeat("1\n", 1001) + "\"A12\"\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			at := t.TempDir()
			f := table.File{Path: filepath.Join(at, "in.csv"), Columns: []string{"v"}, Keep: []table.Column{{Name: "k"}}, Fixed: true}
			text := "k,v\n" + strings.ReplaceAll(c.values, "\n", ",1\n")
			require.NoError(t, os.WriteFile(f.Path, []byte(text), 0o600))
			found, err := f.KeptKinds([]table.Column{{Name: "k", Kept: true}})
			require.NoError(t, err)
			assert.Equal(t, c.kind, found[0].Kind)
			require.NoError(t, through(f, filepath.Join(at, "out.jsonl")))
			lines, err := os.ReadFile(filepath.Join(at, "out.jsonl"))
			require.NoError(t, err)
			assert.Equal(t, `{"k":`+strings.ReplaceAll(strings.TrimSuffix(c.lines, "\n"), "\n", `,"v":1}`+"\n"+`{"k":`)+`,"v":1}`+"\n", string(lines))
		})
	}
}

// TestKeptOfParquet keeps what types of Parquet have and a float64 has not.
func TestKeptOfParquet(t *testing.T) {
	t.Chdir(t.TempDir())
	type row struct {
		Price int64     `parquet:"price,decimal(2:18)"`
		Big   uint64    `parquet:"big"`
		Small float32   `parquet:"small"`
		Ns    time.Time `parquet:"ns,timestamp(nanosecond)"`
		Code  string    `parquet:"code"`
		V     float64   `parquet:"v"`
	}
	ns := time.Date(1969, 12, 31, 23, 59, 59, 123456789, time.UTC)
	rows := []row{{-5, math.MaxUint64, 0.1, ns, "2026-01-31", 1}, {123456789012345678, 0, float32(math.Inf(-1)), ns, " 7 ", 2}}
	require.NoError(t, pq.WriteFile("in.parquet", rows))
	f := table.File{Path: "in.parquet", Columns: []string{"v"}, Fixed: true}
	for _, name := range []string{"price", "big", "small", "ns", "code"} {
		f.Keep = append(f.Keep, table.Column{Name: name})
	}
	require.NoError(t, through(f, "out.csv"))
	got, err := os.ReadFile("out.csv")
	require.NoError(t, err)
	assert.Equal(t, "price,big,small,ns,code,v\n"+
		"-0.05,18446744073709551615,0.10000000149011612,1969-12-31T23:59:59.123456789Z,2026-01-31,1\n"+
		"1234567890123456.78,0,-inf,1969-12-31T23:59:59.123456789Z,\" 7 \",2\n", string(got))
	columns, err := f.KeptKinds(kept(t, f))
	require.NoError(t, err)
	for j, want := range []table.Kind{table.Number, table.Text, table.Number, table.Timestamp, table.Text} {
		assert.Equal(t, want, columns[j].Kind, columns[j].Name)
	}
	require.NoError(t, through(f, "out.jsonl"))
	again := table.Written("out.jsonl", "out.jsonl", append(columns, table.Column{Name: "v", Kind: table.Number}))
	require.NoError(t, through(again, "again.csv"))
	same, err := os.ReadFile("again.csv")
	require.NoError(t, err)
	assert.Equal(t, string(got), string(same))
}

// kept returns the columns that are kept as the first rows have them.
func kept(t *testing.T, f table.File) []table.Column {
	t.Helper()
	rows, err := f.Open()
	require.NoError(t, err)
	require.NoError(t, rows.Close())
	return rows.Kept()
}

// TestKeptIsRefused says what can't be kept, and where.
func TestKeptIsRefused(t *testing.T) {
	for _, c := range []struct{ name, text, to, want string }{
		{"in.csv", "k,v\nx,1\n", "out.npy", "-keep k: the column holds text, and an array numbers alone: want an output such as .csv, .parquet or .jsonl"},
		{"in.csv", "k,v\n2026-01-31,1\n", "out.npy", "-keep k: the column holds times, and an array numbers alone: want an output such as .csv, .parquet or .jsonl"},
		{"in.csv", "k,v\n" + strings.Repeat("1,1\n", 1001) + "A12,1\n", "out.npy", `in.csv:1003: column "k": "A12", want a number, since an array holds no others`},
		{"in.jsonl", `{"k":9007199254740993,"v":1}`, "out.npy", `in.jsonl:1: column "k": 9007199254740993, want a number that float64 holds, as an array has it`},
		{"in.jsonl", `{"k":1,"v":1}` + "\n" + `{"k":[1],"v":1}`, "out.csv", `in.jsonl:2: column "k": it is an array, want a number or text`},
		{"in.jsonl", `{"k":1,"v":1,"k":1}`, "out.csv", `in.jsonl:1: column "k": it is there twice, want each column once`},
		{"in.csv", "a,v\n1,1\n", "out.csv", `-keep k: no such column in in.csv, want one of "a", "v"`},
	} {
		t.Run(c.want, func(t *testing.T) {
			t.Chdir(t.TempDir())
			require.NoError(t, os.WriteFile(c.name, []byte(c.text), 0o600))
			f := table.File{Path: c.name, Columns: []string{"v"}, Keep: []table.Column{{Name: "k"}}, Fixed: true}
			assert.EqualError(t, through(f, c.to), c.want)
			assert.NoFileExists(t, c.to)
		})
	}
}

// TestKeptNumbersOfArrays keeps columns of arrays, and numbers and words for true and false in them.
func TestKeptNumbersOfArrays(t *testing.T) {
	t.Chdir(t.TempDir())
	text := "k,t,v\n1.5,1,1\n-0,0,2\nNA,1,3\n"
	require.NoError(t, os.WriteFile("in.csv", []byte(text), 0o600))
	f := table.File{Path: "in.csv", Columns: []string{"v"}, Keep: []table.Column{{Name: "k"}, {Name: "t"}}, Fixed: true}
	require.NoError(t, through(f, "a.npy"))
	f = table.File{Path: "a.npy", Names: []string{"k", "t", "v"}, Columns: []string{"v"}, Keep: f.Keep, Fixed: true}
	require.NoError(t, through(f, "out.csv"))
	got, err := os.ReadFile("out.csv")
	require.NoError(t, err)
	assert.Equal(t, strings.ReplaceAll(text, "NA", ""), string(got))
}
