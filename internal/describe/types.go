package describe

import (
	"errors"
	"fmt"
	"reflect"
	"unicode/utf8"
)

// Types are the types that may stand behind an interface, each under a name of its own. The zero value is empty.
type Types struct {
	byName map[string]reflect.Type
	byType map[reflect.Type]string
}

// Add names the type of a value, whatever the value is. It fails where the name or the type is there already, and for
// what can't be described: nil and functions.
func (t *Types) Add(name string, of any) error {
	typ := reflect.TypeOf(of)
	switch {
	case name == "":
		return fmt.Errorf("%v has no name", typ)
	case !utf8.ValidString(name):
		return fmt.Errorf("the name %q is not UTF-8", name)
	case typ == nil:
		return fmt.Errorf("%q names nil, want a value of the type, such as its zero", name)
	case typ.Kind() == reflect.Func:
		return fmt.Errorf("%q names %v, a function, which can't be described", name, typ)
	}
	if old, ok := t.byName[name]; ok {
		return fmt.Errorf("%q names %v and %v, want one type", name, old, typ)
	}
	if old, ok := t.byType[typ]; ok {
		return fmt.Errorf("%v has the names %q and %q, want one", typ, old, name)
	}
	if t.byName == nil {
		t.byName, t.byType = map[string]reflect.Type{}, map[reflect.Type]string{}
	}
	t.byName[name], t.byType[typ] = typ, name
	return nil
}

// AddOwn adds types under the names that they have in Go, such as "nn.MLP".
func (t *Types) AddOwn(of ...any) error {
	var errs []error
	for _, v := range of {
		errs = append(errs, t.Add(fmt.Sprintf("%T", v), v))
	}
	return errors.Join(errs...)
}

// named returns the type of that name; a nil receiver has none.
func (t *Types) named(name string) (reflect.Type, bool) {
	if t == nil {
		return nil, false
	}
	typ, ok := t.byName[name]
	return typ, ok
}

// name returns the name of a type; a nil receiver has none.
func (t *Types) name(typ reflect.Type) (string, bool) {
	if t == nil {
		return "", false
	}
	name, ok := t.byType[typ]
	return name, ok
}

// near returns the named type of pointers to a type, or that which it points to, or nil; a nil receiver has none.
func (t *Types) near(typ reflect.Type) reflect.Type {
	other := reflect.PointerTo(typ)
	if typ.Kind() == reflect.Pointer {
		other = typ.Elem()
	}
	if _, ok := t.name(other); ok {
		return other
	}
	return nil
}
