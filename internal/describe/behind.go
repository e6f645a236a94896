package describe

import (
	"fmt"
	"reflect"

	"github.com/go-ffjord/ffjord/internal/quote"
)

// behind writes the value of an interface with the name of its type.
func (w *writer) behind(v reflect.Value, depth int) error {
	name, ok := w.Types.name(v.Type())
	switch {
	case !ok && v.Kind() == reflect.Func:
		return w.plain(v)
	case !ok:
		return &UnnamedTypeError{Type: v.Type(), Named: w.Types.near(v.Type())}
	case v.Kind() == reflect.Pointer && v.IsNil():
		return fmt.Errorf("a %v that is nil can't be saved", v.Type())
	case v.Kind() == reflect.Pointer:
		v = v.Elem()
	}
	w.put(`{"type":`)
	if err := w.string(name); err != nil {
		return err
	}
	if v.Kind() == reflect.Struct {
		return w.fields(v, depth)
	}
	if !isZero(v) {
		w.put(`,"` + content(v.Kind()) + `":`)
		if err := w.value(v, depth+1); err != nil {
			return err
		}
	}
	w.put("}")
	return nil
}

// behind reads a value that fits an interface from an object that starts with the name of its type.
func (r *reader) behind(v reflect.Value, depth int) error {
	t, err := r.typeFor(v.Type())
	if err != nil {
		return err
	}
	held := reflect.New(t).Elem()
	to := held
	if t.Kind() == reflect.Pointer {
		held.Set(reflect.New(t.Elem()))
		to = held.Elem()
	}
	if to.Kind() == reflect.Struct {
		err = r.fields(to, depth)
	} else {
		err = r.content(to, depth)
	}
	v.Set(held)
	return err
}

// typeFor reads the name of a type, which must fit an interface.
func (r *reader) typeFor(wanted reflect.Type) (reflect.Type, error) {
	if !r.json.More() {
		return nil, fmt.Errorf(`an empty object, want the "type" of a %v`, wanted)
	}
	key, err := r.json.Token()
	if err != nil {
		return nil, err
	}
	if key != "type" {
		return nil, fmt.Errorf(`%s stands first, want the "type" of a %v`, quote.Text(key.(string)), wanted)
	}
	token, err := r.json.Token()
	if err != nil {
		return nil, err
	}
	name, ok := token.(string)
	if !ok {
		return nil, inField("type", unexpected(token, "a text"))
	}
	t, ok := r.Types.named(name)
	switch {
	case !ok:
		return nil, &UnknownTypeError{name}
	case !t.Implements(wanted):
		return nil, fmt.Errorf("the type %s is no %v", quote.Text(name), wanted)
	}
	return t, nil
}

// content reads what stands behind the name of a type that is no struct.
func (r *reader) content(v reflect.Value, depth int) error {
	seen := map[string]bool{}
	for want := content(v.Kind()); r.json.More(); {
		name, err := r.key(seen)
		if err != nil {
			return err
		}
		if name != want {
			return fmt.Errorf("has no member %s, want %q", quote.Text(name), want)
		}
		if err := r.value(v, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// content names the member that holds a value behind an interface where it is no struct.
func content(k reflect.Kind) string {
	if k == reflect.Slice || k == reflect.Array {
		return "items"
	}
	return "value"
}
