package data_test

import (
	"bytes"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
	"pgregory.net/rapid"

	"github.com/go-ffjord/ffjord/data"
)

var nan = math.NaN()

// people has numbers, categories and gaps.
const people = "age,city,height\n30,Rome,1.7\nNA,Oslo,1.8\n25,,1.65\n41,Rome,NA\n"

func readPeople(t require.TestingT) data.Table {
	x, err := data.CSV{Missing: []string{"", "NA"}, Categories: []string{"city"}}.Read(strings.NewReader(people))
	require.NoError(t, err)
	return x
}

// same checks numbers of which some may be missing.
func same(t assert.TestingT, want []float64, got any) {
	assert.InDeltaSlice(t, want, got, 0, "%v", got) // takes NaN for NaN
}

func TestCSVWithGapsAndCategories(t *testing.T) {
	x := readPeople(t)
	assert.Equal(t, []string{"age", "city", "height"}, x.Names)
	assert.Equal(t, map[string][]string{"city": {"Oslo", "Rome"}}, x.Levels, "in alphabetical order")
	same(t, []float64{30, 1, 1.7, nan, 0, 1.8, 25, nan, 1.65, 41, 1, nan}, x.Rows.Data())
	assert.Equal(t, []data.Count{{"age", 1}, {"city", 1}, {"height", 1}}, x.Missing())
	whole, err := x.WithoutMissing()
	require.NoError(t, err)
	assert.Equal(t, []float64{30, 1, 1.7}, whole.Rows.Data())
	assert.Empty(t, whole.Missing())
	_, err = data.Table{Names: []string{"a"}, Rows: data.Rows(1, nan)}.WithoutMissing()
	assert.EqualError(t, err, "data: none of the rows is selected")

	for _, test := range []struct {
		c          data.CSV
		text, want string
	}{
		{data.CSV{Categories: []string{"city"}, Missing: []string{"NA"}}, people, `data: csv: line 4, column "city": missing value, want one, or its text in CSV.Missing`},
		{data.CSV{Categories: []string{"town"}}, people, `data: csv: Categories: no column "town" among ["age" "city" "height"]`},
		{data.CSV{Levels: map[string][]string{"city": {"Bonn", "Rome"}}, Missing: []string{"NA"}}, people,
			`data: csv: line 3, column "city": "Oslo" is none of the categories ["Bonn" "Rome"]`},
	} {
		_, err := test.c.Read(strings.NewReader(test.text))
		assert.EqualError(t, err, test.want)
	}
	known, err := data.CSV{Levels: map[string][]string{"city": {"Rome", "Oslo"}}, Columns: []string{"city"}, Missing: []string{""}}.Read(strings.NewReader(people))
	require.NoError(t, err)
	same(t, []float64{0, 1, nan, 0}, known.Rows.Data())

	_, err = data.CSV{Categories: []string{"city"}}.Rows(strings.NewReader(people))
	assert.EqualError(t, err, `data: csv: row by row the categories of column "city" must be known: want it in Levels`)
	cities := data.CSV{Levels: map[string][]string{"city": {"Rome", "Oslo"}}, Columns: []string{"city"}}
	s, err := data.NewStream(func() (data.RowReader, error) {
		return cities.Rows(strings.NewReader("city\nOslo\nRome\n"))
	}, data.StreamOptions{})
	require.NoError(t, err)
	assert.Equal(t, [][]float64{{1, 0}}, streamed(t, s))
	table, err := cities.Read(strings.NewReader("city\nOslo\nRome\n"))
	require.NoError(t, err)
	assert.Equal(t, table.Fingerprint(), s.Fingerprint())
	table.Levels = map[string][]string{"city": {"Rome", "Ulm"}}
	assert.NotEqual(t, table.Fingerprint(), s.Fingerprint(), "other categories")

	_, err = data.NewStream(func() (data.RowReader, error) {
		return data.CSV{Missing: []string{"NA"}, Columns: []string{"height"}}.Rows(strings.NewReader(people))
	}, data.StreamOptions{})
	assert.EqualError(t, err, "data: stream: row 3 misses a value, want none missing")
}

func TestTableAccess(t *testing.T) {
	x := readPeople(t)
	assert.Equal(t, 4, x.Len())
	same(t, []float64{nan, 0, 1.8}, x.Row(1))
	assert.Nil(t, x.Row(4))
	assert.Nil(t, x.Row(-1))
	assert.Zero(t, data.Table{}.Len())
	heights, err := x.Column("height")
	require.NoError(t, err)
	same(t, []float64{1.7, 1.8, 1.65, nan}, heights)
	_, err = x.Column("weight")
	assert.EqualError(t, err, `data: no column "weight" among ["age" "city" "height"]`)

	two, err := x.Take(3, 0)
	require.NoError(t, err)
	same(t, []float64{41, 1, nan, 30, 1, 1.7}, two.Rows.Data())
	assert.Equal(t, x.Levels, two.Levels)
	_, err = x.Take(4)
	assert.EqualError(t, err, "data: no row 4 in a table of 4")
	_, err = data.Table{}.Take(0)
	assert.EqualError(t, err, "data: table is nil")

	romans, err := x.Where(func(row []float64) bool { return row[1] == 1 })
	require.NoError(t, err)
	same(t, []float64{30, 1, 1.7, 41, 1, nan}, romans.Rows.Data())
	_, err = x.Where(func(row []float64) bool { return row[7] == 1 })
	var panicked *data.PanicError
	assert.ErrorAs(t, err, &panicked)

	city, err := x.Select("city")
	require.NoError(t, err)
	assert.Equal(t, x.Levels, city.Levels)
	numbers, err := x.Drop("city")
	require.NoError(t, err)
	assert.Nil(t, numbers.Levels)
	_, err = data.Table{Names: []string{"a"}, Rows: data.Rows(1, math.Inf(1))}.Select("a")
	assert.EqualError(t, err, "data: row 0, column 0 is +Inf, want finite numbers")
}

func TestTableJoin(t *testing.T) {
	x := readPeople(t)
	left, err := x.Select("height")
	require.NoError(t, err)
	right, err := x.Select("city", "age")
	require.NoError(t, err)
	both, err := left.Join(right)
	require.NoError(t, err)
	want, err := x.Select("height", "city", "age")
	require.NoError(t, err)
	assert.Equal(t, want.Names, both.Names)
	assert.Equal(t, want.Levels, both.Levels)
	same(t, want.Rows.Float64s(), both.Rows.Data())
	assert.Equal(t, want.Fingerprint(), both.Fingerprint())

	_, err = left.Join(left)
	assert.EqualError(t, err, `data: join: columns 1, 2 are all called "height"`)
	_, err = left.Join(column(1))
	assert.EqualError(t, err, "data: join: 4 rows beside 1")
	_, err = left.Join(data.Table{})
	assert.EqualError(t, err, "data: table is nil")
}

func TestTableConcat(t *testing.T) {
	x := readPeople(t)
	more, err := data.CSV{Categories: []string{"city"}}.Read(strings.NewReader("city,height,age\nBonn,1.9,50\nRome,1.6,20\n"))
	require.NoError(t, err)
	all, err := x.Concat(more)
	require.NoError(t, err)
	assert.Equal(t, map[string][]string{"city": {"Oslo", "Rome", "Bonn"}}, all.Levels)
	same(t, []float64{50, 2, 1.9, 20, 1, 1.6}, all.Rows.Float64s()[12:])
	assert.Equal(t, map[string][]string{"city": {"Oslo", "Rome"}}, x.Levels, "the table itself stays")

	for _, test := range []struct {
		other data.Table
		want  string
	}{
		{column(1), `data: concat: table 1 has the columns ["x"], want ["age" "city" "height"]`},
		{data.Table{Names: []string{"age", "town", "height"}, Rows: data.Rows(3, 1, 2, 3)}, `data: concat: table 1: no column "city" among ["age" "town" "height"]`},
		{data.Table{Names: x.Names, Rows: data.Rows(3, 1, 2, 3)}, `data: concat: column "city" holds categories in one table and numbers in another`},
		{data.Table{Names: x.Names, Rows: data.Rows(3, 1, 2, 3), Levels: x.Levels}, `data: concat: table 1: row 0, column "city": 2, want the number of one of 2 categories`},
	} {
		_, err := x.Concat(test.other)
		assert.EqualError(t, err, test.want)
	}
}

// What is written is read again bit by bit.
func TestWriteCSV(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		names := rapid.SliceOfNDistinct(rapid.StringMatching(`[a-z,;" é]*[a-z]`), 1, 4, strings.TrimSpace).Draw(t, "names")
		for i, name := range names {
			names[i] = strings.TrimSpace(name)
		}
		dim := len(names)
		value := rapid.OneOf(rapid.Float64Range(-math.MaxFloat64, math.MaxFloat64), rapid.Just(nan), rapid.Just(1.0/3))
		values := rapid.SliceOfN(value, dim, 5*dim).Draw(t, "values")
		values = values[:len(values)/dim*dim]
		x := data.Table{Names: names, Rows: data.Rows(dim, values...)}
		var file bytes.Buffer
		require.NoError(t, x.WriteCSV(&file))
		got, err := data.CSV{Missing: []string{""}, NumericNames: true}.Read(&file)
		require.NoError(t, err)
		assert.Equal(t, x.Names, got.Names)
		same(t, values, got.Rows.Float64s())
	})

	x := readPeople(t)
	var file bytes.Buffer
	require.NoError(t, x.WriteCSV(&file))
	assert.Equal(t, strings.ReplaceAll(people, "NA", ""), file.String())
	narrow := data.Table{Names: []string{"a"}, Rows: table(1, 1, float32(0.1))}
	file.Reset()
	require.NoError(t, narrow.WriteCSV(&file))
	assert.Equal(t, "a\n0.1\n", file.String())

	assert.EqualError(t, data.Table{}.WriteCSV(&file), "data: table is nil")
	x.Levels["city"] = x.Levels["city"][:1]
	assert.EqualError(t, x.WriteCSV(&file), `data: csv: row 0, column "city" is 1, want the number of one of 1 categories`)
	assert.ErrorIs(t, readPeople(t).WriteCSV(full{}), errFull)
	assert.ErrorIs(t, column(nan).WriteCSV(full{}), errFull)
}

var errFull = errors.New("full")

// full is a disk without room.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }

func TestWriteNPY(t *testing.T) {
	for _, x := range []*tensor.Dense{counted[float64](70000, 3), counted[float32](2, 1), counted[float64](1, 1)} {
		var file bytes.Buffer
		require.NoError(t, data.WriteNPY(&file, x))
		assert.Zero(t, (file.Len()-x.Shape().TotalSize()*int(x.Dtype().Size()))%64, "numbers are aligned")
		got, err := data.ReadNPY(&file)
		require.NoError(t, err)
		assert.Equal(t, x.Shape(), got.Shape())
		assert.Equal(t, x.Data(), got.Data())
	}
	assert.EqualError(t, data.WriteNPY(nil, nil), "data: table is nil")
	assert.ErrorIs(t, data.WriteNPY(full{}, counted[float64](1, 1)), errFull)
}
