package table

import "bytes"

// cutter finds where rows end in a text, as package data reads them: a quote opens a field only at its start, and a
// line that ends inside of one goes on.
type cutter struct{ comma byte }

// cut returns where the first so many rows of text end, how many whole rows that are, and their lines. The last line of
// a text that has ended may have no end.
func (c cutter) cut(text []byte, most int, ended bool) (end, rows, lines int) {
	for rows < most && end < len(text) {
		size, held := c.row(text[end:], ended)
		if size == 0 {
			break
		}
		if !empty(text[end : end+size]) {
			rows++
		}
		end, lines = end+size, lines+held
	}
	return end, rows, lines
}

// row returns the size of the row that text begins with, its end included, and its lines; 0 if it is not whole.
func (c cutter) row(text []byte, ended bool) (size, lines int) {
	inside := false
	for {
		n := bytes.IndexByte(text[size:], '\n')
		switch {
		case n < 0 && !ended:
			return 0, 0
		case n < 0:
			return len(text), lines + 1
		}
		line := text[size : size+n]
		size, lines = size+n+1, lines+1
		if inside || bytes.IndexByte(line, '"') >= 0 {
			inside = c.inside(line, inside)
		}
		if !inside {
			return size, lines
		}
	}
}

// inside reports whether a line ends inside a quoted field, one that begins inside of one or not.
func (c cutter) inside(line []byte, inside bool) bool {
	for {
		if !inside {
			if len(line) == 0 {
				return false
			}
			if line[0] != '"' {
				next := bytes.IndexByte(line, c.comma)
				if next < 0 {
					return false
				}
				line = line[next+1:]
				continue
			}
			line = line[1:]
		}
		quote := bytes.IndexByte(line, '"')
		if quote < 0 {
			return true
		}
		line, inside = line[quote+1:], true
		switch {
		case len(line) == 0 || line[0] == '\r' && len(line) == 1:
			return false
		case line[0] == c.comma:
			line, inside = line[1:], false
			if len(line) == 0 {
				return false
			}
		case line[0] == '"':
			line = line[1:]
		}
	}
}

func empty(line []byte) bool {
	return line[0] == '\n' || line[0] == '\r' && (len(line) == 1 || line[1] == '\n')
}
