package safetensors

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash"
	"hash/crc32"
	"strconv"
)

// checksumKey names the checksum among the metadata: eight hexadecimal digits in lower case, the CRC-32C (Castagnoli)
// of all bytes of the file, with the digits themselves taken as zeros.
const checksumKey = "ffjord-go checksum"

const noDigits = "00000000"

// member is the checksum as it stands in a header.
func member(digits string) []byte { return []byte(`"` + checksumKey + `":"` + digits + `"`) }

// ChecksumError says that a file is damaged, or was changed by a program that does not keep its checksum.
type ChecksumError struct {
	Want uint32 // what the file says
	Got  uint32 // what its bytes give
}

func (e *ChecksumError) Error() string {
	return fmt.Sprintf("the file is damaged: its checksum is %08x, and it says %08x; where it was changed on purpose, "+
		"take %q out of its metadata", e.Got, e.Want, checksumKey)
}

// checksum adds up the bytes of a file. A nil one adds up nothing.
type checksum struct {
	crc  hash.Hash32
	want uint32
}

func newChecksum(header []byte) *checksum {
	c := &checksum{crc: crc32.New(crc32.MakeTable(crc32.Castagnoli))}
	_, _ = c.crc.Write(binary.LittleEndian.AppendUint64(nil, uint64(len(header)))) // a hash takes everything
	_, _ = c.crc.Write(header)
	return c
}

// sumOf starts the checksum of a file with the text of its header, nil where its metadata have none.
func sumOf(text []byte, metadata map[string]string) (*checksum, error) {
	digits, ok := metadata[checksumKey]
	if !ok {
		return nil, nil
	}
	want, err := strconv.ParseUint(digits, 16, 32)
	written := member(digits)
	if err != nil || fmt.Sprintf("%08x", want) != digits || !bytes.Contains(text, written) {
		return nil, fmt.Errorf("header: the metadata %q are not the eight digits that were written", checksumKey)
	}
	c := newChecksum(bytes.Replace(text, written, member(noDigits), 1))
	c.want = uint32(want)
	return c, nil
}

func (c *checksum) Write(p []byte) (int, error) {
	if c == nil {
		return len(p), nil
	}
	return c.crc.Write(p)
}

func (c *checksum) verify() error {
	if c == nil || c.crc.Sum32() == c.want {
		return nil
	}
	return &ChecksumError{Want: c.want, Got: c.crc.Sum32()}
}
