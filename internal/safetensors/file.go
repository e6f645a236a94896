package safetensors

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"slices"
	"unicode/utf8"

	"github.com/go-ffjord/ffjord/internal/atomicfile"
	"github.com/go-ffjord/ffjord/internal/limit"
	"github.com/go-ffjord/ffjord/internal/quote"
)

// File is a whole file: tensors and metadata. Encode writes tensors of larger elements first, those of one size by
// their names, so that the same contents make the same bytes.
type File struct {
	Metadata map[string]string
	Tensors  []Value
}

// Value is a tensor with its numbers.
type Value struct {
	Name  string
	Shape []int
	Data  any // []float64, []float32, []int64, []uint64 or []byte, row-major
}

// Get returns the tensor name, and whether there is one.
func (f *File) Get(name string) (Value, bool) {
	for _, v := range f.Tensors {
		if v.Name == name {
			return v, true
		}
	}
	return Value{}, false
}

// Open reads the file path.
func Open(path string) (*File, error) {
	r, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	f, err := Read(r)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return f, nil
}

// Read reads a file from r, up to its end. Elements of other types than a Value's are an error.
func Read(r io.Reader) (*File, error) {
	h, err := ReadHeader(r)
	if err != nil {
		return nil, err
	}
	f := &File{Metadata: h.Metadata}
	for _, t := range h.Tensors {
		if decode(t.DType, nil) == nil {
			return nil, fmt.Errorf("tensor %s: elements %s, want F64, F32, I64, U64 or U8",
				quote.Text(t.Name), quote.Cut(string(t.DType)))
		}
		for _, n := range t.Shape {
			if n > math.MaxInt {
				return nil, fmt.Errorf("tensor %s: shape %s, want at most %d", quote.Text(t.Name), Shape(t.Shape), math.MaxInt)
			}
		}
	}
	all := func(Tensor) bool { return true }
	err = h.Read(r, all, func(t Tensor, data []byte) {
		v := Value{Name: t.Name, Shape: make([]int, len(t.Shape)), Data: decode(t.DType, data)}
		for i, n := range t.Shape {
			v.Shape[i] = int(n)
		}
		f.Tensors = append(f.Tensors, v)
	})
	if err != nil {
		return nil, err
	}
	return f, nil
}

// Save writes the file to path, whole or not at all; see atomicfile.Write for its errors.
func (f *File) Save(path string) error {
	b, err := f.Encode()
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return atomicfile.Write(path, b)
}

// Encode returns the bytes of the file, with a checksum. What can't be read back is an error: a name twice, text that
// is not UTF-8, a shape that does not hold the numbers, too long a header.
func (f *File) Encode() ([]byte, error) {
	tensors, err := f.sorted()
	if err != nil {
		return nil, err
	}
	header, err := f.header(tensors)
	if err != nil {
		return nil, err
	}
	size := 8 + len(header)
	for _, v := range tensors {
		size += v.count() * v.size()
	}
	out := append(binary.LittleEndian.AppendUint64(make([]byte, 0, size), uint64(len(header))), header...)
	for _, v := range tensors {
		out, err = binary.Append(out, binary.LittleEndian, v.Data)
		if err != nil {
			return nil, fmt.Errorf("tensor %s: %w", quote.Text(v.Name), err)
		}
	}
	sum := newChecksum(header)
	_, _ = sum.Write(out[8+len(header):])
	at := 8 + bytes.Index(header, member(noDigits)) + len(member(noDigits)) - len(noDigits) - 1
	copy(out[at:], fmt.Sprintf("%08x", sum.crc.Sum32()))
	return out, nil
}

// sorted returns the tensors in the order of their numbers.
func (f *File) sorted() ([]Value, error) {
	tensors := slices.SortedFunc(slices.Values(f.Tensors), func(a, b Value) int {
		return cmp.Or(cmp.Compare(b.size(), a.size()), cmp.Compare(a.Name, b.Name))
	})
	seen := map[string]bool{}
	for _, v := range tensors {
		switch {
		case v.Name == metadataKey || !utf8.ValidString(v.Name):
			return nil, fmt.Errorf("tensor %s: the format has no such name", quote.Text(v.Name))
		case seen[v.Name]:
			return nil, fmt.Errorf("tensor %s: there are two of this name", quote.Text(v.Name))
		case v.dtype() == "":
			return nil, fmt.Errorf("tensor %s: elements %T, want float64, float32, int64, uint64 or byte",
				quote.Text(v.Name), v.Data)
		case v.product() != v.count():
			return nil, fmt.Errorf("tensor %s: %d numbers, want %d for shape %v",
				quote.Text(v.Name), v.count(), v.product(), v.Shape)
		}
		seen[v.Name] = true
	}
	return tensors, nil
}

// header returns the header, with zeros for the checksum and spaces behind it that make its length a multiple of eight.
func (f *File) header(tensors []Value) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString(`{"` + metadataKey + `":{`)
	metadata := maps.Clone(f.Metadata)
	if _, taken := metadata[checksumKey]; taken {
		return nil, fmt.Errorf("metadata %q: the name is the checksum's", checksumKey)
	}
	if metadata == nil {
		metadata = map[string]string{}
	}
	metadata[checksumKey] = noDigits
	for i, k := range slices.Sorted(maps.Keys(metadata)) {
		v := metadata[k]
		if !utf8.ValidString(k) || !utf8.ValidString(v) {
			return nil, fmt.Errorf("metadata %s: %s is not UTF-8", quote.Text(k), quote.Text(v))
		}
		if i > 0 {
			b.WriteByte(',')
		}
		writeText(&b, k)
		b.WriteByte(':')
		writeText(&b, v)
	}
	b.WriteByte('}')
	at := 0
	for _, v := range tensors {
		end := at + v.count()*v.size()
		b.WriteByte(',')
		writeText(&b, v.Name)
		shape, _ := json.Marshal(append([]int{}, v.Shape...)) // of integers
		fmt.Fprintf(&b, `:{"dtype":"%s","shape":%s,"data_offsets":[%d,%d]}`, v.dtype(), shape, at, end)
		at = end
	}
	b.WriteByte('}')
	for b.Len()%8 != 0 {
		b.WriteByte(' ')
	}
	if err := limit.Check("the header of names and metadata", int64(b.Len()), MaxHeader, "bytes", ""); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// writeText writes a valid text as JSON.
func writeText(b *bytes.Buffer, s string) {
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	_ = e.Encode(s)         // of a text, into memory
	b.Truncate(b.Len() - 1) // the line's end
}
