package safetensors_test

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/go-ffjord/ffjord/internal/safetensors"
)

// raw puts a file together as it stands in the format's description.
func raw(header string, data ...float32) []byte {
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	b = append(b, header...)
	for _, v := range data {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
	}
	return b
}

func entry(name, dtype string, rows, cols, from, to int) string {
	return fmt.Sprintf(`%q:{"dtype":%q,"shape":[%d,%d],"data_offsets":[%d,%d]}`, name, dtype, rows, cols, from, to)
}

var (
	entryA = entry("a", "F32", 1, 2, 0, 8)
	entryB = entry("b", "F32", 2, 1, 8, 16)
	both   = `{` + entryA + `,` + entryB + `}`
)

// sample has a tensor of each type.
func sample() *safetensors.File {
	return &safetensors.File{
		Metadata: map[string]string{"by": "<test>", "ä": "\n\"\\\u2028"},
		Tensors: []safetensors.Value{
			{Name: "bytes", Shape: []int{3}, Data: []byte{1, 2, 255}},
			{Name: "w", Shape: []int{2, 3}, Data: []float32{1, -2, 3, float32(math.Copysign(0, -1)), 5, math.MaxFloat32}},
			{Name: "z", Shape: nil, Data: []float64{math.SmallestNonzeroFloat64}},
			{Name: "step", Shape: []int{1}, Data: []int64{math.MinInt64}},
			{Name: "seed", Shape: []int{2, 1}, Data: []uint64{math.MaxUint64, 7}},
			{Name: "none", Shape: []int{0, 4}, Data: []float64{}},
		},
	}
}
