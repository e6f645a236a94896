package serve

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// What is wrong is said with its place and with what is wanted.
func TestProblemsNameThePlace(t *testing.T) {
	_, person := people().start(t, Config{Limits: Limits{Rows: 3, Body: 4096}})
	_, moon := moons().start(t, Config{})
	const given = `, "given": [44, "m"]}`
	for name, test := range map[string]struct {
		c                client
		path, kind, body string
		status           int
		code, detail     string
	}{
		"number in place of a category": {person, "/v1/score", jsonType, `{"rows": [[170, "Bern", 1], [170, 7, 1]]` + given, 400,
			"bad_value", `rows: row 1, column "city": 7, want one of "Bern", "Oslo", "Rome"`},
		"unknown category": {person, "/v1/trajectory", jsonType, `{"frames": 1, "rows": [{"height": 170, "city": "Ulm"}]` + given, 400,
			"bad_value", `rows: row 0, column "city": "Ulm", want one of "Bern", "Oslo", "Rome"`},
		"text in place of a number": {person, "/v1/score", jsonType, `{"rows": [["tall", "Bern", 1]]` + given, 400,
			"bad_value", `rows: row 0, column "height": "tall", want a finite number`},
		"too large for a number": {person, "/v1/score", jsonType, `{"rows": [[1e999, "Bern", 1]]` + given, 400,
			"bad_value", `rows: row 0, column "height": 1e999, want a finite number`},
		"missing where none may": {person, "/v1/trajectory", jsonType, `{"frames": 1, "rows": [{"city": "Bern"}]` + given, 400,
			"bad_value", `rows: row 0, column "height": missing, want a finite number`},
		"unknown column": {person, "/v1/score", jsonType, `{"rows": [{"hight": 170}]` + given, 400,
			"unknown_column", `rows: row 0: no column is called "hight", want "height", "city", "income"`},
		"column twice": {person, "/v1/score", jsonType, `{"rows": [{"height": 170, "height": 171, "city": "Bern"}]` + given, 400,
			"bad_row", `rows: row 0, column "height": it comes twice, want each column once`},
		"short row": {person, "/v1/score", jsonType, `{"rows": [[170, "Bern", 1], [170, "Bern"]]` + given, 400,
			"bad_row", `rows: row 1: 2 values, want 3: "height", "city", "income"`},
		"no row": {person, "/v1/score", jsonType, `{"rows": [3]` + given, 400,
			"bad_row", `rows: row 0: 3, want a row: an array, or an object by columns`},
		"empty": {person, "/v1/score", jsonType, `{"rows": []` + given, 400,
			"bad_rows", `"rows" is empty, want at least one row`},
		"no rows": {person, "/v1/score", jsonType, `{"given": [44, "m"]}`, 400,
			"bad_rows", `there is no "rows", want an array of rows`},
		"no condition": {person, "/v1/score", jsonType, `{"rows": [[170, "Bern", 1]]}`, 400,
			"bad_given", `there is no "given", want "age", "sex"`},
		"wrong condition": {person, "/v1/sample", jsonType, `{"n": 2, "given": ["old", "m"]}`, 400,
			"bad_value", `given: row 0, column "age": "old", want a finite number`},
		"conditions of other rows": {person, "/v1/sample", jsonType, `{"n": 3, "given": [[44, "m"], [45, "m"]]}`, 400,
			"bad_given", `"given" has 2 rows, want one, or 3 as there are rows`},
		"a condition that the model hasn't": {moon, "/v1/score", jsonType, `{"rows": [[0, 1]], "given": [1]}`, 400,
			"bad_given", `the model is given nothing, want no "given"`},
		"unknown member": {moon, "/v1/score", jsonType, `{"row": [[0, 1]]}`, 400,
			"bad_json", `json: unknown field "row"`},
		"cut": {moon, "/v1/score", jsonType, `{"rows": [[0, 1]`, 400,
			"bad_json", `the body ends before its JSON object does`},
		"no JSON": {moon, "/v1/score", jsonType, `{"rows": [[0, nan]]}`, 400,
			"bad_json", `byte 16 of the body: invalid character 'a' in literal null (expecting 'u')`},
		"two objects": {moon, "/v1/score", jsonType, `{"rows": [[0, 1]]} {}`, 400,
			"bad_json", `the body goes on behind its JSON object, want one object`},
		"an array": {moon, "/v1/score", jsonType, `[[0, 1]]`, 400,
			"bad_json", `the body is of JSON's type array, want an object`},
		"no number of draws": {moon, "/v1/sample", jsonType, `{"seed": 1}`, 400,
			"bad_n", `there is no "n", want the number of draws`},
		"draws that are no number": {moon, "/v1/sample", jsonType, `{"n": 1.5}`, 400,
			"bad_json", `"n" is number 1.5, want a whole number`},
		"no draws": {moon, "/v1/sample", jsonType, `{"n": 0}`, 400,
			"bad_n", `"n" is 0, want at least 1`},
		"a seed that JSON rounds": {moon, "/v1/sample", jsonType, `{"n": 1, "seed": 9007199254740993}`, 400,
			"bad_seed", `"seed" is 9007199254740993, want at most 9007199254740991`},
		"no frames": {moon, "/v1/trajectory", jsonType, `{"n": 1, "frames": 0}`, 400,
			"bad_frames", `"frames" is 0, want at least 1, of each block`},
		"rows and draws": {moon, "/v1/trajectory", jsonType, `{"n": 1, "rows": [[0, 1]]}`, 400,
			"bad_rows", `there are "rows", and "n" or "seed" beside them, want the one or the other`},
		"too many frames": {moon, "/v1/trajectory", jsonType, `{"n": 20000, "frames": 8}`, 413,
			"too_large", `340000 rows in all frames, want at most 100000`},
		"too many rows": {person, "/v1/score", jsonType, `{"rows": [[1,"Bern",1],[1,"Bern",1],[1,"Bern",1],[1,"Bern",1]]` + given, 413,
			"too_large", `4 rows, want at most 3`},
		"too many draws": {person, "/v1/sample", jsonType, `{"n": 4` + given, 413,
			"too_large", `4 draws, want at most 3`},
		"too long": {person, "/v1/score", jsonType, strings.Repeat(" ", 5000), 413,
			"too_large", `5000 bytes of a body, want at most 4096`},
		"array of another width": {moon, "/v1/score", npyType, npyOf(3, 1, 2, 3), 400,
			"bad_rows", `the array has 3 columns, want 2: "a", "b"`},
		"array that is cut": {moon, "/v1/score", npyType, npyOf(2, 1, 2)[:130], 400,
			"bad_npy", `rows: row 0: unexpected EOF: the shape (1, 2) takes 16 bytes, there are 2`},
		"array with a number that is not finite": {moon, "/v1/score", npyType, npyOf(2, 1, 2, 3, math.Inf(1)), 400,
			"bad_value", `rows: row 1, column "b": +Inf, want a finite number`},
		"no array": {moon, "/v1/score", npyType, "a,b\n1,2\n", 400,
			"bad_npy", `no .npy file: its first bytes are not those of the format`},
		"number that is no category's": {person, "/v1/score", npyType, npyOf(5, 170, 5, 1, 44, 1), 400,
			"bad_value", `rows: row 0, column "city": 5, want the number of a category, 0 to 2`},
		"cell of a text": {moon, "/v1/score", csvType, "a,b\n1,2\n1,x\n", 400,
			"bad_csv", `rows: row 1, column "b": line 3: "x", want a number`},
		"unknown category of a condition for all": {person, "/v1/score", jsonType, `{"rows": [[170, "Bern", 1]], "given": [44, "x"]}`, 400,
			"bad_value", `given: row 0, column "sex": "x", want one of "f", "m"`},
		"text without a column": {moon, "/v1/score", csvType, "a,c\n1,2\n", 400,
			"bad_csv", `no column "b" among ["a" "c"]`},
		"text without rows": {moon, "/v1/score", csvType, "a,b\n", 400,
			"bad_rows", `the text has no rows, want at least one below the line of names`},
		"value of a line": {person, "/v1/score", linesType, "\n{\"height\": 170}\n\n{\"height\": 170, \"city\": 7}\n", 400,
			"bad_value", `rows: row 1, column "city": line 4: 7, want one of "Bern", "Oslo", "Rome"`},
		"a line that is no JSON": {moon, "/v1/score", linesType, "[1, 2]\n[1, x]\n", 400,
			"bad_json", `rows: row 1: line 2: byte 5 of the line: invalid character 'x' looking for beginning of value`},
		"a row over several lines": {moon, "/v1/score", jsonlType, "{\"a\": 1,\n\"b\": 2}\n", 400,
			"bad_json", `rows: row 0: line 1: the line ends before its JSON does, want a row on each line`},
		"two rows on a line": {moon, "/v1/score", linesType, "[1, 2] [3, 4]\n", 400,
			"bad_json", `rows: row 0: line 1: byte 8 of the line: invalid character '[' after top-level value`},
		"a line of another width": {moon, "/v1/score", linesType, "[1, 2]\r\n[1, 2, 3]\r\n", 400,
			"bad_row", `rows: row 1: line 2: 3 values, want 2: "a", "b"`},
		"lines of text": {moon, "/v1/score", linesType, "a,b\n1,2\n", 400,
			"bad_json", `rows: row 0: line 1: byte 1 of the line: invalid character 'a' looking for beginning of value`},
		"lines without a column": {moon, "/v1/score", linesType, "{\"a\": 1, \"c\": 2}\n{\"a\": 1}\n", 400,
			"bad_rows", `no line has "b", want "a", "b"`},
		"no lines": {moon, "/v1/score", linesType, "\n \n", 400,
			"bad_rows", `the body has no lines, want a JSON object on each, such as {"a": 1, "b": "x"}`},
		"too many lines": {person, "/v1/score", linesType, strings.Repeat("{\"height\": 170}\n", 5), 413,
			"too_large", `4 rows and more, want at most 3`},
		"too long lines": {person, "/v1/score", linesType, strings.Repeat(" ", 5000), 413,
			"too_large", `5000 bytes of a body, want at most 4096`},
		"draws of lines": {moon, "/v1/sample", linesType, "{\"n\": 1}", 415,
			"bad_type", `Content-Type is "application/x-ndjson", want application/json`},
		"another type": {moon, "/v1/score", "text/html", "", 415,
			"bad_type", `Content-Type is "text/html", want application/json, application/x-ndjson, application/x-npy or text/csv`},
		"no type": {moon, "/v1/sample", "", "{}", 415,
			"bad_type", `Content-Type is "", want application/json, application/x-ndjson, application/x-npy or text/csv`},
		"draws of a text": {moon, "/v1/sample", csvType, "{}", 415,
			"bad_type", `Content-Type is "text/csv", want application/json`},
	} {
		t.Run(name, func(t *testing.T) {
			p := test.c.post(test.path, test.kind, test.body).problem(t, test.status)
			assert.Equal(t, test.code, p.Code)
			assert.Equal(t, test.detail, p.Detail)
			if _, want, ok := strings.Cut(p.Detail, ", want "); ok {
				assert.Equal(t, want, p.Want)
			}
			assert.Equal(t, strings.Contains(p.Detail, ", column \""), p.Column != "")
		})
	}
}
