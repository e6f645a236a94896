package main

import (
	"fmt"
	"regexp"
	"runtime"
	"strings"
)

// shell writes a command for a reader to copy: words that a shell would not take as they are stand in quotes.
func shell(words ...string) string {
	quoted := make([]string, len(words))
	for i, word := range words {
		quoted[i] = shellWord(word, runtime.GOOS == "windows")
	}
	return strings.Join(quoted, " ")
}

var plainWord = regexp.MustCompile(`^[\pL\pN_@%+=:,./-]+$`)

// shellWord quotes a word for POSIX' shells, or for both of Windows, whose names have no quotes: of these cmd knows double
// ones alone. Control characters, which would also be the terminal's, are written as $'...' has them.
func shellWord(word string, windows bool) string {
	switch {
	case plainWord.MatchString(word), windows && plainWord.MatchString(strings.ReplaceAll(word, `\`, "/")):
		return word
	case windows:
		return `"` + word + `"`
	case !strings.ContainsFunc(word, control):
		return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
	}
	var text strings.Builder
	for _, b := range []byte(word) {
		switch {
		case b == '\'' || b == '\\':
			text.WriteByte('\\')
			text.WriteByte(b)
		case control(rune(b)):
			fmt.Fprintf(&text, `\%03o`, b)
		default:
			text.WriteByte(b)
		}
	}
	return "$'" + text.String() + "'"
}

func control(r rune) bool { return r < ' ' || r == 0x7f }

// operand is a path that no command takes for a flag.
func operand(path string) string {
	if strings.HasPrefix(path, "-") {
		return "./" + path
	}
	return path
}
