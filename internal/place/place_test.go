package place_test

import (
	"errors"
	"io"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/go-ffjord/ffjord/internal/place"
)

func TestIn(t *testing.T) {
	for _, c := range []struct{ place, text, want string }{
		{"flows: read", "unexpected EOF", "flows: read: unexpected EOF"},
		{"flows: read", "flows: Dim is 0", "flows: read: Dim is 0"},
		{"flows: read", "nn: flows: x", "flows: read: nn: flows: x"},
		{"flows: read", "flowstone: x", "flows: read: flowstone: x"},
		{"data", "data: no rows", "data: no rows"},
	} {
		assert.EqualError(t, place.In(c.place, errors.New(c.text)), c.want)
	}
	assert.EqualError(t, place.In("optim: rank 1", nil), "optim: rank 1: <nil>", "a literal without an error has a text too")
	assert.ErrorIs(t, place.In("data: npy", io.EOF), io.EOF)
}
