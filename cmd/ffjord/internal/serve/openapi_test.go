package serve

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// object is one of JSON.
type object = map[string]any

// description is the OpenAPI description.
type openapi struct {
	t   *testing.T
	all object
}

func readOpenAPI(t *testing.T) openapi {
	text, err := files.ReadFile("openapi.json")
	require.NoError(t, err)
	o := openapi{t: t}
	require.NoError(t, json.Unmarshal(text, &o.all))
	return o
}

// at returns what stands under keys, references followed.
func (o openapi) at(in any, keys ...string) any {
	o.t.Helper()
	for _, key := range keys {
		in = o.follow(in).(object)[key]
	}
	return o.follow(in)
}

func (o openapi) follow(in any) any {
	o.t.Helper()
	if m, ok := in.(object); ok && m["$ref"] != nil {
		path := strings.Split(strings.TrimPrefix(m["$ref"].(string), "#/"), "/")
		out := o.at(o.all, path...)
		require.NotNil(o.t, out, "%v", m["$ref"])
		return out
	}
	return in
}

// check returns what of a value is not as a schema has it.
func (o openapi) check(schema, v any, where string) error {
	s := o.follow(schema).(object)
	if options, ok := s["oneOf"].([]any); ok {
		var errs []error
		for _, option := range options {
			if err := o.check(option, v, where); err != nil {
				errs = append(errs, err)
			}
		}
		if len(errs) != len(options)-1 {
			return fmt.Errorf("%s: %d of %d options fit: %v", where, len(options)-len(errs), len(options), errs)
		}
	}
	if kinds := s["type"]; kinds != nil && !slices.Contains(listOf(kinds), any(kindOfJSON(v, listOf(kinds)))) {
		return fmt.Errorf("%s is %v, want %v", where, v, kinds)
	}
	switch v := v.(type) {
	case object:
		return o.checkObject(s, v, where)
	case []any:
		for i, item := range v {
			if s["items"] != nil {
				if err := o.check(s["items"], item, fmt.Sprintf("%s[%d]", where, i)); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (o openapi) checkObject(s, v object, where string) error {
	properties, _ := s["properties"].(object)
	for name, value := range v {
		property, known := properties[name]
		if !known {
			property = s["additionalProperties"]
		}
		switch property := property.(type) {
		case bool:
			return fmt.Errorf("%s.%s is not described", where, name)
		case object:
			if err := o.check(property, value, where+"."+name); err != nil {
				return err
			}
		}
	}
	required, _ := s["required"].([]any)
	for _, name := range required {
		if _, ok := v[name.(string)]; !ok {
			return fmt.Errorf("%s has no %s", where, name)
		}
	}
	return nil
}

func listOf(v any) []any {
	if l, ok := v.([]any); ok {
		return l
	}
	return []any{v}
}

// kindOfJSON names the kind of a value; a whole number is an integer where one is wanted.
func kindOfJSON(v any, wanted []any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case string:
		return "string"
	case bool:
		return "boolean"
	case float64:
		if v == math.Trunc(v) && slices.Contains(wanted, any("integer")) {
			return "integer"
		}
		return "number"
	case []any:
		return "array"
	}
	return "object"
}

// Everything that is served is described but for the parts of the page, and everything that is described is served.
func TestDescriptionHasAllRoutes(t *testing.T) {
	o := readOpenAPI(t)
	s, _ := moons().start(t, Config{})
	var served, described []string
	for _, r := range s.routes() {
		if !strings.HasPrefix(r.path, "/page/") {
			served = append(served, r.method+" "+r.path)
		}
	}
	for path, operations := range o.all["paths"].(object) {
		for method := range operations.(object) {
			described = append(described, strings.ToUpper(method)+" "+path)
		}
	}
	assert.ElementsMatch(t, served, described)
}

// The examples of the description are answered, and every answer is one that it describes: status, type and schema.
func TestAnswersAreAsDescribed(t *testing.T) {
	o := readOpenAPI(t)
	_, c := moons().start(t, Config{})
	tried := 0
	try := func(method, path, kind, body, accept string) (as string) {
		t.Helper()
		place, _, _ := strings.Cut(path, "?")
		a := c.do(method, path, body, "Content-Type", kind, "Accept", accept)
		operations := o.at(o.all, "paths", place).(object)
		require.Len(t, operations, 1)
		var answer any
		for _, operation := range operations {
			answer = o.at(operation, "responses", strconv.Itoa(a.status))
		}
		require.NotNil(t, answer, "%s %s: %d is not described: %s", method, path, a.status, a.body)
		got, _, _ := strings.Cut(a.header.Get("Content-Type"), ";")
		content := o.at(answer, "content").(object)
		require.Contains(t, content, got)
		tried++
		if got != jsonType && got != problemType {
			return got
		}
		var value any
		require.NoError(t, json.Unmarshal(a.body, &value))
		assert.NoError(t, o.check(o.at(content, got, "schema"), value, path))
		return got
	}
	for path, operations := range o.all["paths"].(object) {
		for method, operation := range operations.(object) {
			method = strings.ToUpper(method)
			if method == http.MethodGet {
				try(method, path, "", "", "")
				continue
			}
			for kind, content := range o.at(operation, "requestBody", "content").(object) {
				example := o.at(content, "example")
				text, ok := example.(string)
				if !ok && example != nil {
					var value any = example
					assert.NoError(t, o.check(o.at(content, "schema"), value, "the example of "+path))
					out, err := json.Marshal(example)
					require.NoError(t, err)
					text = string(out)
				}
				for accept := range o.at(operation, "responses", "200", "content").(object) {
					got := try(method, path, kind, text, accept)
					assert.True(t, got == accept || example == nil, "%s %s of %s: %s, want %s", method, path, kind, got, accept)
				}
				try(method, path, kind, text+"{", "")
			}
			try("DELETE", path, "", "", "")
		}
	}
	try("POST", "/v1/score?top=1", csvType, "a,b\n0,1\n1,0\n", "")
	try("POST", "/v1/trajectory", jsonType, `{"rows": [[0, 1]], "frames": 1}`, "")
	try("POST", "/v1/sample", "text/html", "", "")
	assert.Greater(t, tried, 20)
}
