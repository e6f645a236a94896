package serve

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/data"
)

// sameBits asserts that numbers are the same to the last bit.
func sameBits(t *testing.T, want, got []float64) {
	t.Helper()
	require.Len(t, got, len(want))
	for i := range want {
		require.Equal(t, math.Float64bits(want[i]), math.Float64bits(got[i]), "number %d: %v, want %v", i, got[i], want[i])
	}
}

// Rows have the log-density of a direct call, in whatever form they come and are answered.
func TestScoreInEveryForm(t *testing.T) {
	p := people()
	s, c := p.start(t, Config{})
	m := s.model.Load()
	rows, err := p.rows.Take(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
	require.NoError(t, err)
	want := p.direct(t, rows)
	dim := len(m.columns)

	ordered, err := rows.Select(m.all().names()...)
	require.NoError(t, err)
	var lists, givens, objects, lines []string
	for i := range rows.Len() {
		x, err := json.Marshal(matrix{values: ordered.Row(i)[:dim], of: m.columns})
		require.NoError(t, err)
		given, err := json.Marshal(matrix{values: ordered.Row(i)[dim:], of: m.given})
		require.NoError(t, err)
		lists, givens = append(lists, string(x[1:len(x)-1])), append(givens, string(given[1:len(given)-1]))
		var values []any
		require.NoError(t, json.Unmarshal([]byte(lists[i]), &values))
		named := make(map[string]any)
		for j, v := range values {
			if v != nil { // a missing value may be left out
				named[m.columns[j].Name] = v
			}
		}
		object, err := json.Marshal(named)
		require.NoError(t, err)
		objects = append(objects, string(object))
		line := strings.TrimSuffix(lists[i], "]") + ", " + strings.Trim(givens[i], "[]") + "]"
		if i%2 == 0 {
			age, sex, _ := strings.Cut(strings.Trim(givens[i], "[]"), ",")
			line = strings.TrimSuffix(objects[i], "}") + fmt.Sprintf(`, "note": {"of": [NaN, %d]}, "age": %s, "sex": %s}`, i, age, sex)
		}
		lines = append(lines, line)
	}
	var text bytes.Buffer
	more, err := rows.Join(data.Table{Names: []string{"note"}, Rows: data.Rows(1, rowsOf(0, rows.Len())...)})
	require.NoError(t, err)
	require.NoError(t, more.WriteCSV(&text))

	for name, body := range map[string]struct{ kind, text string }{
		"arrays":            {jsonType, fmt.Sprintf(`{"rows": [%s], "given": [%s]}`, strings.Join(lists, ", "), strings.Join(givens, ", "))},
		"objects":           {jsonType, fmt.Sprintf(`{"given": [%s], "rows": [%s]}`, strings.Join(givens, ","), strings.Join(objects, "\n,"))},
		"JSON lines":        {linesType, "\ufeff" + strings.Join(lines, "\r\n\n")},
		"CSV":               {csvType, text.String()},
		"CSV of semicolons": {csvType, strings.ReplaceAll(text.String(), ",", ";")},
	} {
		t.Run(name, func(t *testing.T) {
			var got scores
			c.post("/v1/score", body.kind, body.text).read(t, 200, &got)
			sameBits(t, want, got.LogDensity)
			assert.Equal(t, m.id, got.Model)
			assert.Empty(t, got.Failed)
			assert.Equal(t, make([]float64, len(want)), []float64(got.StdErr), "an exact trace has no error")
			all := p.direct(t, p.rows)
			for i, v := range got.Percentile {
				below := 0
				for _, l := range all {
					if l <= want[i] {
						below++
					}
				}
				// Between quantiles at steps of 0.5 %, and a row of 400 is a quarter of a percent.
				assert.InDelta(t, 100*float64(below)/float64(len(all)), v, 0.75)
			}
		})
	}

	t.Run("answers", func(t *testing.T) {
		body := fmt.Sprintf(`{"rows": [%s], "given": [%s]}`, strings.Join(lists, ", "), strings.Join(givens, ", "))
		a := c.post("/v1/score", jsonType, body, "Accept", "application/x-npy")
		assert.Equal(t, m.id, a.header.Get("Model"))
		x, err := data.ReadNPY(bytes.NewReader(a.body))
		require.NoError(t, err)
		table := data.Table{Names: scoreColumns, Rows: x}
		got, err := table.Column("log_density")
		require.NoError(t, err)
		sameBits(t, want, got)
		a = c.post("/v1/score", jsonType, body, "Accept", "application/jsonl")
		assert.Equal(t, m.id, a.header.Get("Model"))
		assert.Equal(t, "application/jsonl", a.header.Get("Content-Type"))
		got = nil
		for line := range bytes.Lines(a.body) {
			var of struct {
				LogDensity float64 `json:"log_density"`
			}
			require.NoError(t, json.Unmarshal(line, &of))
			got = append(got, of.LogDensity)
		}
		sameBits(t, want, got)
		a = c.post("/v1/score", jsonType, body, "Accept", "text/csv")
		table, err = data.CSV{}.Read(bytes.NewReader(a.body))
		require.NoError(t, err)
		got, err = table.Column("log_density")
		require.NoError(t, err)
		sameBits(t, want, got)
	})

	t.Run("one condition for all", func(t *testing.T) {
		shared, err := rows.Select("height", "city", "income")
		require.NoError(t, err)
		given := data.Table{Names: []string{"age", "sex"}, Levels: rows.Levels, Rows: data.Rows(2, slices.Repeat([]float64{44, 1}, 16)...)}
		joined, err := shared.Join(given)
		require.NoError(t, err)
		want := p.direct(t, joined)
		for _, given := range []string{`[44, "m"]`, `{"sex": "m", "age": 44}`, `[[44, "m"]]`} {
			var got scores
			c.post("/v1/score", jsonType, fmt.Sprintf(`{"rows": [%s], "given": %s}`, strings.Join(lists, ","), given)).read(t, 200, &got)
			sameBits(t, want, got.LogDensity)
		}
	})
}

// Rows come as arrays of NumPy's too, of any type of numbers.
func TestScoreOfNPY(t *testing.T) {
	p := moons()
	_, c := p.start(t, Config{})
	want := p.direct(t, p.rows)
	var text bytes.Buffer
	require.NoError(t, data.WriteNPY(&text, p.rows.Rows))
	for _, kind := range []string{"application/x-npy", "application/octet-stream"} {
		var got scores
		c.post("/v1/score", kind, text.String()).read(t, 200, &got)
		sameBits(t, want, got.LogDensity)
	}
}

// The strangest rows are those of the least density, with their places and values.
func TestStrangest(t *testing.T) {
	p := moons()
	_, c := p.start(t, Config{})
	var text bytes.Buffer
	require.NoError(t, p.rows.WriteCSV(&text))
	want := p.direct(t, p.rows)
	var got struct {
		Rows    int
		Columns []string
		Row     []int
		Values  [][]float64
		Why     [][]why
		scores
	}
	c.post("/v1/score?top=5", csvType, text.String()).read(t, 200, &got)
	assert.Equal(t, p.rows.Len(), got.Rows)
	assert.Equal(t, []string{"a", "b"}, got.Columns)
	require.Len(t, got.Row, 5)
	sorted := slices.Sorted(slices.Values(want))
	for k, i := range got.Row {
		assert.Equal(t, sorted[k], want[i])
		assert.Equal(t, want[i], got.LogDensity[k])
		assert.Equal(t, p.rows.Row(i), got.Values[k])
	}
	require.Len(t, got.Why, 5)
	for k, i := range got.Row {
		require.NotEmpty(t, got.Why[k])
		first := got.Why[k][0]
		changed := slices.Clone(p.rows.Row(i))
		j := slices.Index(p.rows.Names, first.Column)
		assert.Equal(t, changed[j], first.Value)
		changed[j] = first.Usual.(float64)
		logp := p.direct(t, data.Table{Names: p.rows.Names, Rows: data.Rows(2, changed...)})
		assert.Equal(t, logp[0]-got.LogDensity[k], first.Gain, "the gain is that of the row with the usual value")
		assert.Positive(t, first.Gain)
	}
	var named struct{ Why [][]why }
	_, person := people().start(t, Config{})
	asked := `{"rows": [{"height": 300, "city": "Bern", "income": null}], "given": [44, "m"]}`
	require.NoError(t, json.Unmarshal(person.post("/v1/score?top=1", jsonType, asked).body, &named))
	require.NotEmpty(t, named.Why[0])
	assert.Equal(t, "height", named.Why[0][0].Column)
	assert.Contains(t, c.post("/v1/score?top=0", csvType, text.String()).problem(t, 400).Detail, "want a whole number from 1")
}

// A row that can't be solved has no density and says why; those beside it have theirs.
func TestARowFails(t *testing.T) {
	p := moons()
	_, c := p.start(t, Config{})
	var got scores
	c.post("/v1/score", jsonType, `{"rows": [[0, 1], [1e300, 0], [1, 0], [0, 1e25]]}`).read(t, 200, &got)
	assert.Equal(t, []failure{
		{Row: 1, Reason: `row 1, column "a": too far from the training rows for the flow's numbers`},
		{Row: 3, Reason: "row 3: so far from the training rows that its log-density is beyond the flow's numbers"},
	}, got.Failed)
	want := p.direct(t, data.Table{Names: []string{"a", "b"}, Rows: data.Rows(2, 0, 1, 1, 0)})
	assert.Equal(t, want[0], got.LogDensity[0])
	assert.Equal(t, want[1], got.LogDensity[2])
}

// Conditions that are too far out are the fault of who asks: the rows beside them have their densities.
func TestAConditionFails(t *testing.T) {
	_, c := people().start(t, Config{})
	const row, far = `{"height": 170, "city": "Bern", "income": null}`, `[1e60, "m"]`
	var got scores
	c.post("/v1/score", jsonType, `{"rows": [`+row+`, `+row+`], "given": [[44, "m"], `+far+`]}`).read(t, 200, &got)
	const why = `row %d, column "age": too far from the training rows for the flow's numbers`
	assert.Equal(t, []failure{{Row: 1, Reason: fmt.Sprintf(why, 1)}}, got.Failed)
	c.post("/v1/score", jsonType, `{"rows": [`+row+`], "given": `+far+`}`).read(t, 200, &got)
	assert.Equal(t, []failure{{Row: 0, Reason: fmt.Sprintf(why, 0)}}, got.Failed)
	for _, asked := range []string{`{"n": 2, "given": ` + far + `}`, `{"n": 2, "given": [[44, "m"], ` + far + `]}`} {
		assert.Contains(t, c.post("/v1/sample", jsonType, asked).problem(t, 400).Detail, "too far from the training rows")
	}
	assert.Contains(t, c.post("/v1/trajectory", jsonType, `{"n": 2, "given": `+far+`}`).problem(t, 400).Detail, "too far from the training rows")
}

// A row that the way back can't be solved for is null in all frames, and those beside it go theirs.
func TestAFilmLosesARow(t *testing.T) {
	_, c := moons().start(t, Config{})
	var both, alone struct {
		film
		Frames []struct {
			frame
			Rows [][]*float64 `json:"rows"`
		} `json:"frames"`
	}
	c.post("/v1/trajectory", jsonType, `{"rows": [[1e60, 0], [0, 1]], "frames": 1}`).read(t, 200, &both)
	c.post("/v1/trajectory", jsonType, `{"rows": [[0, 1]], "frames": 1}`).read(t, 200, &alone)
	for i, f := range both.Frames {
		assert.Equal(t, []*float64{nil, nil}, f.Rows[0])
		assert.Equal(t, alone.Frames[i].Rows[0], f.Rows[1])
	}
}
