package data

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// shorten returns s for an error: whole up to 64 bytes, else its start and its length.
func shorten(s string) string {
	if len(s) <= 64 {
		return s
	}
	return start(s) + rest(s)
}

// quote is shorten with quotation marks around what is shown of s.
func quote(s string) string {
	if len(s) <= 64 {
		return strconv.Quote(s)
	}
	return strconv.Quote(start(s)) + rest(s)
}

// start returns some 48 bytes of s that end with a whole rune.
func start(s string) string {
	n := 48
	for n > 44 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

func rest(s string) string { return fmt.Sprintf("... (%d bytes)", len(s)) }

// quoteAll returns the names for an error, at most 20 of them.
func quoteAll(names []string) string {
	const most = 20
	var b strings.Builder
	for i, name := range names[:min(len(names), most)] {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(quote(name))
	}
	if more := len(names) - most; more > 0 {
		fmt.Fprintf(&b, " and %d more", more)
	}
	return "[" + b.String() + "]"
}
