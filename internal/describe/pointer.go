package describe

import (
	"encoding/json"
	"fmt"
	"reflect"

	"github.com/go-ffjord/ffjord/internal/quote"
)

// pointer writes what v points to, or the name of a shared pointer.
func (w *writer) pointer(v reflect.Value, depth int) error {
	for name, shared := range w.Shared {
		if shared == v.Interface() {
			return w.string(name)
		}
	}
	return w.value(v.Elem(), depth+1)
}

// pointer reads what v is to point to, or the name of a shared pointer of its type.
func (r *reader) pointer(token json.Token, v reflect.Value, depth int) error {
	if name, ok := token.(string); ok && v.Type().Elem().Kind() == reflect.Struct {
		shared := reflect.ValueOf(r.Shared[name])
		if !shared.IsValid() || shared.Type() != v.Type() {
			return fmt.Errorf("%s names no %v", quote.Text(name), v.Type())
		}
		v.Set(shared)
		return nil
	}
	v.Set(reflect.New(v.Type().Elem()))
	return r.from(token, v.Elem(), depth+1)
}

// give sets v to the value given for its type where the description says that there was one.
func give(token json.Token, v, given reflect.Value) error {
	switch {
	case token == false:
	case token != true:
		return unexpected(token, "true or false")
	case given.IsZero():
		return fmt.Errorf("want a %v, and nil was given", v.Type())
	default:
		v.Set(given)
	}
	return nil
}
