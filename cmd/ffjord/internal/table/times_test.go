package table_test

import (
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	pq "github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/cmd/ffjord/internal/table"
	"github.com/go-ffjord/ffjord/data"
)

// TestTimesAreThoseOfTheCalendar reads texts as package time knows their days and seconds, and writes them again.
func TestTimesAreThoseOfTheCalendar(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 0))
	for range 300 {
		at := time.UnixMicro(rng.Int64N(4e15) - 2e15).UTC()
		since := float64(at.Unix()) + float64(at.Nanosecond())/1e9
		for _, c := range []struct {
			kind   table.Kind
			layout string
			want   float64
		}{
			{table.Timestamp, time.RFC3339Nano, since},
			{table.DateTime, "2006-01-02T15:04:05.999999", since},
			{table.Date, time.DateOnly, math.Floor(since / 86400)},
			{table.TimeOfDay, "15:04:05.999999", float64(at.Hour()*3600+at.Minute()*60+at.Second()) + float64(at.Nanosecond())/1e9},
		} {
			text := at.Format(c.layout)
			got, err := c.kind.Parse(text)
			require.NoError(t, err)
			assert.Equal(t, c.want, got, text)
			assert.Equal(t, text, c.kind.Text(got))
		}
	}
	for _, c := range []struct {
		kind table.Kind
		text string
		want float64
	}{
		{table.Timestamp, "1970-01-02T00:00:00+02:00", 86400 - 7200},
		{table.Timestamp, "1970-01-02 00:00:00-0130", 86400 + 5400},
		{table.Timestamp, "1970-01-01t00:00:01z", 1},
		{table.Timestamp, "1970-01-01 00:01:00.5 UTC", 60.5},
		{table.Timestamp, "1970-01-01T01:00+01", 0},
		{table.Timestamp, "1970-01-03", 2 * 86400},
		{table.DateTime, "1970-01-01 00:01", 60},
		{table.Date, "1970-01-02T12:00:00Z", 1.5},
		{table.TimeOfDay, "00:02", 120},
		{table.TimeOfDay, "00:02:00.5", 120.5},
		{table.Date, "0001-01-01", -719162},
		{table.Timestamp, "9999-12-31T23:59:59Z", 253402300799},
	} {
		got, err := c.kind.Parse(c.text)
		require.NoError(t, err, c.text)
		assert.Equal(t, c.want, got, c.text)
	}
	for _, text := range []string{"", "today", "2026-02-30", "2026-1-1", "26-01-01", "2026-01-01T25:00:00Z", "2026-01-01T", "2026-01-01Tx", "12:30", "20260101", "2026/01/01", "2026-01-01 12", "ä:30:00x",
		"0000-12-31", "0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01"} {
		_, err := table.Date.Parse(text)
		require.ErrorContains(t, err, "want a date such as 2026-01-31", text)
	}
	_, err := table.TimeOfDay.Parse("2026-01-01")
	require.ErrorContains(t, err, `"2026-01-01", want a time of day such as 18:30:00`)
	assert.Equal(t, "0001-01-01", table.Date.Text(-1e300), "the first that has a text")
	assert.Equal(t, "9999-12-31T23:59:59.999999Z", table.Timestamp.Text(1e300))
	assert.Equal(t, "23:59:59.999999", table.TimeOfDay.Text(1e9))
}

// times has a column of each kind of times, and values that are missing.
func times() (data.Table, []table.Column) {
	nan := math.NaN()
	rows := data.Table{Names: []string{"day", "at", "here", "clock", "n"}, Rows: data.Rows(5,
		19000, 1.7e9+0.123456, 1.7e9, 3600, 1,
		-1, -0.5, nan, 86399.999999, 2,
		nan, 0, 12345.25, nan, 3,
	)}
	return rows, []table.Column{{Name: "day", Kind: table.Date}, {Name: "at", Kind: table.Timestamp},
		{Name: "here", Kind: table.DateTime}, {Name: "clock", Kind: table.TimeOfDay}, {Name: "n", Kind: table.Integer}}
}

// TestTimesComeBack writes times in each format and reads them again: their kinds and their bits, by what the file says and
// by what a model does.
func TestTimesComeBack(t *testing.T) {
	want, columns := times()
	kinds := make(map[string]table.Kind)
	for _, c := range columns[:4] {
		kinds[c.Name] = c.Kind
	}
	for _, name := range []string{"a.csv", "a.tsv.gz", "a.parquet", "a.jsonl"} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), name)
			w, err := table.Create(path, nil, columns)
			require.NoError(t, err)
			require.NoError(t, w.Write(table.Kept{}, want.Rows.Float64s()))
			require.NoError(t, w.Close())
			got, err := table.File{Path: path}.Find()
			require.NoError(t, err)
			assert.Equal(t, kinds, got.Times)
			same(t, want, got.Table)
			assert.Equal(t, []table.Kind{table.Date, table.Timestamp, table.DateTime, table.TimeOfDay, table.Integer}, kindsOf(got))
			known, err := table.File{Path: path, Columns: want.Names, Times: kinds, Fixed: true}.Read()
			require.NoError(t, err)
			same(t, want, known)
			_, err = table.File{Path: path, Columns: want.Names, Fixed: true}.Read()
			require.Error(t, err, "a model that has learnt no times takes none for numbers")
			other := map[string]table.Kind{"n": table.Date, "day": table.Date, "at": table.Timestamp, "here": table.DateTime, "clock": table.TimeOfDay}
			_, err = table.File{Path: path, Columns: want.Names, Times: other, Fixed: true}.Read()
			require.ErrorContains(t, err, `column "n": `)
		})
	}
	path := filepath.Join(t.TempDir(), "a.csv")
	w, err := table.Create(path, nil, columns)
	require.NoError(t, err)
	require.NoError(t, w.Write(table.Kept{}, want.Rows.Float64s()))
	require.NoError(t, w.Close())
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, `day,at,here,clock,n
2022-01-08,2023-11-14T22:13:20.123456Z,2023-11-14T22:13:20,01:00:00,1
1969-12-31,1969-12-31T23:59:59.5Z,,23:59:59.999999,2
,1970-01-01T00:00:00Z,1970-01-01T03:25:45.25,,3
`, string(text))
}

func kindsOf(t table.Found) []table.Kind {
	var kinds []table.Kind
	for _, c := range table.Columns(t.Table, t.Times) {
		kinds = append(kinds, c.Kind)
	}
	return kinds
}

// TestTimesOfOthers reads the units and the types in which other programs write Parquet.
func TestTimesOfOthers(t *testing.T) {
	at := time.Date(1969, 7, 20, 20, 17, 40, 123_000_000, time.UTC)
	since := float64(at.Unix()) + float64(at.Nanosecond())/1e9
	path := filepath.Join(t.TempDir(), "a.parquet")
	file, err := os.Create(path)
	require.NoError(t, err)
	w := pq.NewGenericWriter[any](file, pq.NewSchema("rows", pq.Group{
		"a ms": pq.Timestamp(pq.Millisecond), "b us": pq.Optional(pq.TimestampAdjusted(pq.Microsecond, false)),
		"c ns": pq.Timestamp(pq.Nanosecond), "d day": pq.Date(), "e clock": pq.Time(pq.Millisecond), "f 96": pq.Leaf(pq.Int96Type),
	}))
	days := (at.Unix() - 86399) / 86400
	clock := 20*3600 + 17*60 + 40
	nanoseconds := int64(clock)*1e9 + 123_000_000
	_, err = w.WriteRows([]pq.Row{{
		pq.Int64Value(at.UnixMilli()).Level(0, 0, 0), pq.Int64Value(at.UnixMicro()).Level(0, 1, 1), pq.Int64Value(at.UnixNano()).Level(0, 0, 2),
		pq.Int32Value(int32(days)).Level(0, 0, 3), pq.Int32Value(int32(clock*1000+123)).Level(0, 0, 4),
		pq.Int96Value(deprecated.Int96{uint32(nanoseconds), uint32(nanoseconds >> 32), uint32(2440588 + days)}).Level(0, 0, 5),
	}})
	require.NoError(t, err)
	require.NoError(t, w.Close())
	require.NoError(t, file.Close())
	got, err := table.File{Path: path}.Find()
	require.NoError(t, err)
	assert.Equal(t, []table.Kind{table.Timestamp, table.DateTime, table.Timestamp, table.Date, table.TimeOfDay, table.Timestamp}, kindsOf(got))
	same(t, data.Table{Rows: data.Rows(6, since, since, since, float64(days), float64(clock)+0.123, since)}, got.Table)
}

// TestTextsOfTimes tells times from texts by the first rows.
func TestTextsOfTimes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "rows.csv")
	read := func(text string, f table.File) (table.Found, error) {
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		f.Path = path
		return f.Find()
	}
	got, err := read("a,b,c\n2026-01-01,2026-01-01,x\n2026-01-02 10:00:00,,2026-01-01\n,2026-01-03,\n", table.File{})
	require.NoError(t, err)
	assert.Equal(t, map[string]table.Kind{"a": table.DateTime, "b": table.Date}, got.Times)
	assert.Equal(t, []string{"2026-01-01", "x"}, got.Levels["c"])
	got, err = read("a\n2026-01-01\n2026-01-02\n", table.File{Categories: []string{"a"}})
	require.NoError(t, err)
	assert.Equal(t, []string{"2026-01-01", "2026-01-02"}, got.Levels["a"])
	_, err = read("a\n"+strings.Repeat("2026-01-01\n", 12_000)+"soon\n", table.File{})
	assert.ErrorContains(t, err, `rows.csv:12002: column "a": "soon", want a date such as 2026-01-31 as in the rows before (-categories takes any text)`)
}
