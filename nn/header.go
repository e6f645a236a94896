package nn

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"math/bits"
	"slices"

	"github.com/nlpodyssey/safetensors"
)

// maxHeader bounds the header of a file of weights, in bytes. The format allows 100 MB; no description of a model comes
// near this bound, and what is decoded of a header may take ten times its length.
const maxHeader = 16 << 20

// header is what a safetensors file says of itself in front of its data: the names, types, shapes and places of its
// tensors and the caller's metadata. It is consistent within itself: no name twice, no hole and no overlap, every
// length that of its shape and type.
type header struct {
	metadata map[string]string
	tensors  []safetensors.NamedTensorInfo // in the order of their data
	size     uint64                        // of the data, in bytes
}

// readHeader reads the header of a safetensors file and leaves r at the first byte of the data.
//
// The library decodes the entries; what it lets pass or refuses without a name is checked here.
func readHeader(r io.Reader) (*header, error) {
	text, err := readHeaderText(r)
	if err != nil {
		return nil, err
	}
	var decoded safetensors.Metadata
	if err := json.Unmarshal(text, &decoded); err != nil {
		return nil, fmt.Errorf("header: %w", err)
	}
	if err := uniqueKeys(json.NewDecoder(bytes.NewReader(text)), ""); err != nil {
		return nil, fmt.Errorf("header: %w", err)
	}
	h := &header{metadata: decoded.Metadata()}
	for name, info := range decoded.Tensors() {
		h.tensors = append(h.tensors, safetensors.NamedTensorInfo{Name: name, TensorInfo: *info})
	}
	slices.SortFunc(h.tensors, func(a, b safetensors.NamedTensorInfo) int {
		return cmp.Or(slices.Compare(a.TensorInfo.DataOffsets[:], b.TensorInfo.DataOffsets[:]), cmp.Compare(a.Name, b.Name))
	})
	for _, t := range h.tensors {
		if err := h.place(t.TensorInfo); err != nil {
			return nil, fmt.Errorf("tensor %q: %w", t.Name, err)
		}
	}
	return h, nil
}

// readHeaderText reads the length of the header and its JSON text.
func readHeaderText(r io.Reader) ([]byte, error) {
	var length [8]byte
	if n, err := io.ReadFull(r, length[:]); err != nil {
		return nil, fmt.Errorf("header: %d bytes, want 8 for its length: %w", n, unexpected(err))
	}
	n := binary.LittleEndian.Uint64(length[:])
	if n > maxHeader {
		return nil, fmt.Errorf("header: %d bytes, want at most %d; it may be no safetensors file (torch.save writes another format than save_file)", n, maxHeader)
	}
	text, err := io.ReadAll(io.LimitReader(r, int64(n)))
	switch {
	case err != nil:
		return nil, fmt.Errorf("header: %w", err)
	case uint64(len(text)) < n:
		return nil, fmt.Errorf("header: the file ends after %d of its %d bytes: %w", len(text), n, io.ErrUnexpectedEOF)
	case n == 0 || text[0] != '{':
		return nil, fmt.Errorf("header: want a JSON object")
	}
	return text, nil
}

// uniqueKeys reads one JSON value and fails where an object in it has a key twice; inside is the key of the value.
func uniqueKeys(d *json.Decoder, inside string) error {
	t, err := d.Token()
	if err != nil {
		return err
	}
	open, ok := t.(json.Delim)
	if !ok {
		return nil
	}
	seen := map[string]bool{}
	for d.More() {
		key := inside
		if open == '{' {
			t, err := d.Token()
			if err != nil {
				return err
			}
			key = t.(string)
			switch {
			case seen[key] && inside == "":
				return fmt.Errorf("%q stands in it twice", key)
			case seen[key]:
				return fmt.Errorf("%q: key %q stands in it twice", inside, key)
			}
			seen[key] = true
		}
		if err := uniqueKeys(d, key); err != nil {
			return err
		}
	}
	_, err = d.Token()
	return err
}

// place appends a tensor to the data described so far: it must start where they end and be as long as its shape and
// type say.
func (h *header) place(t safetensors.TensorInfo) error {
	length := t.DType.Size()
	for _, n := range t.Shape {
		var over uint64
		if over, length = bits.Mul64(length, n); over != 0 {
			return fmt.Errorf("the size of shape %v overflows", t.Shape)
		}
	}
	from, to := t.DataOffsets[0], t.DataOffsets[1]
	switch {
	case from > h.size:
		return fmt.Errorf("a hole of %d bytes before it", from-h.size)
	case from < h.size:
		return fmt.Errorf("it overlaps the tensor before it by %d bytes", h.size-from)
	case to < from:
		return fmt.Errorf("it ends at byte %d and starts at byte %d", to, from)
	case to > math.MaxInt64:
		return fmt.Errorf("it ends at byte %d, want at most %d", to, int64(math.MaxInt64))
	case to-from != length:
		return fmt.Errorf("%d bytes, want %d for shape %v of %v", to-from, length, t.Shape, t.DType)
	}
	h.size = to
	return nil
}

// unexpected makes the end of a file that stands in the wrong place io.ErrUnexpectedEOF.
func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
