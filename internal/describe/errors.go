package describe

import (
	"fmt"
	"reflect"

	"github.com/go-ffjord/ffjord/internal/quote"
)

// UnknownTypeError says that a description names a type which the reader was not given.
type UnknownTypeError struct{ Name string }

func (e *UnknownTypeError) Error() string {
	return fmt.Sprintf("the type %s is unknown; if it is one of your own, name it in types", quote.Text(e.Name))
}

// UnnamedTypeError says that a value can't be described, since its type has no name. Named is the type of pointers to it,
// or that which it points to, where that has one.
type UnnamedTypeError struct{ Type, Named reflect.Type }

func (e *UnnamedTypeError) Error() string {
	if e.Named != nil {
		return fmt.Sprintf("the type %v has no name; types names %v, want the one that is used", e.Type, e.Named)
	}
	return fmt.Sprintf("the type %v has no name; give it one in types", e.Type)
}
