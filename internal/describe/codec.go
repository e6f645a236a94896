package describe

import "reflect"

// The bounds of a description, for reading and writing alike.
const (
	MaxInt    = 1 << 53 // integers are at most this far from 0, as JSON has them everywhere
	MaxDepth  = 100     // of values in values
	MaxValues = 1 << 20 // in one description: objects, lists, numbers, texts and truth values
)

// Codec says how values are described, where it takes more than their fields. The zero Codec knows no type by name.
type Codec struct {
	Types *Types // what may stand behind an interface; nil is nothing

	// Shared are pointers to structs that many values have in common, by name: they are described by it and read as that
	// very pointer. Other pointers of their types are described by what they point to.
	Shared map[string]any
	// Given are values that no description can hold, by type, such as sources of random numbers. Where the described
	// value has one that is not nil, the description says true, and it is read as the value given here.
	Given map[reflect.Type]any
	// Dropped are types of fields that are left out, and so are zero when read.
	Dropped []reflect.Type
}

// given returns the value that stands for all of type t.
func (c *Codec) given(t reflect.Type) (reflect.Value, bool) {
	v, ok := c.Given[t]
	if !ok {
		return reflect.Value{}, false
	}
	if v == nil {
		return reflect.Zero(t), true
	}
	return reflect.ValueOf(v), true
}
