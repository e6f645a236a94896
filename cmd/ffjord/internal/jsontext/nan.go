package jsontext

import "bytes"

// WithoutNaN returns a text with null for NaN outside of strings: NaN is no JSON, and what Python writes.
func WithoutNaN(text []byte) []byte {
	const nan, null = "NaN", "null"
	if !bytes.Contains(text, []byte(nan)) {
		return text
	}
	out := make([]byte, 0, len(text)+8)
	inside := false
	for i := 0; i < len(text); i++ {
		switch b := text[i]; {
		case inside && b == '\\' && i+1 < len(text):
			out = append(out, b)
			i++
		case b == '"':
			inside = !inside
		case !inside && bytes.HasPrefix(text[i:], []byte(nan)):
			out = append(out, null...)
			i += len(nan) - 1
			continue
		}
		out = append(out, text[i])
	}
	return out
}
