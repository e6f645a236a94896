package safetensors_test

import (
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"maps"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/internal/safetensors"
)

// The checksum is that of the file with zeros for its digits.
func TestChecksumByItsDefinition(t *testing.T) {
	b := encoded(t, sample())
	const name = `"ffjord-go checksum":"`
	at := bytes.Index(b, []byte(name)) + len(name)
	digits := string(b[at : at+8])
	copy(b[at:], "00000000")
	assert.Equal(t, fmt.Sprintf("%08x", crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli))), digits)
}

// No changed bit goes unnoticed, but one in the checksum's own name, which makes it a file without a checksum.
func TestEveryChangedBitIsNoticed(t *testing.T) {
	b := encoded(t, sample())
	damaged, renamed := 0, 0
	for i := range 8 * len(b) {
		b[i/8] ^= 1 << (i % 8)
		f, err := safetensors.Read(bytes.NewReader(b))
		b[i/8] ^= 1 << (i % 8)
		var sum *safetensors.ChecksumError
		switch {
		case errors.As(err, &sum):
			damaged++
			assert.NotEqual(t, sum.Want, sum.Got)
		case err == nil:
			maps.DeleteFunc(f.Metadata, func(k, _ string) bool { return len(k) == len("ffjord-go checksum") })
			require.Equal(t, sample().Metadata, f.Metadata, "bit %d", i)
			renamed++
		}
	}
	assert.Greater(t, damaged, 8*60, "all bits of the numbers")
	assert.Less(t, renamed, 8*len("ffjord-go checksum"))
}

func TestChecksumIsWrittenInOneWay(t *testing.T) {
	for _, header := range []string{
		`{"__metadata__":{"ffjord-go checksum":"0000000g"}}`,
		`{"__metadata__":{"ffjord-go checksum":"0"}}`,
		`{"__metadata__":{"ffjord-go checksum": "00000000"}}`,
		`{"__metadata__":{"ffjord-go checksum":"\u00300000000"}}`,
	} {
		_, err := safetensors.Read(bytes.NewReader(raw(header)))
		assert.ErrorContains(t, err, `the metadata "ffjord-go checksum" are not the eight digits that were written`, header)
	}
	_, err := safetensors.Read(bytes.NewReader(raw(`{"__metadata__":{"ffjord-go checksum":"00000000"}}`)))
	var sum *safetensors.ChecksumError
	require.ErrorAs(t, err, &sum)
	assert.ErrorContains(t, err, `the file is damaged: its checksum is `)
}
