package optim

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"sync"

	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/internal/guard"
)

// fingerprint returns that of a source's rows, empty where it has none.
func fingerprint(source data.Source) (print string, err error) {
	if f, ok := source.(data.Fingerprinter); ok {
		err = guard.Call("Source.Fingerprint", func() error { print = f.Fingerprint(); return nil })
	}
	return print, err
}

// binaryPrint returns a hash of the program that runs, empty where it can't be read.
var binaryPrint = sync.OnceValue(func() string {
	path, err := os.Executable()
	if err != nil {
		return ""
	}
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return ""
	}
	return fmt.Sprintf("%x", sum.Sum(nil))
})

// printed is the length of what prints returns.
const printed = 8

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// prints returns checksums of a batch and of the model, by which ranks notice that they were given other rows, or that
// their models have gone apart.
func (r *run) prints(batch *tensor.Dense) []byte {
	var rows uint32
	switch v := batch.Data().(type) {
	case []float32:
		rows = sumNumbers(0, v)
	case []float64:
		rows = sumNumbers(0, v)
	}
	out := binary.LittleEndian.AppendUint32(nil, rows)
	return binary.LittleEndian.AppendUint32(out, r.sumModel())
}

// sumModel returns a checksum of all numbers of the model.
func (r *run) sumModel() (sum uint32) {
	for _, p := range r.all {
		sum = sumNumbers(sumNumbers(sum, p.w32), p.w64)
	}
	return sum
}

func sumNumbers[T float](sum uint32, values []T) uint32 {
	var buffer []byte
	const piece = 1 << 14
	for from := 0; from < len(values); from += piece {
		buffer, _ = binary.Append(buffer[:0], binary.LittleEndian, values[from:min(len(values), from+piece)])
		sum = crc32.Update(sum, castagnoli, buffer)
	}
	return sum
}

// samePrints compares the checksums of a rank with those of rank 0.
func (r *run) samePrints(rank int, theirs, first []byte) error {
	switch {
	case len(theirs) < printed || len(first) < printed:
		return &RankError{rank, errors.New("its share of the batch has no checksum")}
	case string(theirs[:4]) != string(first[:4]):
		return &RankError{rank, errors.New("its batch has other rows than that of rank 0: want the same data, in the same order, on all ranks")}
	case string(theirs[4:printed]) != string(first[4:printed]):
		return &RankError{rank, errors.New("its model is no longer that of rank 0: want the same program, settings and kind of processor on all ranks")}
	}
	return nil
}
