// Package place says where an error happened, in texts that name each package once.
package place

import (
	"fmt"
	"strings"
)

// In returns err with the place before its text, such as "flows: read". The place begins with the package's name, which
// is left out of err's text where that begins with it too, since an exported function has put it there.
func In(place string, err error) error { return &placed{place, err} }

type placed struct {
	place string
	err   error
}

func (e *placed) Error() string {
	name, _, _ := strings.Cut(e.place, ": ")
	return e.place + ": " + strings.TrimPrefix(fmt.Sprint(e.err), name+": ")
}

func (e *placed) Unwrap() error { return e.err }
