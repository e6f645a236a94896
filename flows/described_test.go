package flows_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
	"pgregory.net/rapid"

	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/nn"
	"github.com/go-ffjord/ffjord/ode"
)

// Whatever a description says in the right form, a flow of it is built or refused; and one that is built can be kept in
// a file and comes back as it was.
func TestAnyDescription(t *testing.T) {
	built, few := 0, small()
	rapid.Check(t, func(r *rapid.T) {
		text := fmt.Sprintf(`{"Dim":%d,"Cond":%d,"Base":%s,"Blocks":%s}`, rapid.IntRange(1, 3).Draw(r, "Dim"), rapid.IntRange(0, 2).Draw(r, "Cond"),
			describe(r, reflect.TypeFor[flows.Base](), 1), describe(r, reflect.TypeFor[flows.Block](), 1))
		r.Log(text)
		checkStranger(t, forged(t, few, map[string]string{"flow": text})) // returns, whatever it asks for
		f, err := flows.Described(text, seeded(1))
		if err != nil || strings.Contains(text, "1048576") { // whose parameters no file has
			return
		}
		f.Params = &nn.Params{Rand: seeded(2), Dtype: tensor.Float64}
		if f.Compile() != nil || f.Params.Len() == 0 {
			return
		}
		built++
		require.True(t, checkStranger(t, written(t, f, nil)))
	})
	if !testing.Short() {
		require.Positive(t, built)
	}
}

// describe draws a description of a value of a type, so many values deep.
func describe(r *rapid.T, t reflect.Type, depth int) string {
	one := func(texts ...string) string { return rapid.SampledFrom(texts).Draw(r, t.String()) }
	switch t {
	case reflect.TypeFor[*rand.Rand]():
		return "true"
	case reflect.TypeFor[*ode.Tableau]():
		return one(`"rk4"`, `"tsit5"`, `"dopri5"`, `"euler"`, `{"Name":"x","B":[1],"C":[0],"A":[null]}`, `{"B":[]}`, `{"B":[1],"Dense":[]}`)
	}
	switch t.Kind() {
	case reflect.Interface:
		return describeBehind(r, t, depth)
	case reflect.Struct:
		return "{" + strings.TrimPrefix(describeFields(r, t, depth), ",") + "}"
	case reflect.Pointer:
		return describe(r, t.Elem(), depth)
	case reflect.Slice:
		items := make([]string, rapid.IntRange(0, 3).Draw(r, "length"))
		for i := range items {
			items[i] = describe(r, t.Elem(), depth+1)
		}
		return "[" + strings.Join(items, ",") + "]"
	case reflect.Bool:
		return one("true", "false")
	case reflect.Int, reflect.Int64:
		return one("0", "1", "1", "2", "3", "-1", "1048576")
	case reflect.Float64:
		return one("0", "0.1", "0.5", "1", "2", "-0", "-1", "1e-320", "1e300")
	case reflect.String:
		return one(`""`, `"tanh"`, `"concat"`, `"kinetic"`, `"gaussian"`, `"hairer"`, `"x"`)
	}
	r.Fatalf("no description of a %v", t)
	return ""
}

// describeBehind draws a description of a value that fits an interface.
func describeBehind(r *rapid.T, wanted reflect.Type, depth int) string {
	var fitting []reflect.Type
	for _, v := range flows.Library() {
		if t := reflect.TypeOf(v); t.Implements(wanted) && (depth < 4 || t.Kind() == reflect.String || t.Kind() == reflect.Struct) {
			fitting = append(fitting, t)
		}
	}
	t := rapid.SampledFrom(fitting).Draw(r, wanted.String())
	text := fmt.Sprintf(`{"type":%q`, t)
	switch t.Kind() {
	case reflect.Struct:
		return text + describeFields(r, t, depth) + "}"
	case reflect.Slice:
		return text + `,"items":` + describe(r, t, depth) + "}"
	}
	return text + `,"value":` + describe(r, t, depth) + "}"
}

// describeFields draws descriptions of some of the fields of a struct.
func describeFields(r *rapid.T, t reflect.Type, depth int) (text string) {
	for i := range t.NumField() {
		f := t.Field(i)
		required := f.Name == "Field" || f.Name == "Body"
		if f.Type == reflect.TypeFor[nn.Init]() || !required && (depth > 4 || rapid.IntRange(0, 3).Draw(r, f.Name) > 0) {
			continue
		}
		text += fmt.Sprintf(",%q:%s", f.Name, describe(r, f.Type, depth+1))
	}
	return text
}
