package serve

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/data"
)

// Times come and go as text, and as numbers in arrays: with the log-densities of the numbers.
func TestTimes(t *testing.T) {
	p := dated()
	s, c := p.start(t, Config{})
	assert.Equal(t, columns{{Name: "day", Time: "date"}, {Name: "at", Time: "timestamp"}}, s.model.Load().columns)
	want := p.direct(t, data.Table{Names: p.rows.Names, Rows: data.Rows(2, 20000, 1.7e9, 20100, 1.7e9+0.25)})
	for name, body := range map[string]struct{ kind, text string }{
		"JSON":       {jsonType, `{"rows": [["2024-10-04", "2023-11-14T22:13:20Z"], {"at": "2023-11-15 00:13:20.25+02:00", "day": "2025-01-12"}]}`},
		"CSV":        {csvType, "at,day\n2023-11-14T22:13:20Z,2024-10-04\n2023-11-14T22:13:20.250Z,2025-01-12\n"},
		"JSON lines": {linesType, `["2024-10-04", "2023-11-14T22:13:20Z"]` + "\n" + `{"at": "2023-11-14T22:13:20.250Z", "day": "2025-01-12"}`},
		"npy":        {npyType, npyOf(2, 20000, 1.7e9, 20100, 1.7e9+0.25)},
	} {
		var got scores
		c.post("/v1/score", body.kind, body.text).read(t, 200, &got)
		t.Log(name)
		sameBits(t, want, got.LogDensity)
	}
	assert.Equal(t, `rows: row 0, column "day": 20000, want a date such as 2026-01-31`,
		c.post("/v1/score", jsonType, `{"rows": [[20000, "2023-11-14T22:13:20Z"]]}`).problem(t, 400).Detail)
	assert.Equal(t, `rows: row 0, column "at": line 2: "soon", want a time such as 2026-01-31T18:30:00Z`,
		c.post("/v1/score", csvType, "day,at\n2024-10-04,soon\n").problem(t, 400).Detail)

	var drawn struct{ Rows [][2]string }
	require.NoError(t, json.Unmarshal(c.post("/v1/sample", jsonType, `{"n": 3, "seed": 1}`).body, &drawn))
	x, err := data.ReadNPY(bytes.NewReader(c.post("/v1/sample", jsonType, `{"n": 3, "seed": 1}`, "Accept", npyType).body))
	require.NoError(t, err)
	lines := strings.Split(string(c.post("/v1/sample", jsonType, `{"n": 3, "seed": 1}`, "Accept", csvType).body), "\n")
	assert.Equal(t, "day,at", lines[0])
	objects := strings.Split(string(c.post("/v1/sample", jsonType, `{"n": 3, "seed": 1}`, "Accept", linesType).body), "\n")
	for i, row := range drawn.Rows {
		assert.Equal(t, fmt.Sprintf(`{"day":%q,"at":%q}`, row[0], row[1]), objects[i])
		assert.Regexp(t, `^20\d\d-\d\d-\d\d$`, row[0])
		assert.Equal(t, row[0]+","+row[1], lines[1+i])
		numbers := x.Float64s()[2*i:]
		assert.Equal(t, columnsOf(p.X, p.About)[0].value(numbers[0]), row[0])
		assert.Equal(t, columnsOf(p.X, p.About)[1].value(numbers[1]), row[1])
	}
	var top struct {
		Values [][2]string
		Why    [][]struct{ Value, Usual string }
	}
	asked := fmt.Sprintf(`{"rows": [[%q, %q]]}`, "2030-01-01", drawn.Rows[0][1])
	require.NoError(t, json.Unmarshal(c.post("/v1/score?top=1", jsonType, asked).body, &top))
	assert.Equal(t, "2030-01-01", top.Values[0][0])
	assert.Equal(t, "2030-01-01", top.Why[0][0].Value)
	assert.Regexp(t, `^202[45]-\d\d-\d\d$`, top.Why[0][0].Usual)
}
