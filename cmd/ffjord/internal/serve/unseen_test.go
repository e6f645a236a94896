package serve

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/cmd/ffjord/internal/table"
)

// Rows with a category that the training rows do not have, or that miss what none of these misses, have no density in
// whatever form they come; they are told and counted, and the rows beside them have the bits that they have alone.
func TestRowsWithoutADensity(t *testing.T) {
	p := people()
	_, c := p.start(t, Config{})
	const text = "height,city,income,age,sex\n170,Bern,1,44,m\n180,Ulm,1,44,m\n160,Oslo,,44,x\n,Rome,2,30,f\n165,Ulm,1,44,m\n"
	want := p.direct(t, tableOf([]float64{170, 0, 1, 44, 1}, allOf(p)))
	ulm := table.UnseenCategory{Column: "city", Category: "Ulm", Rows: 2, First: 1}
	x := table.UnseenCategory{Column: "sex", Category: "x", Rows: 1, First: 2}
	const rows = `[170, "Bern", 1], {"height": 180, "city": "Ulm", "income": 1}, [160, "Oslo", null], {"city": "Rome", "income": 2}, [165, "Ulm", 1]`
	const given = `[44, "m"], [44, "m"], {"age": 44, "sex": "x"}, [30, "f"], [44, "m"]`
	for name, body := range map[string]struct{ kind, text string }{
		"CSV":  {csvType, text},
		"JSON": {jsonType, fmt.Sprintf(`{"rows": [%s], "given": [%s]}`, rows, given)},
		"JSON lines": {linesType, `[170, "Bern", 1, 44, "m"]
			{"height": 180, "city": "Ulm", "income": 1, "age": 44, "sex": "m"}
			[160, "Oslo", null, 44, "x"]
			{"city": "Rome", "income": 2, "age": 30, "sex": "f"}
			[165, "Ulm", 1, 44, "m"]`},
	} {
		t.Run(name, func(t *testing.T) {
			var got scores
			c.post("/v1/score", body.kind, body.text).read(t, 200, &got)
			assert.Equal(t, math.Float64bits(want[0]), math.Float64bits(got.LogDensity[0]))
			require.Len(t, got.Failed, 4)
			for k, reason := range []string{
				`row 1, column "city": "Ulm" is none of the categories ["Bern" "Oslo" "Rome"]`,
				`row 2, column "sex": "x" is none of the categories ["f" "m"]`,
				`row 3, column "height": missing, and there is nothing to fill it with: none was missing in the rows of the fit`,
				`row 4, column "city": "Ulm" is none of the categories ["Bern" "Oslo" "Rome"]`,
			} {
				assert.Equal(t, failure{k + 1, reason, k != 2}, got.Failed[k])
			}
			assert.Equal(t, table.Unseen{ulm, x}, got.Unseen)
			var bare struct {
				LogDensity []*float64 `json:"log_density"`
			}
			require.NoError(t, json.Unmarshal(c.post("/v1/score", body.kind, body.text).body, &bare))
			assert.Equal(t, []bool{true, false, false, false, false}, there(bare.LogDensity))
			var top struct {
				Row    []int
				Unseen table.Unseen
			}
			require.NoError(t, json.Unmarshal(c.post("/v1/score?top=9", body.kind, body.text).body, &top))
			assert.Equal(t, []int{0}, top.Row)
			assert.Equal(t, table.Unseen{ulm, x}, top.Unseen)
			lines := strings.Split(string(c.post("/v1/score", body.kind, body.text, "Accept", csvType).body), "\n")
			assert.Equal(t, []string{",,", ",,", ",,", ",,"}, lines[2:6])
			lines = strings.Split(string(c.post("/v1/score", body.kind, body.text, "Accept", linesType).body), "\n")
			assert.NotContains(t, lines[0], "failed")
			assert.Equal(t, `{"log_density":null,"std_err":null,"percentile":null,"failed":"row 2, column \"sex\": \"x\" is none of the categories [\"f\" \"m\"]"}`, lines[2])
		})
	}
	var got scores
	c.post("/v1/score", npyType, npyOf(5, math.NaN(), 0, 1, 44, 1, 170, 0, 1, 44, 1)).read(t, 200, &got)
	require.Len(t, got.Failed, 1)
	assert.Equal(t, math.Float64bits(want[0]), math.Float64bits(got.LogDensity[1]))
	assert.NotNil(t, got.Unseen, "an array, of none too")
}

func allOf(p trained) columns { return append(columnsOf(p.X, p.About), columnsOf(p.Given, p.About)...) }

func there(values []*float64) []bool {
	out := make([]bool, len(values))
	for i, v := range values {
		out[i] = v != nil
	}
	return out
}

// Texts mean in a request what they do in a file of the program: spaces around them do not count, and some say that a value
// is missing.
func TestTextsMeanWhatTheyDoInFiles(t *testing.T) {
	p := people()
	_, c := p.start(t, Config{})
	want := p.direct(t, tableOf([]float64{170, 0, math.NaN(), 44, 1}, allOf(p)))
	for name, body := range map[string]struct{ kind, text string }{
		"JSON":          {jsonType, `{"rows": [[170, " Bern ", "NA"]], "given": [44, "m\n"]}`},
		"JSON lines":    {linesType, `{"height": 170, "city": "\tBern", "income": "", "age": 44, "sex": "m "}`},
		"CSV":           {csvType, "height,city,income,age,sex\n170, Bern,#N/A,44,\"m \"\n"},
		"CSV, by quote": {csvType, "\"a;b;c;d;e;f\",height,city,income,age,sex\n\"1;2;3;4;5;6\",170,Bern,-nan,44,m\n"},
	} {
		t.Run(name, func(t *testing.T) {
			var got scores
			c.post("/v1/score", body.kind, body.text).read(t, 200, &got)
			assert.Empty(t, got.Failed)
			assert.Equal(t, want, []float64(got.LogDensity))
		})
	}
}
