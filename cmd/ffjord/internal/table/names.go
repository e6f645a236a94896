package table

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/go-ffjord/ffjord/internal/quote"
)

// bareText returns a name or a category without what a CSV file does not tell apart: spaces around it, and how its lines end.
func bareText(text string) string { return lineFeeds(strings.TrimSpace(text)) }

// lineFeeds returns a text whose lines all end with LF.
func lineFeeds(text string) string {
	if strings.IndexByte(text, '\r') < 0 {
		return text
	}
	return strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text)
}

// checkNames says which of the names no column of a CSV file can have, or two columns have.
func checkNames(names []string) error {
	for j, name := range names {
		switch {
		case strings.Contains(name, "\x00"):
			return fmt.Errorf("a column is called %s, want a name without bytes of zero", quote.Text(name))
		case slices.Contains(names[:j], name):
			return fmt.Errorf("two columns are called %s, want each name once", quote.Text(name))
		}
	}
	return nil
}

// checkUTF8 refuses names and categories that are no Unicode: a model, and a file of most formats, can't hold them.
func checkUTF8(texts []string) error {
	for _, text := range texts {
		if !utf8.ValidString(text) {
			return fmt.Errorf("%s is no UTF-8, want a text in UTF-8 or UTF-16 (iconv -f windows-1252 -t utf-8 may make it one)", quote.Text(text))
		}
	}
	return nil
}

// list writes the first few names.
func list(names []string) string {
	const most = 12
	quoted := make([]string, 0, most)
	for _, name := range names[:min(len(names), most)] {
		quoted = append(quoted, quote.Text(name))
	}
	if more := len(names) - most; more > 0 {
		quoted = append(quoted, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(quoted, ", ")
}
