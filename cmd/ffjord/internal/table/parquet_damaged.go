package table

import (
	"errors"
	"fmt"
	"io"

	"github.com/go-ffjord/ffjord/internal/guard"
)

// undamaged calls what reads a Parquet file, and panics where that has numbers in it which can't be: one flipped bit of a
// page's header is enough.
func undamaged(read func() error) error {
	err := guard.Call("the reader", read)
	if at := (*guard.PanicError)(nil); errors.As(err, &at) {
		return fmt.Errorf("the file is damaged: %v", at.Value)
	}
	return err
}

// checkParquet looks at the first and the last bytes of a file.
func checkParquet(r io.ReaderAt, size int64) error {
	const magic = "PAR1"
	var first, last [len(magic)]byte
	if _, err := r.ReadAt(first[:], 0); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if string(first[:]) != magic {
		return fmt.Errorf("no Parquet file: its first bytes are not %s", magic)
	}
	if _, err := r.ReadAt(last[:], size-int64(len(last))); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if string(last[:]) != magic || size <= int64(len(magic)) {
		return errors.New("the end of the Parquet file is missing: it was cut off, or is still being written")
	}
	return nil
}
