// Package quote writes into messages what came from a file or from a caller: in quotes and never longer than a line.
package quote

import (
	"strconv"
	"unicode/utf8"
)

// most is the number of bytes that a message quotes of a text.
const most = 60

// Text returns s in quotes, cut where it is long.
func Text(s string) string { return strconv.Quote(Cut(s)) }

// Cut returns s, or its first bytes and three dots. It cuts no character in two.
func Cut(s string) string {
	if len(s) <= most {
		return s
	}
	n := most
	for n > most-utf8.UTFMax && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + "..."
}
