package optim

import "encoding/binary"

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

// take takes chunks from a message, and reports whether they are all of it.
func (c *chunks) take(from []byte) bool {
	for _, vectors := range []*[][]float64{&c.sums, &c.notes} {
		n, rest, ok := takeCount(from)
		if !ok {
			return false
		}
		from = rest
		for range n {
			var v []float64
			if v, from, ok = takeNumbers(from); !ok {
				return false
			}
			*vectors = append(*vectors, v)
		}
	}
	return len(from) == 0
}
