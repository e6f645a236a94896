package table

import "strings"

// separators are the characters that may stand between the fields of a text where nothing says which one does.
const separators = ",;\t|"

// Separator tells by its first rows what separates the fields of a text: the character that all rows have equally often,
// outside of quoted fields, and the most often.
func Separator(text []byte) rune {
	var least [len(separators)]int
	for rows := range 20 {
		in, size := separated(text, rows > 0)
		if size == 0 {
			break
		}
		text = text[size:]
		for k, n := range in {
			if rows == 0 || n < least[k] {
				least[k] = n
			}
		}
	}
	best := 0
	for k, n := range least {
		if n > least[best] {
			best = k
		}
	}
	return rune(separators[best])
}

// separated counts the separators of the first row that is not blank, and returns where it ends: 0 where it does not and has
// to be whole.
func separated(text []byte, whole bool) (in [len(separators)]int, size int) {
	blank, begins := true, true // the row, a field
	for at := 0; at < len(text); at++ {
		b := text[at]
		if b == '"' && begins {
			at += quotedSize(text[at:]) - 1
		}
		k := strings.IndexByte(separators, b)
		switch {
		case b == '\n' && !blank:
			return in, at + 1
		case k >= 0:
			in[k]++
		}
		begins = k >= 0 || b == '\n'
		blank = blank && (b == ' ' || b == '\r' || b == '\n')
	}
	if whole || blank {
		return in, 0
	}
	return in, len(text)
}

// quotedSize returns the size of the quoted field that text begins with: up to a quote that the field can end with.
func quotedSize(text []byte) int {
	for at := 1; at < len(text); at++ {
		switch {
		case text[at] != '"':
		case at+1 == len(text) || strings.IndexByte(separators+"\r\n", text[at+1]) >= 0:
			return at + 1
		case text[at+1] == '"':
			at++
		}
	}
	return len(text)
}
