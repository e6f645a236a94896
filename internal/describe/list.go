package describe

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// list writes a slice or an array.
func (w *writer) list(v reflect.Value, depth int) error {
	w.put("[")
	for i := range v.Len() {
		w.next('[')
		if err := w.value(v.Index(i), depth+1); err != nil {
			return inItem(i, err)
		}
	}
	w.put("]")
	return nil
}

// list reads a slice or an array.
func (r *reader) list(v reflect.Value, depth int) error {
	slice := v.Kind() == reflect.Slice
	if slice {
		v.Set(reflect.MakeSlice(v.Type(), 0, 0))
	}
	n := 0
	for ; r.json.More(); n++ {
		switch {
		case slice:
			v.Grow(1)
			v.SetLen(n + 1)
		case n == v.Len():
			return fmt.Errorf("more than %d items", n)
		}
		if err := r.value(v.Index(n), depth+1); err != nil {
			return inItem(n, err)
		}
	}
	if n != v.Len() {
		return fmt.Errorf("%d items, want %d", n, v.Len())
	}
	return nil
}

// table writes a map whose keys are texts, in their order.
func (w *writer) table(v reflect.Value, depth int) error {
	if err := textKeys(v.Type()); err != nil {
		return err
	}
	keys := v.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
	w.put("{")
	for _, k := range keys {
		err := w.member(k.String())
		if err == nil {
			err = w.value(v.MapIndex(k), depth+1)
		}
		if err != nil {
			return inKey(k.String(), err)
		}
	}
	w.put("}")
	return nil
}

// table reads a map whose keys are texts.
func (r *reader) table(v reflect.Value, depth int) error {
	t := v.Type()
	if err := textKeys(t); err != nil {
		return err
	}
	v.Set(reflect.MakeMap(t))
	seen := map[string]bool{}
	for r.json.More() {
		name, err := r.key(seen)
		if err != nil {
			return err
		}
		item := reflect.New(t.Elem()).Elem()
		if err := r.value(item, depth+1); err != nil {
			return inKey(name, err)
		}
		v.SetMapIndex(reflect.ValueOf(name).Convert(t.Key()), item)
	}
	return nil
}

func textKeys(t reflect.Type) error {
	if t.Key().Kind() != reflect.String {
		return fmt.Errorf("a %v has keys that are no text, and no description", t)
	}
	return nil
}
