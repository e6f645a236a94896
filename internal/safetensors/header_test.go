package safetensors_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/internal/limit"
	"github.com/go-ffjord/ffjord/internal/safetensors"
)

func TestHeaderOfAnyOrder(t *testing.T) {
	text := `{` + entryB + `,"__metadata__":{},` + entryA + "}  \n"
	h, err := safetensors.ReadHeader(bytes.NewReader(raw(text)))
	require.NoError(t, err)
	assert.Empty(t, h.Metadata)
	require.Len(t, h.Tensors, 2)
	assert.Equal(t, "a", h.Tensors[0].Name, "where its numbers lie")
	assert.Equal(t, "F32 [1 2]", h.Tensors[0].String())
}

// A type that nobody has heard of is no reason to refuse the file; what is known of a size is checked.
func TestElementTypes(t *testing.T) {
	for _, c := range []struct {
		dtype string
		bytes int
		ok    bool
	}{
		{"F8_E4M3", 4, true}, {"F8_E5M2", 4, true}, {"F8_E5M2", 8, false}, {"C64", 32, true}, {"F4", 2, true}, {"F4", 4, false},
		{"F6_E2M3", 3, true}, {"BOOL", 4, true}, {"F7", 5, true}, {strings.Repeat("F", 1<<20), 5, true},
	} {
		b := raw(`{` + entry("a", c.dtype, 2, 2, 0, c.bytes) + `}`)
		_, err := safetensors.ReadHeader(bytes.NewReader(b))
		assert.Equal(t, c.ok, err == nil, "%.10s: %v", c.dtype, err)
	}
	_, err := safetensors.ReadHeader(bytes.NewReader(raw(`{` + entry("a", "F4", 1, 3, 0, 1) + `}`)))
	assert.ErrorContains(t, err, `tensor "a": 3 numbers of F4, want whole bytes`)
}

func TestWrongHeaders(t *testing.T) {
	withB := func(e string) []byte { return raw(`{`+entryA+`,`+e+`}`, 1, 2, 3, 4) }
	long := strings.Repeat("x", 1<<20)
	for _, c := range []struct {
		name string
		file []byte
		want string
	}{
		{"empty", nil, "header: 0 bytes, want 8 for its length"},
		{"cut in the length", []byte{1, 2, 3}, "header: 3 bytes, want 8 for its length"},
		{"huge header", binary.LittleEndian.AppendUint64(nil, math.MaxUint64), "header: its length: needs at least 9.22 EB, the limit is 16.8 MB; it may be no safetensors file"},
		{"longer header than file", append(binary.LittleEndian.AppendUint64(nil, 1<<20), "{}"...), "header: the file ends after 2 of its 1048576 bytes"},
		{"no header", make([]byte, 8), "header: want a JSON object"},
		{"null", raw("null"), "header: want a JSON object"},
		{"leading space", raw(" " + both), "header: want a JSON object"},
		{"no JSON", raw(`{"a":`), "header: tensor \"a\": its JSON text ends too early"},
		{"no end", raw(both[:len(both)-1]), "header: its JSON text ends too early"},
		{"two values", raw(both + `{}`), "header: something stands behind its JSON object"},
		{"no UTF-8", raw("{\"\xff\":1}"), "header: its text is not UTF-8"},
		{"metadata of numbers", raw(`{"__metadata__":{"epoch":3}}`), `header: __metadata__: "epoch": "3", want a text`},
		{"list of metadata", raw(`{"__metadata__":[]}`), `header: __metadata__: "[", want {`},
		{"tensor that is a number", raw(`{"a":3}`), `header: tensor "a": "3", want {`},
		{"shape that is a number", raw(`{"a":{"shape":3}}`), `header: tensor "a": "shape": "3", want [`},
		{"type that is a number", raw(`{"a":{"dtype":3}}`), `header: tensor "a": "dtype": "3", want a text`},

		{"duplicate", raw(`{` + entryA + `,` + entryB + `,` + entryA + `}`), `header: "a" stands in it twice`},
		{"duplicate metadata", raw(`{"__metadata__":{},"__metadata__":{},` + both[1:]), `header: "__metadata__" stands in it twice`},
		{"duplicate word", raw(`{"__metadata__":{"k":"v","k":"v"}}`), `header: __metadata__: "k" stands in it twice`},
		{"duplicate member", withB(`"b":{"dtype":"F64","dtype":"F32","shape":[2,1],"data_offsets":[8,16]}`), `header: tensor "b": "dtype" stands in it twice`},
		{"member too many", withB(`"b":{"strides":[1],"dtype":"F32","shape":[2,1],"data_offsets":[8,16]}`), `header: tensor "b": "strides": it is no member of a tensor`},
		{"member too few", withB(`"b":{"dtype":"F32","shape":[2,1]}`), `header: tensor "b": want "dtype", "shape" and "data_offsets"`},
		{"one offset", withB(`"b":{"dtype":"F32","shape":[2,1],"data_offsets":[8]}`), `header: tensor "b": "data_offsets": 1 numbers, want 2`},
		{"negative shape", withB(entry("b", "F32", -2, 1, 8, 16)), `header: tensor "b": "shape": "-2", want an integer from 0`},
		{"fractional offset", withB(`"b":{"dtype":"F32","shape":[2,1],"data_offsets":[8.0,16]}`), `header: tensor "b": "data_offsets": "8.0", want an integer`},
		{"offset as text", withB(`"b":{"dtype":"F32","shape":[2,1],"data_offsets":["8",16]}`), `header: tensor "b": "data_offsets": "8", want an integer`},
		{"overflowing offset", withB(`"b":{"dtype":"F32","shape":[2,1],"data_offsets":[8,18446744073709551632]}`), `"data_offsets": "18446744073709551632", want an integer from 0 to 18446744073709551615`},

		{"hole", raw(`{` + entryA + `,` + entry("b", "F32", 2, 1, 12, 20) + `}`), `tensor "b": a hole of 4 bytes before it`},
		{"hole in front", raw(`{` + entry("a", "F32", 1, 2, 4, 12) + `}`), `tensor "a": a hole of 4 bytes before it`},
		{"overlap", raw(`{` + entryA + `,` + entry("b", "F32", 2, 1, 4, 12) + `}`), `tensor "b": it overlaps the tensor before it by 4 bytes`},
		{"backwards", raw(`{` + entryA + `,` + entry("b", "F32", 2, 1, 8, 4) + `}`), `tensor "b": it ends at byte 4 and starts at byte 8`},
		{"short", withB(entry("b", "F32", 2, 1, 8, 12)), `tensor "b": 4 bytes, want 8 for shape [2 1] of F32`},
		{"overflow", withB(`"b":{"dtype":"F32","shape":[4611686018427387905,1],"data_offsets":[8,12]}`), `tensor "b": the size of shape [4611686018427387905 1] overflows`},
		{"beyond any file", raw(`{"a":{"dtype":"U8","shape":[9223372036854775808],"data_offsets":[0,9223372036854775808]}}`), `tensor "a": it ends at byte 9223372036854775808, want at most 9223372036854775807`},

		{"long name", raw(`{"` + long + `":3}`), `header: tensor "xxx`},
		{"long number", raw(`{"a":{"shape":[-` + strings.Repeat("1", 1<<20) + `]}}`), `want an integer`},
		{"long text", raw(`{"__metadata__":{"` + long + `":"v","` + long + `":"v"}}`), `stands in it twice`},
		{"many axes", raw(`{"a":{"dtype":"F32","shape":[` + strings.Repeat("1,", 1<<16) + `1],"data_offsets":[0,1]}}`), `tensor "a": 1 bytes, want 4 for shape [1 1 1 1 1 1 1 1 ...] of 65537 axes of F32`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := safetensors.ReadHeader(bytes.NewReader(c.file))
			require.Error(t, err)
			assert.ErrorContains(t, err, c.want)
			assert.Less(t, len(err.Error()), 300, "whatever a file says")
		})
	}
	_, err := safetensors.ReadHeader(bytes.NewReader(binary.LittleEndian.AppendUint64(nil, 1<<40)))
	var bound *limit.Error
	require.True(t, errors.As(err, &bound))
	assert.Equal(t, int64(1<<40), bound.Need)
}

func TestEveryTruncationIsAnError(t *testing.T) {
	b := encoded(t, sample())
	for n := range len(b) {
		_, err := safetensors.Read(bytes.NewReader(b[:n]))
		assert.ErrorIs(t, err, io.ErrUnexpectedEOF, "%d bytes", n)
		_, err = safetensors.Read(io.MultiReader(bytes.NewReader(b[:n])))
		assert.ErrorIs(t, err, io.ErrUnexpectedEOF, "%d bytes of a stream", n)
	}
}
