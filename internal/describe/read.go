package describe

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"unicode/utf8"

	"github.com/go-ffjord/ffjord/internal/quote"
)

// Read sets what into points to from a description. What is left out is zero.
//
// Whatever the text is, Read returns: it makes no value but of the types that into and Types name, calls none of their
// methods and takes memory in proportion to the text. What Write would not write is an error with the path to it; what
// into points to is then of no use.
func (c *Codec) Read(text []byte, into any) error {
	v := reflect.ValueOf(into)
	if v.Kind() != reflect.Pointer || v.IsNil() {
		return fmt.Errorf("read into %T, want a pointer", into)
	}
	if !utf8.Valid(text) {
		return errors.New("the text is not UTF-8")
	}
	var whole json.RawMessage // one value of valid JSON, with nothing behind it
	if err := json.Unmarshal(text, &whole); err != nil {
		return fmt.Errorf("the text is no JSON: %w", err)
	}
	r := reader{Codec: c, json: json.NewDecoder(bytes.NewReader(whole))}
	r.json.UseNumber()
	v.Elem().SetZero()
	return r.value(v.Elem(), 0)
}

// reader reads one description, valid JSON, token by token.
type reader struct {
	*Codec
	json   *json.Decoder
	values int
}

// value reads the next value into v, which lies inside so many others and is zero.
func (r *reader) value(v reflect.Value, depth int) error {
	token, err := r.json.Token()
	if err != nil {
		return err
	}
	return r.from(token, v, depth)
}

// from is value where the first token has been read.
func (r *reader) from(token json.Token, v reflect.Value, depth int) error {
	if r.values++; r.values > MaxValues {
		return fmt.Errorf("more than %d values", MaxValues)
	}
	if depth > MaxDepth {
		return fmt.Errorf("deeper than %d values in values", MaxDepth)
	}
	if given, ok := r.given(v.Type()); ok {
		return give(token, v, given)
	}
	switch v.Kind() {
	case reflect.Slice, reflect.Map, reflect.Pointer, reflect.Interface:
		if token == nil {
			return nil
		}
	}
	switch v.Kind() {
	case reflect.Struct:
		return r.inside('{', token, func() error { return r.fields(v, depth) })
	case reflect.Slice, reflect.Array:
		return r.inside('[', token, func() error { return r.list(v, depth) })
	case reflect.Map:
		return r.inside('{', token, func() error { return r.table(v, depth) })
	case reflect.Interface:
		return r.inside('{', token, func() error { return r.behind(v, depth) })
	case reflect.Pointer:
		return r.pointer(token, v, depth)
	}
	return plain(token, v)
}

// inside reads an object or a list, whose items read reads.
func (r *reader) inside(open json.Delim, token json.Token, read func() error) error {
	if token != open {
		return unexpected(token, kind(open))
	}
	if err := read(); err != nil {
		return err
	}
	_, err := r.json.Token() // the end of it
	return err
}

// key reads the name of an object's next member, which must not be among those that were seen.
func (r *reader) key(seen map[string]bool) (string, error) {
	token, err := r.json.Token()
	if err != nil {
		return "", err
	}
	name := token.(string)
	if seen[name] {
		return "", fmt.Errorf("%s stands in it twice", quote.Text(name))
	}
	seen[name] = true
	return name, nil
}
