package optim

import (
	"encoding/binary"
	"math"
)

// appendNumbers appends numbers to a message, with their count in front.
func appendNumbers(to []byte, numbers []float64) []byte {
	to = binary.LittleEndian.AppendUint64(to, uint64(len(numbers)))
	to, _ = binary.Append(to, binary.LittleEndian, numbers) // a slice of float64 has a size
	return to
}

// takeNumbers takes numbers off the front of a message, and reports whether it has them.
func takeNumbers(from []byte) (numbers []float64, rest []byte, ok bool) {
	n, from, ok := takeCount(from)
	if !ok {
		return nil, nil, false
	}
	numbers = make([]float64, n)
	size, err := binary.Decode(from, binary.LittleEndian, numbers)
	return numbers, from[size:], err == nil
}

// takeCount takes the count of what has eight bytes or more each off the front of a message.
func takeCount(from []byte) (n int, rest []byte, ok bool) {
	if len(from) < 8 {
		return 0, nil, false
	}
	count, rest := binary.LittleEndian.Uint64(from), from[8:]
	return int(count), rest, count <= uint64(len(rest)/8)
}

// addNumbers adds the numbers at the front of a message to as many others, and reports whether it has them.
func addNumbers(sum []float64, from []byte) (rest []byte, ok bool) {
	n, from, ok := takeCount(from)
	if !ok || n != len(sum) {
		return nil, false
	}
	for i := range sum {
		sum[i] += math.Float64frombits(binary.LittleEndian.Uint64(from[8*i:]))
	}
	return from[8*n:], true
}

// size returns the bytes that appendTo appends.
func (c chunks) size() int {
	n := 16
	for _, vectors := range [][][]float64{c.sums, c.notes} {
		for _, v := range vectors {
			n += 8 + 8*len(v)
		}
	}
	return n
}

// appendTo appends the chunks to a message.
func (c chunks) appendTo(to []byte) []byte {
	for _, vectors := range [][][]float64{c.sums, c.notes} {
		to = binary.LittleEndian.AppendUint64(to, uint64(len(vectors)))
		for _, v := range vectors {
			to = appendNumbers(to, v)
		}
	}
	return to
}

// addChunks adds the sums of chunks that a message has to sum, appends their notes, and reports whether they are all of
// the message and fit.
func addChunks(sum []float64, notes [][]float64, from []byte) ([][]float64, bool) {
	n, from, ok := takeCount(from)
	for i := 0; ok && i < n; i++ {
		from, ok = addNumbers(sum, from)
	}
	if ok {
		n, from, ok = takeCount(from)
	}
	for i := 0; ok && i < n; i++ {
		var v []float64
		v, from, ok = takeNumbers(from)
		notes = append(notes, v)
	}
	return notes, ok && len(from) == 0
}
