package tensorboard

import (
	"encoding/binary"
	"hash/crc32"
	"math"
	"time"
)

// record frames data as TFRecord does: its length in 8 bytes, a masked CRC of those, the data, a masked CRC of them, all
// little-endian.
func record(data []byte) []byte {
	b := binary.LittleEndian.AppendUint64(make([]byte, 0, len(data)+16), uint64(len(data)))
	b = binary.LittleEndian.AppendUint32(b, masked(b))
	b = append(b, data...)
	return binary.LittleEndian.AppendUint32(b, masked(data))
}

// masked is the CRC-32C (Castagnoli), rotated right by 15 bits, plus a constant: a CRC of data that hold CRCs would be
// weak.
func masked(data []byte) uint32 {
	crc := crc32.Checksum(data, crc32.MakeTable(crc32.Castagnoli))
	return (crc>>15 | crc<<17) + 0xa282ead8
}

// scalar is a point of a line.
type scalar struct {
	tag   string
	value float64
}

// The fields of the protocol buffers Event, Summary and Summary.Value, each with its wire type in the lowest three bits.
const (
	wireVarint, wire64, wireBytes, wire32 = 0, 1, 2, 5

	eventWallTime    = 1<<3 | wire64
	eventStep        = 2<<3 | wireVarint
	eventFileVersion = 3<<3 | wireBytes
	eventSummary     = 5<<3 | wireBytes
	summaryValue     = 1<<3 | wireBytes
	valueTag         = 1<<3 | wireBytes
	valueSimple      = 2<<3 | wire32
)

// version is the Event that a file begins with.
func version(at time.Time) []byte {
	return appendBytes(event(at), eventFileVersion, []byte("brain.Event:2"))
}

// summary is the Event of scalars at a step.
func summary(at time.Time, step int, scalars []scalar) []byte {
	var values []byte
	for _, s := range scalars {
		value := appendBytes(nil, valueTag, []byte(s.tag))
		value = append(value, valueSimple)
		value = binary.LittleEndian.AppendUint32(value, math.Float32bits(float32(s.value)))
		values = appendBytes(values, summaryValue, value)
	}
	b := binary.AppendUvarint(append(event(at), eventStep), uint64(step))
	return appendBytes(b, eventSummary, values)
}

// event begins an Event.
func event(at time.Time) []byte {
	seconds := float64(at.UnixNano()) / 1e9
	return binary.LittleEndian.AppendUint64([]byte{eventWallTime}, math.Float64bits(seconds))
}

func appendBytes(b []byte, field byte, data []byte) []byte {
	return append(binary.AppendUvarint(append(b, field), uint64(len(data))), data...)
}
