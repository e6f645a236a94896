package data_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/data"
)

func TestCSVRead(t *testing.T) {
	for _, test := range []struct {
		name  string
		c     data.CSV
		text  string
		names []string
		want  []float64
	}{
		{"plain", data.CSV{}, "a,b\n1,2\n-3e-2,.5\n", []string{"a", "b"}, []float64{1, 2, -0.03, 0.5}},
		{"quoted", data.CSV{}, "\"a,\"\"1\"\"\",\"b\nc\"\n\"1\",2\n", []string{`a,"1"`, "b\nc"}, []float64{1, 2}},
		{"no last newline, CRLF, empty lines, spaces", data.CSV{}, "a , b\r\n\r\n 1,2 \r\n\r\n3, 4", []string{"a", "b"}, []float64{1, 2, 3, 4}},
		{"byte order mark", data.CSV{}, "\ufeffa\n1\n", []string{"a"}, []float64{1}},
		{"semicolons", data.CSV{Comma: ';'}, "a;b\n1;2\n", []string{"a", "b"}, []float64{1, 2}},
		{"tabs", data.CSV{Comma: '\t'}, "a\tb\n1\t2\n", []string{"a", "b"}, []float64{1, 2}},
		{"no header", data.CSV{NoHeader: true}, "1,2\n3,4\n", []string{"0", "1"}, []float64{1, 2, 3, 4}},
		{"chosen", data.CSV{Columns: []string{"c", "a"}}, "a,b,c\n1,x,3\n4,,6\n", []string{"c", "a"}, []float64{3, 1, 6, 4}},
		{"chosen by place", data.CSV{NoHeader: true, Columns: []string{"2"}}, "1,?,3\n4,?,6\n", []string{"2"}, []float64{3, 6}},
		{"names that are numbers", data.CSV{NumericNames: true}, "0,1\n1,2\n", []string{"0", "1"}, []float64{1, 2}},
		{"names that are numbers, behind an index", data.CSV{Columns: []string{"0"}}, ",0,1\n0,5,2\n", []string{"0"}, []float64{5}},
		{"one name thrice", data.CSV{NumberNames: true}, "a,a.1,a,a\n1,2,3,4\n", []string{"a", "a.1", "a.2", "a.3"}, []float64{1, 2, 3, 4}},
		{"one name twice, chosen", data.CSV{NumberNames: true, Columns: []string{"a.1"}}, "a,a\n1,2\n", []string{"a.1"}, []float64{2}},
		{"bare quotes elsewhere", data.CSV{Columns: []string{"b"}}, "a,b\n5\" nail,1\n\"6\" nail\",2\n", []string{"b"}, []float64{1, 2}},
		{"CR", data.CSV{}, "a,b\r1,2\r\r3,4\r", []string{"a", "b"}, []float64{1, 2, 3, 4}},
		{"UTF-16, little end first", data.CSV{Comma: '\t'}, utf16Of(binary.LittleEndian, "\ufeffhöhe\t😀\r\n1\t2\r\n"), []string{"höhe", "😀"}, []float64{1, 2}},
		{"UTF-16, big end first", data.CSV{}, utf16Of(binary.BigEndian, "\ufeffa\n1\n"), []string{"a"}, []float64{1}},
		{"half a character of UTF-16", data.CSV{}, "\xff\xfea\x00\x00\xd8,\x00b\x00\n\x001\x00,\x002\x00", []string{"a\ufffd", "b"}, []float64{1, 2}},
		{"names that Go takes for numbers", data.CSV{}, "1_0,0x1p4\n1,2\n", []string{"1_0", "0x1p4"}, []float64{1, 2}},
		{"wide rows", data.CSV{Columns: []string{"last"}}, strings.Repeat("a,", 50000) + "last\n" + strings.Repeat("x,", 50000) + "1\n", []string{"last"}, []float64{1}},
		{"comma of three bytes", data.CSV{Comma: '｜'}, "a｜\"b\"\n1｜\"2\"\n", []string{"a", "b"}, []float64{1, 2}},
		{"twice, but not chosen", data.CSV{Columns: []string{"b"}}, "a,a,b\n1,2,3\n", []string{"b"}, []float64{3}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := test.c.Read(strings.NewReader(test.text))
			require.NoError(t, err)
			assert.Equal(t, test.names, got.Names)
			assert.Equal(t, test.want, got.Rows.Float64s())
			assert.Equal(t, len(test.names), got.Rows.Shape()[1])
		})
	}
}

func TestCSVDoesNotTakeNumbersForNames(t *testing.T) {
	_, err := data.CSV{}.Read(strings.NewReader("1, 2.5\n3,4\n"))
	assert.EqualError(t, err, "data: csv: line 1 holds numbers and no names; set NoHeader if it is the first row, NumericNames if these are names")
}

func TestCSVRefuses(t *testing.T) {
	for _, test := range []struct {
		name string
		c    data.CSV
		text string
		want string
	}{
		{"empty", data.CSV{}, "", "data: csv: no lines, want at least one"},
		{"only empty lines", data.CSV{}, "\n\n", "data: csv: no lines, want at least one"},
		{"header alone", data.CSV{}, "a,b\n", "data: csv: no rows"},
		{"missing", data.CSV{}, "a,b\n1,2\n3,\n", `data: csv: line 3, column "b": missing value, want one, or its text in CSV.Missing`},
		{"missing below an empty line", data.CSV{}, "a,b\n1,2\n\n ,4\n", `data: csv: line 4, column "a": missing value, want one, or its text in CSV.Missing`},
		{"missing below a field of two lines", data.CSV{}, "\"a\nb\",c\n1,\"\"\n", `data: csv: line 3, column "c": missing value, want one, or its text in CSV.Missing`},
		{"word", data.CSV{}, "a,b\n1,NA\n", `data: csv: line 2, column "b": "NA", want a number`},
		{"decimal comma", data.CSV{Comma: ';'}, "a;b\n1;2,5\n", `data: csv: line 2, column "b": "2,5", want a number`},
		{"decimal point", data.CSV{Comma: ';', Decimal: ','}, "a;b\n1,5;-2,5e1\n1.5;2\n", `data: csv: line 3, column "a": "1.5", want a number with a decimal comma`},
		{"two decimal commas", data.CSV{Comma: ';', Decimal: ','}, "a\n1,5,5\n", `data: csv: line 2, column "a": "1,5,5", want a number`},
		{"decimal commas between commas", data.CSV{Decimal: ','}, "a,b\n1,5\n", "data: csv: Decimal ',' where ',' separates fields, want '.' or ',' and another Comma"},
		{"header not said to be missing", data.CSV{NoHeader: true}, "a,b\n1,2\n", `data: csv: line 1, column "0": "a", want a number`},
		{"NaN", data.CSV{}, "a\nNaN\n", `data: csv: line 2, column "a": NaN is not finite`},
		{"infinite", data.CSV{}, "a\n-inf\n", `data: csv: line 2, column "a": -inf is not finite`},
		{"too large", data.CSV{}, "a\n1e999\n", `data: csv: line 2, column "a": 1e999 is beyond float64`},
		{"short line", data.CSV{}, "a,b\n1,2\n3\n", "data: csv: line 3 has 1 fields, want 2 as in the first"},
		{"long line", data.CSV{}, "a,b\n1,2,3\n", "data: csv: line 2 has 3 fields, want 2 as in the first"},
		{"no such column", data.CSV{Columns: []string{"c"}}, "a,b\n1,2\n", `data: csv: no column "c" among ["a" "b"]`},
		{"wanted twice", data.CSV{Columns: []string{"a", "b", "a"}}, "a,b\n1,2\n", `data: csv: Columns: columns 1, 3 are all called "a"`},
		{"column twice", data.CSV{Columns: []string{"a"}}, "a,a\n1,2\n", `data: csv: more than one column is called "a"`},
		{"no columns wanted", data.CSV{Columns: []string{}}, "a,b\n1,2\n", "data: csv: no columns wanted"},
		{"open quote", data.CSV{}, "a,b\n1,\"2\n", "data: csv: line 2, field 2: the quote that opens it is never closed"},
		{"underscore", data.CSV{}, "a\n10_3\n", `data: csv: line 2, column "a": "10_3", want a number`},
		{"hexadecimal", data.CSV{}, "a\n0x1p4\n", `data: csv: line 2, column "a": "0x1p4", want a number`},
		{"quote within quotes", data.CSV{}, "a\n\"1\"2\"\n", `data: csv: line 2, column "a": a quote stands inside a quoted field`},
		{"bare quote", data.CSV{}, "a\n5\"\n", `data: csv: line 2, column "a": "5\"", want a number`},
		{"swallowed rows", data.CSV{}, "a,b\n\"1,2\n3\",4,5\n", "data: csv: lines 2 to 3, joined by a quoted field, have 3 fields, want 2 as in the first"},
		{"names twice", data.CSV{}, "a,b,a,b,a\n1,2,3,4,5\n", `data: csv: columns 1, 3, 5 are all called "a"; columns 2, 4 are all called "b"; set Columns to choose others, NumberNames to tell them apart`},
		{"UTF-16 without a mark", data.CSV{}, "a\x00\n\x001\x00\n\x00", "data: csv: line 1 holds bytes of zero: want UTF-8, or UTF-16 with a byte order mark"},
		{"cut UTF-16", data.CSV{}, "\xff\xfea\x00\n\x001\x00\n", "data: csv: unexpected EOF"},
		{"workbook", data.CSV{}, "PK\x03\x04...", "data: csv: a zip archive and no text: export a workbook as CSV, take files out of an archive"},
		{"long row", data.CSV{MaxRow: 1000}, "a\n" + strings.Repeat("1", 1001) + "\n", "data: csv: the text of the row in line 2: needs at least 1 kB, the limit is 1 kB; raise it by CSV.MaxRow"},
		{"bad comma", data.CSV{Comma: '\n'}, "a\n1\n", `data: csv: comma '\n', want a character that is no quote and no end of a line`},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := test.c.Read(strings.NewReader(test.text))
			assert.EqualError(t, err, test.want)
		})
	}
}

func TestCSVPassesReadErrorsOn(t *testing.T) {
	broken := errors.New("broken")
	_, err := data.CSV{}.Read(io.MultiReader(strings.NewReader("a,b\n1,2\n"), failing{broken}))
	assert.ErrorIs(t, err, broken)
}

func utf16Of(order binary.AppendByteOrder, s string) string {
	var b []byte
	for _, unit := range utf16.Encode([]rune(s)) {
		b = order.AppendUint16(b, unit)
	}
	return string(b)
}

// Whatever a file holds, an error's text stays short.
func TestCSVErrorsAreShort(t *testing.T) {
	long := strings.Repeat("é", 1<<19)
	for _, test := range []struct {
		c    data.CSV
		text string
	}{
		{data.CSV{}, "a\n" + long + "\n"},
		{data.CSV{}, "a\n1" + strings.Repeat("0", 1<<20) + "\n"},
		{data.CSV{}, long + "\nx\n"},
		{data.CSV{Columns: []string{long}}, strings.Repeat(long[:1000]+",", 1000) + "\n1\n"},
		{data.CSV{}, strings.Repeat(long[:1000]+",", 1000) + "\n1\n"},
		{data.CSV{MaxRow: 4 << 20}, "a\n\"" + strings.Repeat(long+"\n", 5) + "\"\n"},
	} {
		_, err := test.c.Read(strings.NewReader(test.text))
		require.Error(t, err)
		assert.Less(t, len(err.Error()), 2000)
		assert.True(t, utf8.ValidString(err.Error()))
	}
	_, err := data.CSV{MaxRow: 10}.Read(strings.NewReader("a\n12345678901\n"))
	var passed *data.LimitError
	require.ErrorAs(t, err, &passed)
	assert.EqualValues(t, 10, passed.Limit)
}

// Names are found in one pass: with a pass for each of these it would take minutes.
func TestCSVChoosesManyColumnsQuickly(t *testing.T) {
	var names []string
	for i := range 200_000 {
		names = append(names, fmt.Sprintf("column%d", i))
	}
	text := strings.Join(names, ",") + "\n" + strings.Repeat("1,", len(names)-1) + "1\n"
	slices.Reverse(names)
	start := time.Now()
	x, err := data.CSV{Columns: names}.Read(strings.NewReader(text))
	require.NoError(t, err)
	x, err = x.Drop(names[:100_000]...)
	require.NoError(t, err)
	x, err = x.Select(names[100_000:]...)
	require.NoError(t, err)
	assert.Equal(t, names[100_000:], x.Names)
	assert.Less(t, time.Since(start), 10*time.Second)
}

func TestCSVErrorsNameTheFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "x.csv")
	require.NoError(t, os.WriteFile(name, []byte("a\n1\nx\n"), 0o600))
	want := "data: " + name + `: csv: line 3, column "a": "x", want a number`
	_, err := data.CSV{}.ReadFile(name)
	assert.EqualError(t, err, want)
	_, err = data.NewStream(data.CSV{}.Open(name), data.StreamOptions{})
	assert.EqualError(t, err, want)
	_, err = data.CSV{}.ReadFile("no such file")
	assert.ErrorIs(t, err, os.ErrNotExist)
	require.NoError(t, os.WriteFile(name, []byte("a\n1\n"), 0o600))
	x, err := data.CSV{}.ReadFile(name)
	require.NoError(t, err)
	assert.Equal(t, []float64{1}, x.Rows.Data())
}

// failing is a reader that fails.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func TestCSVOpen(t *testing.T) {
	name := filepath.Join(t.TempDir(), "x.csv")
	_, err := data.CSV{}.Open(name)()
	assert.ErrorIs(t, err, os.ErrNotExist)
	require.NoError(t, os.WriteFile(name, []byte("a\n1\n"), 0o600))
	r, err := data.CSV{}.Open(name)()
	require.NoError(t, err)
	row := make([]float64, r.Dim())
	require.NoError(t, r.ReadRow(row))
	assert.Equal(t, []float64{1}, row)
	assert.Equal(t, io.EOF, r.ReadRow(row))
	assert.Equal(t, io.EOF, r.ReadRow(row), "the end stays the end")
	assert.EqualError(t, r.ReadRow(nil), "data: "+name+": csv: row of length 0, want 1")
	assert.NoError(t, r.(io.Closer).Close())
	_, err = data.CSV{Columns: []string{"b"}}.Open(name)()
	assert.ErrorContains(t, err, name)
}

// What is read holds as many numbers as rows and names say, all finite.
// TestCSVParse reads columns by functions: what is missing is missing before, and an error is one of its cell.
func TestCSVParse(t *testing.T) {
	c := data.CSV{Missing: []string{"NA"}, Parse: map[string]func(string) (float64, error){
		"long": func(text string) (float64, error) { return float64(len(text)), nil },
		"none": func(string) (float64, error) { return math.NaN(), nil },
		"bad":  func(string) (float64, error) { panic("bad") },
	}}
	got, err := c.Read(strings.NewReader("long,a\n abc ,1\nNA,2\n"))
	require.NoError(t, err)
	assert.Equal(t, []float64{3, 1}, got.Row(0))
	assert.True(t, math.IsNaN(got.Row(1)[0]))
	for text, want := range map[string]string{
		"long\n\"\"\n": `data: csv: line 2, column "long": missing value, want one, or its text in CSV.Missing`,
		"none\nx\n":    `data: csv: line 2, column "none": "x" is NaN, want a finite number`,
		"bad\nx\n":     `data: csv: line 2, column "bad": CSV.Parse panicked: bad`,
	} {
		_, err := c.Read(strings.NewReader(text))
		assert.EqualError(t, err, want)
	}
	c.Levels = map[string][]string{"long": {"a"}}
	_, err = c.Read(strings.NewReader("long\na\n"))
	assert.EqualError(t, err, `data: csv: column "long" is one of Parse and of categories, want one of them`)
}

func FuzzCSV(f *testing.F) {
	for _, text := range []string{"a,b\n1,2\n", "1;2\n", "\"a\"\n\"1\"\n", "\ufeffa\n\n1", "a,b\n1\n", "a\n0x1p-2\n1_0\n", "\"", "\r\n,\n", "a\r1\r",
		"a,a\n\"1\"\"\"x,2\n", "\xff\xfea\x00\n\x001\x00"} {
		f.Add(text, ',', false)
		f.Add(text, ';', true)
	}
	f.Fuzz(func(t *testing.T, text string, comma rune, bare bool) {
		c := data.CSV{Comma: comma, NoHeader: bare}
		got, err := c.Read(strings.NewReader(text))
		if err != nil {
			return
		}
		_, err = data.NewBatches(got.Rows, 1, nil)
		require.NoError(t, err)

		// As categories with gaps they are the same texts, and can be written and read again.
		c.Categories, c.Missing = got.Names[:1], []string{"1"}
		words, err := c.Read(strings.NewReader(text))
		require.NoError(t, err)
		require.Equal(t, got.Len(), words.Len())
		if slices.Contains(words.Missing(), data.Count{Column: got.Names[0], Rows: got.Len()}) {
			return
		}
		var file bytes.Buffer
		require.NoError(t, words.WriteCSV(&file))
		again, err := data.CSV{Categories: got.Names[:1], Missing: []string{""}, NumericNames: true}.Read(&file)
		require.NoError(t, err)
		require.Equal(t, words.Levels, again.Levels)
		require.Equal(t, words.Fingerprint(), again.Fingerprint())

		require.Len(t, got.Names, got.Rows.Shape()[1])
		_, err = got.Select(got.Names...)
		require.NoError(t, err, "names differ")
	})
}

func ExampleCSV() {
	file := strings.NewReader("name,height,weight\nAnna,1.70,62.5\n\"Berg, B.\",1.82,80\n")
	table, err := data.CSV{Columns: []string{"height", "weight"}}.Read(file)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(table.Names, table.Rows.Float64s())

	_, err = data.CSV{}.Read(strings.NewReader("height,weight\n1.70,62.5\n,80\n"))
	fmt.Println(err)
	// Output:
	// [height weight] [1.7 62.5 1.82 80]
	// data: csv: line 3, column "height": missing value, want one, or its text in CSV.Missing
}
