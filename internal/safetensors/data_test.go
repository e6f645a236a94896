package safetensors_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"testing/iotest"

	oracle "github.com/nlpodyssey/safetensors"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/internal/safetensors"
)

// stream hides the length of what it reads.
func stream(b []byte) io.Reader { return io.MultiReader(bytes.NewReader(b)) }

func TestWrongData(t *testing.T) {
	for _, c := range []struct {
		name string
		file []byte
		want string
	}{
		{"cut in the first tensor", raw(both, 1), `tensor "a": the data end after 4 of its 8 bytes`},
		{"cut between tensors", raw(both, 1, 2), `tensor "b": the data end after 0 of its 8 bytes`},
		{"cut in the last byte", raw(both, 1, 2, 3, 4)[:8+len(both)+15], `tensor "b": the data end after 7 of its 8 bytes`},
		{"longer", raw(both, 1, 2, 3, 4, 5), `bytes follow the last tensor, "b"`},
		{"longer than nothing", raw(`{}`, 1), `bytes follow the header, which names no tensors`},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, r := range []io.Reader{bytes.NewReader(c.file), stream(c.file), iotest.HalfReader(bytes.NewReader(c.file))} {
				_, err := safetensors.Read(r)
				assert.ErrorContains(t, err, c.want)
			}
		})
	}
}

func TestOnlyWhatIsWantedIsKept(t *testing.T) {
	r := bytes.NewReader(raw(both, 1, 2, 3, 4))
	h, err := safetensors.ReadHeader(r)
	require.NoError(t, err)
	var got []float64
	require.NoError(t, h.Read(r, func(t safetensors.Tensor) bool { return t.Name == "b" }, func(t safetensors.Tensor, data []byte) {
		at := t.DType.Floats(data)
		got = append(got, at(0), at(1))
	}))
	assert.Equal(t, []float64{3, 4}, got)
}

func TestReaderFailureIsPassedOn(t *testing.T) {
	b, broken := encoded(t, sample()), errors.New("the disk is gone")
	for _, n := range []int{0, 4, 20, len(b) - 2, len(b)} {
		_, err := safetensors.Read(io.MultiReader(bytes.NewReader(b[:n]), iotest.ErrReader(broken)))
		assert.ErrorIs(t, err, broken, "after %d bytes", n)
	}
}

// promise is the header of a file of 128 GiB.
var promise = raw(`{"a":{"dtype":"F64","shape":[1048576,16384],"data_offsets":[0,137438953472]}}`, 1, 2)

func TestPromisesTakeNoMemory(t *testing.T) {
	for _, r := range []io.Reader{bytes.NewReader(promise), stream(promise)} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := safetensors.Read(r)
		runtime.ReadMemStats(&after)
		assert.ErrorIs(t, err, io.ErrUnexpectedEOF)
		assert.ErrorContains(t, err, "the data end after 8 of its 137438953472 bytes")
		assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(1<<20), "8 bytes are there")
	}
}

func TestLengthOfAFileIsCheckedFirst(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a")
	require.NoError(t, os.WriteFile(path, promise, 0o600))
	_, err := safetensors.Open(path)
	assert.ErrorContains(t, err, "the data end after 8 of its 137438953472 bytes")
}

// A reading of a file ends with its context, piece by piece.
func TestContextEndsAReading(t *testing.T) {
	b := encoded(t, &safetensors.File{Tensors: []safetensors.Value{{Name: "a", Shape: []int{10 << 20}, Data: make([]byte, 10<<20)}}})
	ctx, cancel := context.WithCancelCause(t.Context())
	stop := errors.New("enough")
	reads := 0
	r := safetensors.WithContext(ctx, readerFunc(func(p []byte) (int, error) {
		if reads++; reads == 4 {
			cancel(stop)
		}
		n := copy(p, b)
		b = b[n:]
		return n, nil
	}))
	_, err := safetensors.Read(r)
	assert.ErrorIs(t, err, stop)
	assert.Equal(t, 4, reads)
}

type readerFunc func(p []byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// Every finite half is read as its definition says, put together here as the bits of a float32.
func TestEveryHalf(t *testing.T) {
	for b := range 1 << 16 {
		sign, exponent, fraction := uint32(b>>15), uint32(b>>10&31), uint32(b&1023)
		got := safetensors.F16.Floats(binary.LittleEndian.AppendUint16(nil, uint16(b)))(0)
		switch {
		case exponent == 31 && fraction == 0:
			assert.True(t, math.IsInf(got, 1-2*int(sign)))
		case exponent == 31:
			assert.True(t, math.IsNaN(got))
		case exponent == 0:
			assert.Equal(t, float64(fraction)/(1<<24)*(1-2*float64(sign)), got)
		default:
			assert.Equal(t, float64(math.Float32frombits(sign<<31|(exponent+127-15)<<23|fraction<<13)), got)
		}
	}
}

func TestFloats(t *testing.T) {
	at := func(t safetensors.DType, b ...byte) float64 { return t.Floats(b)(0) }
	assert.Equal(t, 3.140625, at(safetensors.BF16, 0x49, 0x40))
	assert.Equal(t, math.Ldexp(1, -133), at(safetensors.BF16, 1, 0))
	assert.Equal(t, 1., at(safetensors.F32, 0, 0, 0x80, 0x3f))
	assert.Equal(t, -2., at(safetensors.F64, 0, 0, 0, 0, 0, 0, 0, 0xc0))
	assert.Nil(t, safetensors.I64.Floats(nil))
	assert.Nil(t, safetensors.DType("F8_E4M3").Floats(nil))
}

// FuzzRead holds the reader to another one: what it takes is what that one takes, and what is written is read.
func FuzzRead(f *testing.F) {
	f.Add(raw(both, 1, 2, 3, 4))
	f.Add(raw(`{"__metadata__":{"k":"v"},`+both[1:], 1, 2, 3, float32(math.NaN())))
	f.Add(raw(`{`+entryA+`,`+entryB+`,`+entryA+`}`, 1, 2, 3, 4))
	f.Add(raw(`{"a":{"dtype":"F32","shape":[4611686018427387905,1],"data_offsets":[0,4]}}`, 1))
	f.Add(raw(`{"a":{"dtype":"F4","shape":[2],"data_offsets":[0,1]}}`))
	f.Add(binary.LittleEndian.AppendUint64(nil, math.MaxUint64))
	f.Add(encoded(f, sample()))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := safetensors.Read(bytes.NewReader(data))
		_, streamed := safetensors.Read(stream(data))
		require.Equal(t, err == nil, streamed == nil, "%v, %v", err, streamed)
		if err != nil {
			require.Less(t, len(err.Error()), 1000)
			return
		}
		other, err := oracle.Deserialize(data)
		require.NoError(t, err, "what is taken is valid for another reader")
		require.Equal(t, other.Len(), len(file.Tensors))
		b, err := file.Encode()
		require.NoError(t, err)
		again, err := oracle.Deserialize(b)
		require.NoError(t, err)
		for _, v := range file.Tensors {
			want, _ := other.Tensor(v.Name)
			got, ok := again.Tensor(v.Name)
			require.True(t, ok)
			require.Equal(t, want.DType(), got.DType())
			require.Equal(t, want.Data(), got.Data())
			require.Equal(t, append([]uint64{}, want.Shape()...), append([]uint64{}, got.Shape()...))
		}
	})
}
