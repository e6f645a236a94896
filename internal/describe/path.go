package describe

import (
	"strconv"

	"github.com/go-ffjord/ffjord/internal/quote"
)

// located is an error with the path to where it arose, such as Blocks[0].Field.
type located struct {
	path string
	err  error
}

func (e *located) Error() string { return e.path + ": " + e.err.Error() }

func (e *located) Unwrap() error { return e.err }

// inField returns an error, of which the rest of the path is known, with the field in front.
func inField(name string, err error) error {
	e, ok := err.(*located)
	if !ok {
		return &located{name, err}
	}
	if e.path[0] != '[' {
		name += "."
	}
	return &located{name + e.path, e.err}
}

// inItem is inField for an item of a list.
func inItem(i int, err error) error { return inField("["+strconv.Itoa(i)+"]", err) }

// inKey is inField for an item of a map.
func inKey(key string, err error) error { return inField("["+quote.Text(key)+"]", err) }
