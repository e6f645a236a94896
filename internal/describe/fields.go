package describe

import (
	"fmt"
	"reflect"
	"slices"

	"github.com/go-ffjord/ffjord/internal/quote"
)

// fields writes the fields of a struct that are not zero as members of an object, and the object's end.
func (w *writer) fields(v reflect.Value, depth int) error {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		switch {
		case isZero(v.Field(i)) || slices.Contains(w.Dropped, f.Type):
			continue
		case !f.IsExported():
			return inField(f.Name, fmt.Errorf("an unexported field of %v that holds something can't be saved", v.Type()))
		}
		err := w.member(f.Name)
		if err == nil {
			err = w.value(v.Field(i), depth+1)
		}
		if err != nil {
			return inField(f.Name, err)
		}
	}
	w.put("}")
	return nil
}

// fields reads the members of an object into the fields of a struct.
func (r *reader) fields(v reflect.Value, depth int) error {
	seen := map[string]bool{}
	for r.json.More() {
		name, err := r.key(seen)
		if err != nil {
			return err
		}
		f, ok := v.Type().FieldByName(name)
		if !ok || !f.IsExported() || len(f.Index) > 1 || slices.Contains(r.Dropped, f.Type) {
			return fmt.Errorf("%v has no field %s", v.Type(), quote.Text(name))
		}
		if err := r.value(v.FieldByIndex(f.Index), depth+1); err != nil {
			return inField(name, err)
		}
	}
	return nil
}
