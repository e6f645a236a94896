package serve

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"reflect"

	"github.com/go-ffjord/ffjord/internal/quote"
)

// decode reads a body of one JSON object into v, which must know all of its members.
func decode(body io.Reader, v any) error {
	d := json.NewDecoder(body)
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return badJSON(err)
	}
	switch _, err := d.Token(); {
	case err == io.EOF:
		return nil
	case errors.As(err, new(*json.SyntaxError)), err == nil:
		return badRequest("bad_json", "the body goes on behind its JSON object").wanting("one object")
	default:
		return badJSON(err)
	}
}

// badJSON says what is wrong with a body. An error of reading it stays what it is.
func badJSON(err error) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return badRequest("bad_json", "byte %d of the body: %v", syntax.Offset, err)
	case errors.As(err, &kind) && kind.Field == "":
		return badRequest("bad_json", "the body is of JSON's type %s", quote.Cut(kind.Value)).wanting("an object")
	case errors.As(err, &kind):
		return badRequest("bad_json", "%s is %s", quote.Text(kind.Field), quote.Cut(kind.Value)).wanting("%s", kindOf(kind.Type))
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return badRequest("bad_json", "the body ends before its JSON object does")
	case asProblem(err).Status < 500:
		return err
	}
	return badRequest("bad_json", "%s", quote.Cut(err.Error()))
}

// kindOf says what JSON calls a type of Go's.
func kindOf(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Slice:
		return "an array"
	case reflect.Int, reflect.Uint64:
		return "a whole number"
	case reflect.Bool:
		return "true or false"
	}
	return "a " + t.String()
}

// listing are rows as they stand in a body, an array of rows. A row is an array in the order of the columns, or an object
// by their names.
type listing json.RawMessage

func (t *listing) UnmarshalJSON(text []byte) error { return (*json.RawMessage)(t).UnmarshalJSON(text) }

// missing reports whether there are none.
func (t listing) missing() bool { return len(t) == 0 || string(t) == "null" }

// single reports whether the listing is one row and not an array of rows.
func (t listing) single() bool {
	if t[0] != '[' {
		return true
	}
	first := bytes.TrimLeft(t[1:], " \t\r\n")[0]
	return first != '[' && first != '{'
}
