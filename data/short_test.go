package data

import (
	"math"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"
)

// TestShortIsStrconv compares the short road of numbers with strconv's, bit for bit.
func TestShortIsStrconv(t *testing.T) {
	same := func(t assert.TestingT, text string) bool {
		v, ok := short([]byte(text))
		if !ok {
			return false
		}
		want, err := strconv.ParseFloat(text, 64)
		assert.NoError(t, err, text)
		return assert.Equal(t, math.Float64bits(want), math.Float64bits(v), text)
	}
	for _, text := range []string{"0", "-0", "0.1", "-12.50", ".5", "5.", "9007199254740992", "0.00000000000001", "007.25"} {
		assert.True(t, same(t, text), text)
	}
	for _, text := range []string{"", "-", ".", "-.", "1e5", "+1", "1.2.3", "1,5", "9007199254740993", "12345678901234567", "0x1", "1_0"} {
		assert.False(t, same(t, text), text)
	}
	rapid.Check(t, func(t *rapid.T) { same(t, rapid.StringMatching(`-?[0-9]{0,9}\.?[0-9]{0,8}`).Draw(t, "number")) })
}
