package quote_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"

	"github.com/go-ffjord/ffjord/internal/quote"
)

func TestText(t *testing.T) {
	long := strings.Repeat("x", 60)
	for _, c := range []struct{ name, text, want string }{
		{"empty", "", `""`},
		{"short", "a\nb", `"a\nb"`},
		{"as long as may be", long, `"` + long + `"`},
		{"longer", long + "y", `"` + long + `..."`},
		{"a character at the cut", long[1:] + "äb", `"` + long[1:] + `..."`},
		{"no text at all", strings.Repeat("\x80", 1<<20), `"` + strings.Repeat(`\x80`, 56) + `..."`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := quote.Text(c.text)
			assert.Equal(t, c.want, got)
			assert.True(t, utf8.ValidString(got))
		})
	}
}
