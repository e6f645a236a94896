package describe

import (
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/go-ffjord/ffjord/internal/quote"
)

// unexpected says what stands where something else should.
func unexpected(token json.Token, want string) error {
	return fmt.Errorf("%s, want %s", kind(token), want)
}

// kind returns in words what a value that starts with token is.
func kind(token json.Token) string {
	switch token := token.(type) {
	case json.Delim:
		if token == '[' {
			return "a list"
		}
		return "an object"
	case string:
		return "the text " + quote.Text(token)
	case json.Number:
		return "the number " + quote.Cut(token.String())
	case bool:
		return strconv.FormatBool(token)
	}
	return "null"
}
