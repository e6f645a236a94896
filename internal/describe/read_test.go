package describe_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/internal/describe"
)

func TestWrongTextsNameThePlace(t *testing.T) {
	all := func(members string) string { return `{"Shape":{"type":"everything",` + members + `}}` }
	for _, c := range []struct {
		name string
		text string
		want string
	}{
		{"empty", ``, "the text is no JSON: unexpected end of JSON input"},
		{"cut", `{"Dim":2`, "unexpected end of JSON input"},
		{"no JSON", `{"Dim":2,}`, "invalid character '}'"},
		{"behind the end", `{"Dim":2}{}`, "invalid character '{' after top-level value"},
		{"not UTF-8", "{\"Dim\":2,\"\xff\":1}", "the text is not UTF-8"},
		{"null", `null`, "null, want an object"},
		{"another kind", `[1]`, "a list, want an object"},

		{"unknown field", `{"Dims":2}`, `describe_test.drawing has no field "Dims"`},
		{"field in other letters", `{"dim":2}`, `has no field "dim"`},
		{"field twice", `{"Dim":2,"Dim":2}`, `"Dim" stands in it twice`},
		{"unexported field", `{"Shape":{"type":"counted","calls":1}}`, `Shape: describe_test.counted has no field "calls"`},
		{"embedded field", `{"Shape":{"type":"framed","Side":1}}`, `Shape: describe_test.framed has no field "Side"`},
		{"dropped field", all(`"Hook":{}`), `Shape: describe_test.everything has no field "Hook"`},
		{"function", all(`"Callback":1`), `Shape.Callback: a func() can't be loaded`},
		{"long name", `{"` + strings.Repeat("x", 1000) + `":1}`, `"` + strings.Repeat("x", 60) + `..."`},

		{"text for a number", `{"Dim":"2"}`, `Dim: the text "2", want an integer`},
		{"null for a number", `{"Dim":null}`, `Dim: null, want an integer`},
		{"fraction for an integer", `{"Dim":2.0}`, `Dim: 2.0, want an integer from -9007199254740992 to 9007199254740992`},
		{"power for an integer", `{"Dim":1e3}`, `Dim: 1e3, want an integer`},
		{"large integer", `{"Dim":9007199254740993}`, `Dim: 9007199254740993, want an integer`},
		{"huge integer", `{"Dim":` + strings.Repeat("9", 500) + `}`, `Dim: ` + strings.Repeat("9", 60) + `..., want an integer`},
		{"small type", all(`"I8":128`), `Shape.I8: 128 is out of the range of int8`},
		{"small unsigned type", all(`"U":65536`), `Shape.U: 65536 is out of the range of uint16`},
		{"negative", all(`"U":-1`), `Shape.U: -1, want an integer from 0`},
		{"huge number", all(`"F":1e400`), `Shape.F: 1e400 is out of the range of float64`},
		{"huge float32", all(`"F32":1e39`), `Shape.F32: 1e39 is out of the range of float32`},
		{"number for a text", all(`"S":1`), `Shape.S: the number 1, want a text`},
		{"number for a truth value", all(`"Yes":1`), `Shape.Yes: the number 1, want true or false`},
		{"truth value for a number", all(`"F":true`), `Shape.F: true, want a number`},

		{"object for a list", all(`"List":{}`), `Shape.List: an object, want a list`},
		{"item", all(`"Rows":[[1],[2,"x"]]`), `Shape.Rows[1][1]: the text "x", want a number`},
		{"null in numbers", all(`"List":[null]`), `Shape.List[0]: null, want an integer`},
		{"short array", all(`"Three":[1,2]`), `Shape.Three: 2 items, want 3`},
		{"long array", all(`"Three":[1,2,3,4]`), `Shape.Three: more than 3 items`},
		{"list for a map", all(`"By":[]`), `Shape.By: a list, want an object`},
		{"value in a map", all(`"By":{"a":false}`), `Shape.By["a"]: false, want a number`},
		{"key twice", all(`"By":{"a":1,"a":1}`), `Shape.By: "a" stands in it twice`},
		{"no pointer", all(`"At":1`), `Shape.At: the number 1, want an object`},
		{"unknown shared", all(`"Method":"rk4"`), `Shape.Method: "rk4" names no *describe_test.method`},
		{"shared of another type", all(`"At":"euler"`), `Shape.At: "euler" names no *describe_test.square`},
		{"given as an object", all(`"Source":{}`), `Shape.Source: an object, want true or false`},

		{"no object", `{"Shape":1}`, `Shape: the number 1, want an object`},
		{"no type", `{"Shape":{}}`, `Shape: an empty object, want the "type" of a describe_test.shape`},
		{"type not first", `{"Shape":{"Side":1,"type":"square"}}`, `Shape: "Side" stands first, want the "type" of a describe_test.shape`},
		{"type that is no text", `{"Shape":{"type":["square"]}}`, `Shape.type: a list, want a text`},
		{"type twice", `{"Shape":{"type":"square","type":"square"}}`, `Shape: describe_test.square has no field "type"`},
		{"unknown type", `{"Shape":{"type":"group","items":[{"type":"os.File"}]}}`,
			`Shape[0]: the type "os.File" is unknown; if it is one of your own, name it in types`},
		{"type that does not fit", `{"Shape":{"type":"stranger"}}`, `Shape: the type "stranger" is no describe_test.shape`},
		{"wrong member", `{"Shape":{"type":"word","items":[]}}`, `Shape: has no member "items", want "value"`},
		{"two members", `{"Shape":{"type":"word","value":"a","value":"b"}}`, `Shape: "value" stands in it twice`},
		{"wrong content", `{"Shape":{"type":"word","value":[]}}`, `Shape: a list, want a text`},
		{"wrong item", `{"Shape":{"type":"pair","items":[1,{}]}}`, `Shape[1]: an object, want a number`},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out drawing
			assert.ErrorContains(t, codec(t).Read([]byte(c.text), &out), c.want)
		})
	}
}

func TestGivenValuesAreThereWhenNeeded(t *testing.T) {
	c := codec(t)
	for k := range c.Given {
		c.Given[k] = nil
	}
	var out everything
	assert.ErrorContains(t, c.Read([]byte(`{"Source":true}`), &out), "Source: want a *describe_test.source, and nil was given")
	assert.NoError(t, c.Read([]byte(`{"Source":false}`), &out))
}

func TestBounds(t *testing.T) {
	nested := func(n int) string {
		return `{"Shape":` + strings.Repeat(`{"type":"everything","Any":`, n) + `{"type":"square"}` + strings.Repeat(`}`, n) + `}`
	}
	many := func(n int) string { return `{"L":[` + strings.Repeat("0,", n-1) + `0]}` }
	var d drawing
	var l struct{ L []int8 }
	for _, c := range []struct {
		name string
		text string
		into any
		want string // nothing for no error
	}{
		{"deep", nested(describe.MaxDepth - 1), &d, ""},
		{"too deep", nested(describe.MaxDepth), &d, "deeper than 100 values in values"},
		{"deeper than the parser", strings.Repeat("[", 1<<20), &d, "exceeded max depth"},
		{"long", many(describe.MaxValues - 2), &l, ""},
		{"too long", many(describe.MaxValues - 1), &l, fmt.Sprintf("L[%d]: more than 1048576 values", describe.MaxValues-2)},
	} {
		t.Run(c.name, func(t *testing.T) {
			if testing.Short() && c.name == "long" {
				t.Skip("too long names the value at which it ends too, and this takes half a second")
			}
			err := codec(t).Read([]byte(c.text), c.into)
			if c.want == "" {
				require.NoError(t, err)
				text, err := codec(t).Write(c.into)
				require.NoError(t, err, "what can be read can be written")
				assert.Equal(t, c.text, string(text))
				return
			}
			assert.ErrorContains(t, err, c.want)
		})
	}
}

func TestWithoutTypesNothingStandsBehindAnInterface(t *testing.T) {
	var c describe.Codec
	var d drawing
	assert.NoError(t, c.Read([]byte(`{"Dim":2}`), &d))
	assert.ErrorContains(t, c.Read([]byte(`{"Shape":{"type":"square"}}`), &d), `Shape: the type "square" is unknown`)
	_, err := c.Write(drawing{Shape: square{}})
	assert.ErrorContains(t, err, "Shape: the type describe_test.square has no name; give it one in types")
	var numbers struct{ M map[int]int }
	assert.ErrorContains(t, c.Read([]byte(`{"M":{}}`), &numbers), "M: a map[int]int has keys that are no text")
}

func TestReadsIntoPointersOnly(t *testing.T) {
	var none *drawing
	assert.ErrorContains(t, codec(t).Read([]byte(`{}`), none), "read into *describe_test.drawing, want a pointer")
	assert.ErrorContains(t, codec(t).Read([]byte(`{}`), drawing{}), "read into describe_test.drawing, want a pointer")
}

// What is taken is written again, and the text of that is its own.
func FuzzRead(f *testing.F) {
	for _, s := range []string{
		`{"Dim":2,"Shape":{"type":"group","items":[{"type":"square","Side":-0},{"type":"word","value":"x"},null]}}`,
		`{"Shape":{"type":"everything","Yes":true,"I":-1,"I8":-128,"U":65535,"F":1e-320,"F32":0.1,"S":"é","List":[0,1048576],` +
			`"Rows":[[],[1],null],"Three":[0,0,1],"Inner":{"Side":1},"At":{},"By":{"k":-0.5}}}`,
		`{"Shape":{"type":"everything","Method":"euler","Source":true,"Any":{"type":"counted","Hits":3}}}`,
		`{"Shape":{"type":"areas","value":{"":3,"a":2}}}`,
		`{"Shape":{"type":"framed","Frame":{"type":"pair","items":[0,1]}}}`,
		`{"Shape":` + strings.Repeat(`{"type":"everything","Any":`, 120),
		`{"Dim":99999999999999999999,"Shape":{"type":"os.File"}}`,
	} {
		f.Add([]byte(s))
	}
	c := codec(f)
	f.Fuzz(func(t *testing.T, text []byte) {
		var d drawing
		if c.Read(text, &d) != nil {
			return
		}
		once, err := c.Write(d)
		require.NoError(t, err)
		require.NoError(t, c.Read(once, &d))
		twice, err := c.Write(d)
		require.NoError(t, err)
		require.Equal(t, string(once), string(twice))
	})
}
