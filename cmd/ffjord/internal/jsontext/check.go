package jsontext

import (
	"encoding/json"
	"errors"
	"fmt"
)

// ErrEnds says that a line ends before its JSON does.
var ErrEnds = errors.New("the line ends before its JSON does")

// Check returns nil of a line of JSON, and otherwise says which byte of it is wrong, from 1, or is [ErrEnds].
func Check(line []byte) error {
	if json.Valid(line) {
		return nil
	}
	err := json.Unmarshal(line, new(json.RawMessage))
	at := (*json.SyntaxError)(nil)
	if errors.As(err, &at) && at.Offset > 0 && (at.Offset < int64(len(line)) || json.Valid(line[:at.Offset-1])) {
		return fmt.Errorf("byte %d of the line: %w", at.Offset, err)
	}
	return ErrEnds
}
