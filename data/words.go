package data

import (
	"fmt"
	"strings"

	"github.com/go-ffjord/ffjord/internal/quote"
)

// quoteAll returns the names for an error, at most 20 of them.
func quoteAll(names []string) string {
	const most = 20
	var b strings.Builder
	for i, name := range names[:min(len(names), most)] {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(quote.Text(name))
	}
	if more := len(names) - most; more > 0 {
		fmt.Fprintf(&b, " and %d more", more)
	}
	return "[" + b.String() + "]"
}
