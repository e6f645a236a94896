package safetensors

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"os"

	"github.com/go-ffjord/ffjord/internal/quote"
)

// Read reads the numbers behind the header, up to the end of r, and gives those of each tensor that want reports true
// for to take, which may keep them. Where the length of r is known it is checked before any memory is taken; elsewhere
// memory grows with what r really holds, not with what the header promises. An error may come after some were taken.
func (h *Header) Read(r io.Reader, want func(t Tensor) bool, take func(t Tensor, data []byte)) error {
	length, known := lengthOf(r)
	if known {
		if err := h.checkLength(length); err != nil {
			return err
		}
	}
	for _, t := range h.Tensors {
		size := t.end - t.start
		if !want(t) {
			n, err := io.CopyN(h.sum, r, int64(size))
			if err != nil {
				return t.cut(uint64(n), err)
			}
			continue
		}
		var data bytes.Buffer
		if known && size < math.MaxInt32 {
			data.Grow(int(size) + bytes.MinRead) // ReadFrom asks for so much room at the end
		}
		n, err := data.ReadFrom(io.LimitReader(r, int64(size)))
		if err == nil && uint64(n) < size {
			err = io.EOF
		}
		if err != nil {
			return t.cut(uint64(n), err)
		}
		_, _ = h.sum.Write(data.Bytes())
		take(t, data.Bytes())
	}
	switch n, err := io.ReadFull(r, make([]byte, 1)); {
	case n > 0:
		return h.longer()
	case err != io.EOF:
		return err
	}
	return h.sum.verify()
}

// checkLength fails unless so many bytes are what the header says.
func (h *Header) checkLength(length uint64) error {
	if length > h.size {
		return h.longer()
	}
	for _, t := range h.Tensors {
		if length < t.end {
			return t.cut(length-t.start, io.EOF)
		}
	}
	return nil
}

// cut is the error of numbers that end too early.
func (t Tensor) cut(after uint64, err error) error {
	return fmt.Errorf("tensor %s: the data end after %d of its %d bytes: %w",
		quote.Text(t.Name), after, t.end-t.start, unexpected(err))
}

// longer is the error of a file that goes on behind its numbers.
func (h *Header) longer() error {
	if len(h.Tensors) == 0 {
		return fmt.Errorf("bytes follow the header, which names no tensors")
	}
	return fmt.Errorf("bytes follow the last tensor, %s", quote.Text(h.Tensors[len(h.Tensors)-1].Name))
}

// lengthOf returns how many bytes r has left, where that can be told without reading them.
func lengthOf(r io.Reader) (n uint64, known bool) {
	switch r := r.(type) {
	case *contextReader:
		return lengthOf(r.Reader)
	case interface{ Len() int }:
		return uint64(r.Len()), true
	case *os.File:
		info, err := r.Stat()
		if err != nil || !info.Mode().IsRegular() {
			return 0, false
		}
		at, err := r.Seek(0, io.SeekCurrent)
		return uint64(max(0, info.Size()-at)), err == nil
	}
	return 0, false
}
