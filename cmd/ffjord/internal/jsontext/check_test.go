package jsontext_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/go-ffjord/ffjord/cmd/ffjord/internal/jsontext"
)

func TestCheck(t *testing.T) {
	assert.NoError(t, jsontext.Check([]byte(`{"a": [1, "x"]}`)))
	for _, ends := range []string{``, `{"a": 1`, `{"a": "x`, `[`} {
		assert.ErrorIs(t, jsontext.Check([]byte(ends)), jsontext.ErrEnds, ends)
	}
	for wrong, want := range map[string]string{
		`{"a": 1} {`: "byte 10 of the line: invalid character '{' after top-level value",
		`{'a': 1}`:   "byte 2 of the line: invalid character '\\'' looking for beginning of object key string",
		`{"a": 1}x`:  "byte 9 of the line: invalid character 'x' after top-level value",
	} {
		assert.EqualError(t, jsontext.Check([]byte(wrong)), want)
	}
}
