// Package jsontext walks through JSON that is known to be valid, a value at a time: rows of numbers are many values, of
// which encoding/json makes each by way of an interface, ten times slower.
package jsontext

// Elements calls f with each element of a JSON array.
func Elements(array []byte, f func(value []byte)) {
	for at := 1; ; {
		at = space(array, at)
		if array[at] == ']' {
			return
		}
		end := valueEnd(array, at)
		f(array[at:end])
		at = end
	}
}

// Members calls f with each member of a JSON object.
func Members(object []byte, f func(name, value []byte)) {
	for at := 1; ; {
		at = space(object, at)
		if object[at] == '}' {
			return
		}
		end := valueEnd(object, at)
		name := object[at:end]
		at = space(object, end)
		end = valueEnd(object, at)
		f(name, object[at:end])
		at = end
	}
}

// space returns the place of the next byte that is no space, comma or colon.
func space(text []byte, at int) int {
	for {
		switch text[at] {
		case ' ', '\t', '\n', '\r', ',', ':':
			at++
		default:
			return at
		}
	}
}

// valueEnd returns the place behind the value that begins at a place.
func valueEnd(text []byte, at int) int {
	depth := 0
	for ; at < len(text); at++ {
		switch text[at] {
		case '"':
			at = stringEnd(text, at)
			if depth == 0 {
				return at + 1
			}
		case '[', '{':
			depth++
		case ']', '}':
			if depth == 0 {
				return at // of what the value is in
			}
			if depth--; depth == 0 {
				return at + 1
			}
		case ',', ' ', '\t', '\n', '\r', ':':
			if depth == 0 {
				return at
			}
		}
	}
	return at
}

// stringEnd returns the place of the quote that ends the string which begins at a place.
func stringEnd(text []byte, at int) int {
	for at++; text[at] != '"'; at++ {
		if text[at] == '\\' {
			at++
		}
	}
	return at
}
