package data_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

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
	assert.EqualError(t, err, "data: csv: line 1 holds numbers and no names; set NoHeader if there is no header")
}

func TestCSVRefuses(t *testing.T) {
	for _, test := range []struct {
		name string
		c    data.CSV
		text string
		want string
	}{
		{"empty", data.CSV{}, "", "data: csv: empty"},
		{"only empty lines", data.CSV{}, "\n\n", "data: csv: empty"},
		{"header alone", data.CSV{}, "a,b\n", "data: csv: no rows"},
		{"missing", data.CSV{}, "a,b\n1,2\n3,\n", `data: csv: line 3, column "b": missing value`},
		{"missing below an empty line", data.CSV{}, "a,b\n1,2\n\n ,4\n", `data: csv: line 4, column "a": missing value`},
		{"missing below a field of two lines", data.CSV{}, "\"a\nb\",c\n1,\"\"\n", `data: csv: line 3, column "c": missing value`},
		{"word", data.CSV{}, "a,b\n1,NA\n", `data: csv: line 2, column "b": "NA" is not a number`},
		{"decimal comma", data.CSV{Comma: ';'}, "a;b\n1;2,5\n", `data: csv: line 2, column "b": "2,5" is not a number`},
		{"header not said to be missing", data.CSV{NoHeader: true}, "a,b\n1,2\n", `data: csv: line 1, column "0": "a" is not a number`},
		{"NaN", data.CSV{}, "a\nNaN\n", `data: csv: line 2, column "a": NaN is not finite`},
		{"infinite", data.CSV{}, "a\n-inf\n", `data: csv: line 2, column "a": -inf is not finite`},
		{"too large", data.CSV{}, "a\n1e999\n", `data: csv: line 2, column "a": 1e999 is beyond float64`},
		{"short line", data.CSV{}, "a,b\n1,2\n3\n", "data: csv: line 3 has 1 fields, the first has 2"},
		{"long line", data.CSV{}, "a,b\n1,2,3\n", "data: csv: line 2 has 3 fields, the first has 2"},
		{"no such column", data.CSV{Columns: []string{"c"}}, "a,b\n1,2\n", `data: csv: no column "c" among ["a" "b"]`},
		{"column twice", data.CSV{Columns: []string{"a"}}, "a,a\n1,2\n", `data: csv: more than one column is called "a"`},
		{"no columns wanted", data.CSV{Columns: []string{}}, "a,b\n1,2\n", "data: csv: no columns wanted"},
		{"open quote", data.CSV{}, "a,b\n1,\"2\n", `data: csv: parse error on line 2, column 6: extraneous or missing " in quoted-field`},
		{"bad comma", data.CSV{Comma: '\n'}, "a\n1\n", "data: csv: csv: invalid field or comment delimiter"},
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
	assert.NoError(t, r.(io.Closer).Close())
	_, err = data.CSV{Columns: []string{"b"}}.Open(name)()
	assert.ErrorContains(t, err, name)
}

// What is read holds as many numbers as rows and names say, all finite.
func FuzzCSV(f *testing.F) {
	for _, text := range []string{"a,b\n1,2\n", "1;2\n", "\"a\"\n\"1\"\n", "\ufeffa\n\n1", "a,b\n1\n", "a\n0x1p-2\n1_0\n", "\"", "\r\n,\n"} {
		f.Add(text, ',', false)
		f.Add(text, ';', true)
	}
	f.Fuzz(func(t *testing.T, text string, comma rune, bare bool) {
		got, err := data.CSV{Comma: comma, NoHeader: bare}.Read(strings.NewReader(text))
		if err != nil {
			return
		}
		_, err = data.NewBatches(got.Rows, 1, nil)
		require.NoError(t, err)
		require.Len(t, got.Names, got.Rows.Shape()[1])
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
	// data: csv: line 3, column "height": missing value
}
