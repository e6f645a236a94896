package table_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	pq "github.com/parquet-go/parquet-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/go-ffjord/ffjord/cmd/ffjord/internal/table"
)

// visit is a row as other programs write it. Nil is missing.
type visit struct {
	ID   *int64   `parquet:"id,optional" json:"id"`
	Name *string  `parquet:"name,optional" json:"name"`
	X    *float64 `parquet:"x,optional" json:"x"`
	Paid *bool    `parquet:"paid,optional" json:"paid"`
	Day  *int32   `parquet:"day,optional,date" json:"-"`
	At   *int64   `parquet:"at,optional,timestamp(microsecond)" json:"-"`
	V    float64  `parquet:"v" json:"v"`
}

var visitColumns = []string{"id", "name", "x", "paid", "day", "at"}

// texts are the kept values of a visit, as they stand in a CSV file.
func (v visit) texts() []string {
	texts := make([]string, len(visitColumns))
	if v.ID != nil {
		texts[0] = strconv.FormatInt(*v.ID, 10)
	}
	if v.Name != nil {
		texts[1] = *v.Name
	}
	if v.X != nil {
		texts[2] = strconv.FormatFloat(*v.X, 'g', -1, 64)
	}
	if v.Paid != nil {
		texts[3] = strconv.FormatBool(*v.Paid)
	}
	if v.Day != nil {
		texts[4] = time.Unix(86400*int64(*v.Day), 0).UTC().Format(time.DateOnly)
	}
	if v.At != nil {
		texts[5] = time.UnixMicro(*v.At).UTC().Format(time.RFC3339Nano)
	}
	return texts
}

// write writes visits by other code than the package's.
func write(t require.TestingT, path string, rows []visit) {
	var text bytes.Buffer
	switch filepath.Ext(path) {
	case ".csv":
		w := csv.NewWriter(&text)
		require.NoError(t, w.Write(append([]string{"v"}, visitColumns...)))
		for _, v := range rows {
			require.NoError(t, w.Write(append([]string{strconv.FormatFloat(v.V, 'g', -1, 64)}, v.texts()...)))
		}
		w.Flush()
		require.NoError(t, w.Error())
	case ".jsonl":
		for _, v := range rows {
			line := struct {
				visit
				Day *string `json:"day"`
				At  *string `json:"at"`
			}{visit: v}
			if texts := v.texts(); v.Day != nil {
				line.Day = &texts[4]
			}
			if texts := v.texts(); v.At != nil {
				line.At = &texts[5]
			}
			require.NoError(t, json.NewEncoder(&text).Encode(line))
		}
	case ".parquet":
		require.NoError(t, pq.Write(&text, rows))
	}
	require.NoError(t, os.WriteFile(path, text.Bytes(), 0o600))
}

// through writes the rows of a file, with those columns kept, as another file.
func through(f table.File, to string) error {
	f.KeepNumbers = table.NumbersAlone(to)
	rows, err := f.Open()
	if err != nil {
		return err
	}
	columns := append(rows.Kept(), table.Column{Name: "v", Kind: table.Number})
	if err := rows.Close(); err != nil {
		return err
	}
	if table.Typed(to) {
		if columns, err = f.KeptKinds(columns); err != nil {
			return err
		}
	}
	w, err := table.Create(to, nil, columns)
	if err != nil {
		return err
	}
	defer w.Abort()
	if err := f.Each(func(b table.Batch) error { return w.Write(b.Kept, table.Values(b.Table)) }); err != nil {
		return err
	}
	return w.Close()
}

// found reads a file by other code than the package's, as rows of texts.
func found(t require.TestingT, path string) [][]string {
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	var rows [][]string
	switch filepath.Ext(path) {
	case ".csv":
		rows, err = csv.NewReader(bytes.NewReader(text)).ReadAll()
		require.NoError(t, err)
		return rows[1:]
	case ".jsonl":
		for lines := json.NewDecoder(bytes.NewReader(text)); ; {
			lines.UseNumber()
			var line map[string]any
			if err := lines.Decode(&line); errors.Is(err, io.EOF) {
				return rows
			}
			require.NoError(t, err)
			var row []string
			for _, name := range append(visitColumns, "v") {
				switch v := line[name].(type) {
				case nil:
					row = append(row, "")
				case json.Number, bool:
					assert.NotContains(t, []string{"name", "day", "at"}, name)
					row = append(row, fmt.Sprint(v))
				case string:
					assert.Contains(t, []string{"name", "day", "at", "paid"}, name)
					row = append(row, v)
				}
			}
			rows = append(rows, row)
		}
	}
	file, err := pq.OpenFile(bytes.NewReader(text), int64(len(text)))
	require.NoError(t, err)
	for _, group := range file.RowGroups() {
		read := group.Rows()
		for buf := make([]pq.Row, 1); ; {
			n, err := read.ReadRows(buf)
			if n == 1 {
				var row []string
				for j, v := range buf[0] {
					row = append(row, parquetText(file.Schema().Fields()[j].Type(), v))
				}
				rows = append(rows, row)
			}
			if errors.Is(err, io.EOF) {
				break
			}
			require.NoError(t, err)
		}
		require.NoError(t, read.Close())
	}
	return rows
}

func parquetText(of pq.Type, v pq.Value) string {
	switch {
	case v.IsNull():
		return ""
	case of.LogicalType() != nil && strings.HasPrefix(of.String(), "DATE"):
		return time.Unix(86400*int64(v.Int32()), 0).UTC().Format(time.DateOnly)
	case of.LogicalType() != nil && strings.HasPrefix(of.String(), "TIMESTAMP"):
		return time.UnixMicro(v.Int64()).UTC().Format(time.RFC3339Nano)
	case v.Kind() == pq.Double:
		return strconv.FormatFloat(v.Double(), 'g', -1, 64)
	}
	return v.String()
}

// TestKeptValuesComeOut takes random rows through all formats: what other code has written, other code finds.
func TestKeptValuesComeOut(t *testing.T) {
	at := t.TempDir()
	maybe := func(t *rapid.T, name string) bool { return rapid.IntRange(0, 4).Draw(t, name) > 0 }
	name := rapid.StringOf(rapid.OneOf(rapid.RuneFrom([]rune("aZ0 ,;\"\n\t\\é世😀NA-.")), rapid.Rune()))
	rapid.Check(t, func(t *rapid.T) {
		rows := make([]visit, rapid.IntRange(1, 12).Draw(t, "rows"))
		for i := range rows {
			v := &rows[i]
			v.V = rapid.Float64().Draw(t, "v")
			if maybe(t, "id") {
				v.ID = new(rapid.Int64().Draw(t, "id"))
			}
			if text := strings.ToValidUTF8(name.Draw(t, "name"), "?"); maybe(t, "name") {
				v.Name = new(strings.NewReplacer("\r", "", "\x00", "").Replace(text)) // a text file tells neither from what it is not
			}
			if maybe(t, "x") {
				v.X = new(rapid.Float64().Draw(t, "x"))
			}
			if maybe(t, "paid") {
				v.Paid = new(rapid.Bool().Draw(t, "paid"))
			}
			if maybe(t, "day") {
				v.Day = new(int32(rapid.IntRange(-700_000, 2_900_000).Draw(t, "day")))
			}
			if maybe(t, "at") {
				v.At = new(rapid.Int64Range(-62135596800e6, 253402300800e6-1).Draw(t, "at"))
			}
		}
		rows[0].Name = new(`O'Neil, "x"`) // it is no column of numbers or dates
		from := rapid.SampledFrom([]string{".csv", ".jsonl", ".parquet"}).Draw(t, "from")
		to := rapid.SampledFrom([]string{".csv", ".jsonl", ".parquet"}).Draw(t, "to")
		write(t, filepath.Join(at, "in"+from), rows)
		f := table.File{Path: filepath.Join(at, "in"+from), Columns: []string{"v"}, Fixed: true, Batch: 5}
		for _, name := range visitColumns {
			f.Keep = append(f.Keep, table.Column{Name: name})
		}
		require.NoError(t, through(f, filepath.Join(at, "out"+to)))
		got := found(t, filepath.Join(at, "out"+to))
		require.Len(t, got, len(rows))
		for i, v := range rows {
			want := append(v.texts(), "")
			for j, text := range want[:len(want)-1] {
				if j == 2 && text != "" { // a number has the bits it had, whatever its digits
					x, err := strconv.ParseFloat(got[i][j], 64)
					require.NoError(t, err)
					assert.Equal(t, math.Float64bits(*v.X), math.Float64bits(x))
					continue
				}
				assert.Equal(t, text, got[i][j], "row %d, column %s of %s in %s", i, visitColumns[j], from, to)
			}
			last, err := strconv.ParseFloat(got[i][6], 64)
			require.NoError(t, err)
			assert.InDelta(t, v.V, last, 0, "−0 is 0 there")
		}
	})
}
