package describe

import (
	"errors"
	"fmt"
	"reflect"
	"strconv"
)

// Write describes v or what it points to. Zero fields are left out. What v shares by pointers is described as often as
// it stands in v.
//
// What can't be read back is an error with the path to it: a type without a name behind an interface, functions,
// channels, unexported fields that hold something, numbers that are NaN or infinite, and what goes beyond the bounds.
func (c *Codec) Write(v any) ([]byte, error) {
	w := writer{Codec: c}
	if err := w.value(reflect.Indirect(reflect.ValueOf(v)), 0); err != nil {
		return nil, err
	}
	return w.text, nil
}

// writer holds one description in the making.
type writer struct {
	*Codec
	text   []byte
	values int
}

// value describes v, which lies inside so many others.
func (w *writer) value(v reflect.Value, depth int) error {
	if !v.IsValid() {
		return errors.New("nil, want a value")
	}
	if w.values++; w.values > MaxValues {
		return fmt.Errorf("more than %d values", MaxValues)
	}
	if depth > MaxDepth {
		return fmt.Errorf("deeper than %d values in values; a pointer may point back", MaxDepth)
	}
	if _, ok := w.given(v.Type()); ok {
		w.text = strconv.AppendBool(w.text, !v.IsZero())
		return nil
	}
	switch v.Kind() {
	case reflect.Slice, reflect.Map, reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			w.put("null")
			return nil
		}
	}
	switch v.Kind() {
	case reflect.Struct:
		w.put("{")
		return w.fields(v, depth)
	case reflect.Slice, reflect.Array:
		return w.list(v, depth)
	case reflect.Map:
		return w.table(v, depth)
	case reflect.Pointer:
		return w.pointer(v, depth)
	case reflect.Interface:
		return w.behind(v.Elem(), depth)
	}
	return w.plain(v)
}

func (w *writer) put(s string) { w.text = append(w.text, s...) }

// member writes the name of the next member of an object.
func (w *writer) member(name string) error {
	w.next('{')
	err := w.string(name)
	w.put(":")
	return err
}

// next writes a comma unless an object or a list has just been opened.
func (w *writer) next(open byte) {
	if w.text[len(w.text)-1] != open {
		w.put(",")
	}
}
