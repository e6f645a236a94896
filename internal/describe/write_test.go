package describe_test

import (
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/go-ffjord/ffjord/internal/describe"
)

func TestWrittenTextAndBack(t *testing.T) {
	for _, c := range []struct {
		name  string
		shape shape
		want  string
	}{
		{"nothing", nil, `{}`},
		{"struct", square{2}, `{"Shape":{"type":"square","Side":2}}`},
		{"zero struct", square{}, `{"Shape":{"type":"square"}}`},
		{"text", word("<a\"\n"), `{"Shape":{"type":"word","value":"\u003ca\"\n"}}`},
		{"no text", word(""), `{"Shape":{"type":"word"}}`},
		{"integer", count(-7), `{"Shape":{"type":"count","value":-7}}`},
		{"array", pair{0, 1}, `{"Shape":{"type":"pair","items":[0,1]}}`},
		{"map", areas{"b": 1, "a": 2, "": 3}, `{"Shape":{"type":"areas","value":{"":3,"a":2,"b":1}}}`},
		{"list", group{square{1}, nil, group{word("x")}},
			`{"Shape":{"type":"group","items":[{"type":"square","Side":1},null,{"type":"group","items":[{"type":"word","value":"x"}]}]}}`},
		{"nil list", group(nil), `{"Shape":{"type":"group"}}`},
		{"empty list", group{}, `{"Shape":{"type":"group","items":[]}}`},
		{"pointer", &counted{Hits: 3}, `{"Shape":{"type":"counted","Hits":3}}`},
		{"embedded, zero", framed{Frame: square{1}}, `{"Shape":{"type":"framed","Frame":{"type":"square","Side":1}}}`},
		{"plain fields", everything{Yes: true, I: -1, I8: -128, U: 65535, F: 0.1, F32: 0.1, S: "é", List: []int{0, 1 << 20},
			Rows: [][]float64{{}, {1}, nil}, Three: [3]int{0, 0, 1}, Inner: square{1}, At: &square{}, By: map[word]float64{"k": -0.5}},
			`{"Shape":{"type":"everything","Yes":true,"I":-1,"I8":-128,"U":65535,"F":0.1,"F32":0.1,"S":"é","List":[0,1048576],` +
				`"Rows":[[],[1],null],"Three":[0,0,1],"Inner":{"Side":1},"At":{},"By":{"k":-0.5}}}`},
		{"shared", everything{Method: euler}, `{"Shape":{"type":"everything","Method":"euler"}}`},
		{"equal to what is shared", everything{Method: &method{[]float64{1}}}, `{"Shape":{"type":"everything","Method":{"Weights":[1]}}}`},
		{"given", everything{Source: dice}, `{"Shape":{"type":"everything","Source":true}}`},
		{"interface in a struct", everything{Any: count(1)}, `{"Shape":{"type":"everything","Any":{"type":"count","value":1}}}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := drawing{Shape: c.shape}
			text, err := codec(t).Write(in)
			require.NoError(t, err)
			assert.Equal(t, strings.ReplaceAll(c.want, "\n", `\n`), string(text))
			again, err := codec(t).Write(&in)
			require.NoError(t, err)
			assert.Equal(t, text, again, "a pointer to it is the same")
			out := drawing{Dim: 1, Shape: word("before")}
			require.NoError(t, codec(t).Read(text, &out))
			assert.Equal(t, in, out)
		})
	}
}

func TestSharedIsThePointerAndDroppedIsZero(t *testing.T) {
	own := &source{1}
	in := everything{Method: euler, Source: own, Hook: func() float64 { return 1 }}
	text, err := codec(t).Write(in)
	require.NoError(t, err)
	var out everything
	require.NoError(t, codec(t).Read(text, &out))
	assert.Same(t, euler, out.Method)
	assert.Same(t, dice, out.Source, "not the one that it had")
	assert.Nil(t, out.Hook)
}

func TestNumbersKeepTheirBits(t *testing.T) {
	c := describe.Codec{}
	finite := func(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
	rapid.Check(t, func(r *rapid.T) { // the generators cover -0, denormals and the largest numbers
		f := rapid.Float64().Filter(finite).Draw(r, "float64")
		f32 := rapid.Float32().Filter(func(v float32) bool { return finite(float64(v)) }).Draw(r, "float32")
		text, err := c.Write(everything{F: f, F32: f32})
		require.NoError(r, err)
		var out everything
		require.NoError(r, c.Read(text, &out))
		assert.Equal(r, math.Float64bits(f), math.Float64bits(out.F))
		assert.Equal(r, math.Float32bits(f32), math.Float32bits(out.F32))
	})
	text, err := c.Write(everything{F32: float32(math.Copysign(0, -1)), Inner: square{math.Copysign(0, -1)}})
	require.NoError(t, err)
	assert.Equal(t, `{"F32":-0,"Inner":{"Side":-0}}`, string(text))
}

func TestRefusesToWriteWhatCannotBeRead(t *testing.T) {
	loop := group{nil}
	loop[0] = loop
	for _, c := range []struct {
		name  string
		value any
		want  string
	}{
		{"nil", nil, "nil, want a value"},
		{"function behind an interface", drawing{Shape: group{square{}, hook(func() float64 { return 1 })}},
			"Shape[1]: a describe_test.hook is a function and can't be saved; make it a type and name it in types"},
		{"function", drawing{Shape: everything{Callback: func() {}}}, "Shape.Callback: a func() is a function and can't be saved"},
		{"type without a name", drawing{Shape: group{everything{Any: &square{}}}}, "Shape[0].Any: the type *describe_test.square has no name; types names describe_test.square, want the one that is used"},
		{"nil pointer", drawing{Shape: (*counted)(nil)}, "Shape: a *describe_test.counted that is nil can't be saved"},
		{"unexported field", drawing{Shape: &counted{calls: 1}}, "Shape.calls: an unexported field of describe_test.counted that holds something can't be saved"},
		{"embedded", drawing{Shape: framed{square: square{1}}}, "Shape.square: an unexported field of describe_test.framed"},
		{"NaN", drawing{Shape: square{math.NaN()}}, "Shape.Side: NaN, want a finite number"},
		{"infinite", drawing{Shape: everything{Rows: [][]float64{{0, math.Inf(-1)}}}}, "Shape.Rows[0][1]: -Inf, want a finite number"},
		{"large integer", struct{ N int64 }{1<<53 + 1}, "N: 9007199254740993, want an integer from -9007199254740992 to 9007199254740992"},
		{"small integer", struct{ N int64 }{-1<<53 - 1}, "N: -9007199254740993, want an integer"},
		{"large unsigned integer", struct{ U uint64 }{math.MaxUint64}, "U: 18446744073709551615, want an integer from 0 to 9007199254740992"},
		{"text", drawing{Shape: word("\xff")}, `Shape: the text "\xff" is not UTF-8`},
		{"key", drawing{Shape: areas{"\xff": 1}}, `Shape["\xff"]: the text "\xff" is not UTF-8`},
		{"in a map", drawing{Shape: areas{"a": math.NaN()}}, `Shape["a"]: NaN`},
		{"keys that are no text", struct{ M map[int]int }{map[int]int{}}, "M: a map[int]int has keys that are no text"},
		{"channel", struct{ C chan int }{make(chan int)}, "C: a chan int can't be saved"},
		{"complex", struct{ Z complex128 }{1i}, "Z: a complex128 can't be saved"},
		{"list in itself", drawing{Shape: loop}, ": deeper than 100 values in values; a pointer may point back"},
		{"too much", struct{ L []bool }{make([]bool, describe.MaxValues)}, "more than 1048576 values"},
	} {
		t.Run(c.name, func(t *testing.T) {
			text, err := codec(t).Write(c.value)
			assert.ErrorContains(t, err, c.want)
			assert.Nil(t, text)
		})
	}
}

func TestTypesHaveOneNameEach(t *testing.T) {
	for _, c := range []struct {
		name string
		as   string
		of   any
		want string
	}{
		{"the name again", "square", word(""), `"square" names describe_test.square and describe_test.word, want one type`},
		{"the type again", "box", square{}, `describe_test.square has the names "square" and "box", want one`},
		{"no name", "", word(""), "describe_test.word has no name"},
		{"bad name", "\xff", word(""), `the name "\xff" is not UTF-8`},
		{"nil", "nil", nil, `"nil" names nil, want a value of the type, such as its zero`},
		{"function", "hook", hook(nil), `"hook" names describe_test.hook, a function, which can't be described`},
	} {
		t.Run(c.name, func(t *testing.T) {
			var types describe.Types
			require.NoError(t, types.Add("square", square{}))
			assert.ErrorContains(t, types.Add(c.as, c.of), c.want)
		})
	}
	var types describe.Types
	require.NoError(t, types.AddOwn(square{}, reflect.Value{}))
	text, err := (&describe.Codec{Types: &types}).Write(drawing{Shape: square{}})
	require.NoError(t, err)
	assert.Equal(t, `{"Shape":{"type":"describe_test.square"}}`, string(text))
	assert.ErrorContains(t, types.AddOwn(word(""), square{}), "describe_test.square")
}
