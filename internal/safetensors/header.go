package safetensors

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"math/bits"
	"slices"

	"github.com/go-ffjord/ffjord/internal/limit"
	"github.com/go-ffjord/ffjord/internal/quote"
)

// MaxHeader bounds a header, in bytes. The format allows 100 MB; no description of a model comes near this bound, and
// what is decoded of a header may take ten times its length.
const MaxHeader = 16 << 20

// Header is what a file says of itself in front of its numbers. It is consistent within itself: no name twice, no hole
// and no overlap, every length that of its shape and type.
type Header struct {
	Metadata map[string]string // without the checksum; nil where there are none
	Tensors  []Tensor          // in the order of their numbers

	size uint64 // of all numbers, in bytes
	sum  *checksum
}

// Tensor is an entry of a header.
type Tensor struct {
	Name       string
	DType      DType
	Shape      []uint64
	start, end uint64 // of its numbers, in bytes behind the header
}

// String describes the tensor as "F32 [2 3]".
func (t Tensor) String() string {
	return fmt.Sprintf("%s %s", quote.Cut(string(t.DType)), Shape(t.Shape))
}

// Shape writes the lengths of a tensor's axes into a message, the first few of them.
func Shape(shape []uint64) string {
	const most = 8
	if len(shape) <= most {
		return fmt.Sprint(shape)
	}
	s := fmt.Sprint(shape[:most])
	return fmt.Sprintf("%s ...] of %d axes", s[:len(s)-1], len(shape))
}

// ReadHeader reads the header of a file and leaves r at the first byte of the numbers.
func ReadHeader(r io.Reader) (*Header, error) {
	text, err := readText(r)
	if err != nil {
		return nil, fmt.Errorf("header: %w", err)
	}
	h, err := parse(text)
	if err != nil {
		return nil, fmt.Errorf("header: %w", err)
	}
	if h.sum, err = sumOf(text, h.Metadata); err != nil {
		return nil, err
	}
	if delete(h.Metadata, checksumKey); len(h.Metadata) == 0 {
		h.Metadata = nil
	}
	slices.SortFunc(h.Tensors, func(a, b Tensor) int {
		return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(a.end, b.end), cmp.Compare(a.Name, b.Name))
	})
	for _, t := range h.Tensors {
		if err := h.place(t); err != nil {
			return nil, fmt.Errorf("tensor %s: %w", quote.Text(t.Name), err)
		}
	}
	return h, nil
}

// readText reads the length of the header and its JSON text.
func readText(r io.Reader) ([]byte, error) {
	var length [8]byte
	if n, err := io.ReadFull(r, length[:]); err != nil {
		return nil, fmt.Errorf("%d bytes, want 8 for its length: %w", n, unexpected(err))
	}
	n := binary.LittleEndian.Uint64(length[:])
	if err := limit.Check("its length", int64(min(n, math.MaxInt64)), MaxHeader, "bytes", ""); err != nil {
		return nil, fmt.Errorf("%w; it may be no safetensors file (torch.save writes another format than save_file)", err)
	}
	text, err := io.ReadAll(io.LimitReader(r, int64(n)))
	switch {
	case err != nil:
		return nil, err
	case uint64(len(text)) < n:
		return nil, fmt.Errorf("the file ends after %d of its %d bytes: %w", len(text), n, io.ErrUnexpectedEOF)
	case n == 0 || text[0] != '{':
		return nil, errors.New("want a JSON object")
	}
	return text, nil
}

// place appends a tensor to the numbers described so far: it must start where they end and be as long as its shape and
// type say, where the type is known.
func (h *Header) place(t Tensor) error {
	switch {
	case t.start > h.size:
		return fmt.Errorf("a hole of %d bytes before it", t.start-h.size)
	case t.start < h.size:
		return fmt.Errorf("it overlaps the tensor before it by %d bytes", h.size-t.start)
	case t.end < t.start:
		return fmt.Errorf("it ends at byte %d and starts at byte %d", t.end, t.start)
	case t.end > math.MaxInt64:
		return fmt.Errorf("it ends at byte %d, want at most %d", t.end, int64(math.MaxInt64))
	}
	h.size = t.end
	size, known := t.DType.bits()
	if !known {
		return nil
	}
	count, over := uint64(1), uint64(0)
	for _, n := range t.Shape {
		if over, count = bits.Mul64(count, n); over != 0 {
			break
		}
	}
	high, low := bits.Mul64(count, size)
	if over != 0 || high >= 8 {
		return fmt.Errorf("the size of shape %s overflows", Shape(t.Shape))
	}
	want, rest := bits.Div64(high, low, 8)
	switch got := t.end - t.start; {
	case rest != 0:
		return fmt.Errorf("%d numbers of %s, want whole bytes", count, t.DType)
	case got != want:
		return fmt.Errorf("%d bytes, want %d for shape %s of %s", got, want, Shape(t.Shape), t.DType)
	}
	return nil
}

// unexpected makes the end of a file that stands in the wrong place io.ErrUnexpectedEOF.
func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
