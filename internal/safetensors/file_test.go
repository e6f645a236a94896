package safetensors_test

import (
	"bytes"
	"encoding/binary"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	oracle "github.com/nlpodyssey/safetensors"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/go-ffjord/ffjord/internal/safetensors"
)

func encoded(t testing.TB, f *safetensors.File) []byte {
	b, err := f.Encode()
	require.NoError(t, err)
	return b
}

func TestRoundTrip(t *testing.T) {
	f := sample()
	b := encoded(t, f)
	got, err := safetensors.Read(iotest.OneByteReader(bytes.NewReader(b)))
	require.NoError(t, err)
	assert.Equal(t, f.Metadata, got.Metadata)
	require.Len(t, got.Tensors, len(f.Tensors))
	for _, want := range f.Tensors {
		v, ok := got.Get(want.Name)
		require.True(t, ok, want.Name)
		if want.Shape == nil {
			want.Shape = []int{}
		}
		assert.Equal(t, want, v)
	}
	_, ok := got.Get("x")
	assert.False(t, ok)
	slices.Reverse(f.Tensors)
	assert.Equal(t, string(b), string(encoded(t, f)), "the order of the tensors is the format's, not the caller's")
}

// Whatever is written, another reader of the format finds it.
func TestFileInAnotherReader(t *testing.T) {
	other, err := oracle.Deserialize(encoded(t, sample()))
	require.NoError(t, err)
	assert.Equal(t, 6, other.Len())
	v, ok := other.Tensor("seed")
	require.True(t, ok)
	assert.Equal(t, oracle.U64, v.DType())
	assert.Equal(t, []uint64{2, 1}, v.Shape())
	assert.Equal(t, uint64(math.MaxUint64), binary.LittleEndian.Uint64(v.Data()))
}

func TestRandomFiles(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		f := &safetensors.File{Metadata: rapid.MapOfN(rapid.String(), rapid.String(), 1, 3).Draw(r, "metadata")}
		for _, name := range rapid.SliceOfNDistinct(rapid.String(), 0, 4, rapid.ID).Draw(r, "names") {
			values := rapid.SliceOfN(rapid.Uint64(), 0, 5).Draw(r, "values")
			f.Tensors = append(f.Tensors, safetensors.Value{Name: name, Shape: []int{len(values)}, Data: values})
		}
		b := encoded(t, f)
		assert.Zero(r, (8+binary.LittleEndian.Uint64(b))%8, "numbers are aligned")
		got, err := safetensors.Read(bytes.NewReader(b))
		require.NoError(r, err)
		assert.Equal(r, f.Metadata, got.Metadata)
		for _, v := range f.Tensors {
			w, _ := got.Get(v.Name)
			assert.Equal(r, v, w)
		}
	})
}

func TestWhatCannotBeReadBackIsNotWritten(t *testing.T) {
	one := func(v safetensors.Value) *safetensors.File { return &safetensors.File{Tensors: []safetensors.Value{v}} }
	words := func(k, v string) *safetensors.File {
		return &safetensors.File{Metadata: map[string]string{k: v}}
	}
	twice := one(safetensors.Value{Name: "a", Data: []byte{1}})
	twice.Tensors = append(twice.Tensors, twice.Tensors[0])
	for _, c := range []struct {
		name string
		file *safetensors.File
		want string
	}{
		{"reserved name", one(safetensors.Value{Name: "__metadata__", Data: []byte{1}}), `tensor "__metadata__": the format has no such name`},
		{"name that is no text", one(safetensors.Value{Name: "\xff", Data: []byte{1}}), `tensor "\xff": the format has no such name`},
		{"twice", twice, `tensor "a": there are two of this name`},
		{"elements", one(safetensors.Value{Name: "a", Data: []string{"1"}}), `tensor "a": elements []string, want float64, float32, int64, uint64 or byte`},
		{"shape", one(safetensors.Value{Name: "a", Shape: []int{2, 2}, Data: []byte{1}}), `tensor "a": 1 numbers, want 4 for shape [2 2]`},
		{"negative shape", one(safetensors.Value{Name: "a", Shape: []int{-1, -1}, Data: []byte{1}}), `want -1 for shape [-1 -1]`},
		{"overflowing shape", one(safetensors.Value{Name: "a", Shape: []int{math.MaxInt, 3}, Data: []byte{1}}), `tensor "a": 1 numbers`},
		{"metadata that is no text", words("k", "\xff"), `metadata "k": "\xff" is not UTF-8`},
		{"checksum's name", words("ffjord-go checksum", "x"), `metadata "ffjord-go checksum": the name is the checksum's`},
		{"long header", words("k", strings.Repeat("x", 16<<20)), "the header of names and metadata: needs at least 16.8 MB, the limit is 16.8 MB"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := c.file.Encode()
			assert.ErrorContains(t, err, c.want)
			assert.Less(t, len(err.Error()), 300)
		})
	}
}

func TestSaveAndOpen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.safetensors")
	require.NoError(t, sample().Save(path))
	f, err := safetensors.Open(path)
	require.NoError(t, err)
	assert.Equal(t, sample().Metadata, f.Metadata)

	bad := &safetensors.File{Tensors: []safetensors.Value{{Name: "a"}}}
	assert.ErrorContains(t, bad.Save(path), path+`: tensor "a"`)
	_, err = safetensors.Open(path)
	assert.NoError(t, err, "the older file stays")
	_, err = safetensors.Open(path + "x")
	assert.ErrorIs(t, err, fs.ErrNotExist)
	require.NoError(t, os.WriteFile(path, raw(`{"a":{"dtype":"F8_E4M3","shape":[1],"data_offsets":[0,1]}}`), 0o600))
	_, err = safetensors.Open(path)
	assert.ErrorContains(t, err, path+`: tensor "a": elements F8_E4M3, want F64, F32, I64, U64 or U8`)
}
