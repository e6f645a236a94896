package nn_test

import (
	"bytes"
	"errors"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/nn"
)

// What a caller can do about a wrong tensor depends on what is wrong with it.
func TestKindsOfWrongTensors(t *testing.T) {
	read := func(b []byte) error {
		_, err := pair(t, tensor.Float32).Read(bytes.NewReader(b))
		return err
	}
	imported := func(b []byte) error { return pair(t, tensor.Float32).ImportFrom(bytes.NewReader(b), nil) }
	params := func(b []byte) error { _, _, err := nn.ReadParams(bytes.NewReader(b)); return err }
	built := func(b []byte) error {
		p, _, err := nn.ReadParams(bytes.NewReader(b))
		require.NoError(t, err)
		_, err = graph.Build(tensor.Float32, 1, func(g *graph.Graph) { nn.NewScope(g, p, "", nil).Param("b", nil, 1, 2) })
		return err
	}
	withB := func(entry string, data ...float32) []byte { return file(`{`+entryA+`,`+entry+`}`, data...) }
	nan := float32(math.NaN())
	for _, c := range []struct {
		name   string
		err    error
		tensor string
		kind   error
	}{
		{"missing", read(file(`{`+entryA+`}`, 1, 2)), "b", nn.ErrMissing},
		{"foreign", read(file(`{`+entryA+`,`+entryB+`,`+tensorEntry("c", "F32", 1, 1, 16, 20)+`}`, 1, 2, 3, 4, 5)), "c", nn.ErrForeign},
		{"shape", read(withB(tensorEntry("b", "F32", 1, 2, 8, 16), 1, 2, 3, 4)), "b", nn.ErrShape},
		{"elements", read(withB(tensorEntry("b", "I32", 2, 1, 8, 16), 1, 2, 3, 4)), "b", nn.ErrElements},
		{"not finite", read(withB(entryB, 1, 2, 3, nan)), "b", nn.ErrNotFinite},
		{"import of what is missing", imported(file(`{`+entryA+`}`, 1, 2)), "b", nn.ErrMissing},
		{"import of integers", imported(withB(tensorEntry("b", "I32", 2, 1, 8, 16), 1, 2, 3, 4)), "b", nn.ErrElements},
		{"import of a shape", imported(withB(tensorEntry("b", "F32", 1, 2, 8, 16), 1, 2, 3, 4)), "b", nn.ErrShape},
		{"parameters of integers", params(withB(tensorEntry("b", "I32", 2, 1, 8, 16), 1, 2, 3, 4)), "b", nn.ErrElements},
		{"parameters without rows", params(withB(tensorEntry("b", "F32", 0, 1, 8, 8), 1, 2)), "b", nn.ErrShape},
		{"layer of another shape", built(withB(entryB, 1, 2, 3, 4)), "b", nn.ErrShape},
		{"layer of another name", built(file(`{`+entryA+`}`, 1, 2)), "b", nn.ErrMissing},
	} {
		t.Run(c.name, func(t *testing.T) {
			var wrong *nn.TensorError
			require.ErrorAs(t, c.err, &wrong)
			assert.Equal(t, c.tensor, wrong.Tensor)
			assert.ErrorIs(t, c.err, c.kind)
		})
	}
}

// Names, types and shapes are looked at before any number: half a gigabyte of a tensor that nobody wants is refused at
// once, in every way to read parameters.
func TestNamesComeBeforeNumbers(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sparse.safetensors")
	header := file(`{` + tensorEntry("a", "F32", 1, 2, 0, 8) + `,` + tensorEntry("foreign", "F32", 1<<13, 1<<14, 8, 8+1<<29) + `}`)
	require.NoError(t, os.WriteFile(path, header, 0o600))
	require.NoError(t, os.Truncate(path, int64(len(header))+8+1<<29))
	for _, c := range []struct {
		name string
		load func() error
		kind error
	}{
		{"Load", func() error { _, err := pair(t, tensor.Float32).Load(path); return err }, nn.ErrMissing},
		{"Import", func() error { return pair(t, tensor.Float32).Import(path, nil) }, nn.ErrMissing},
		{"ReadParamsFor", func() error {
			f, err := os.Open(path)
			require.NoError(t, err)
			defer f.Close()
			_, err = nn.ReadParamsFor(f, func(p *nn.Params, _ map[string]string) error {
				ask(t, p, want{"a", 1, 2, nil})
				return nil
			})
			return err
		}, nn.ErrForeign},
	} {
		t.Run(c.name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			err := c.load()
			runtime.ReadMemStats(&after)
			assert.ErrorIs(t, err, c.kind)
			assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(1<<20))
		})
	}
}

// Names out of a file are quoted in part.
func TestLongNamesMakeShortErrors(t *testing.T) {
	long := strings.Repeat("x", 1<<20)
	entry := tensorEntry(long, "F32", 1, 1, 0, 4)
	for name, err := range map[string]error{
		"Read": func() error {
			_, err := pair(t, tensor.Float32).Read(bytes.NewReader(file(`{`+entry+`}`, 1)))
			return err
		}(),
		"ReadParams": func() error {
			_, _, err := nn.ReadParams(bytes.NewReader(file(`{`+entry+`}`, float32(math.NaN()))))
			return err
		}(),
		"ImportFrom": pair(t, tensor.Float32).ImportFrom(bytes.NewReader(file(`{`+entry+`}`, 1)), func(string) nn.Source { return nn.Source{Tensor: long} }),
		"elements": func() error {
			_, err := pair(t, tensor.Float32).Read(bytes.NewReader(file(`{`+tensorEntry("a", long, 1, 2, 0, 8)+`,`+entryB+`}`, 1, 2, 3, 4)))
			return err
		}(),
	} {
		require.Error(t, err, name)
		assert.Less(t, len(err.Error()), 300, name)
	}
}

func TestDamagedFileIsNotLoaded(t *testing.T) {
	b := written(t, pair(t, tensor.Float32)).Bytes()
	b[len(b)-1] ^= 1 // of the last number
	p := pair(t, tensor.Float32)
	before := bits(p)
	_, err := p.Read(bytes.NewReader(b))
	var damaged *nn.DamagedError
	assert.True(t, errors.As(err, &damaged), "%v", err)
	assert.ErrorAs(t, p.ImportFrom(bytes.NewReader(b), nil), &damaged)
	_, _, err = nn.ReadParams(bytes.NewReader(b))
	assert.ErrorAs(t, err, &damaged)
	assert.Equal(t, before, bits(p), "nothing changed")
}

func TestHugeHeaderIsALimit(t *testing.T) {
	_, _, err := nn.ReadParams(bytes.NewReader([]byte{0, 0, 0, 0, 1, 0, 0, 0}))
	var limit *nn.LimitError
	require.ErrorAs(t, err, &limit)
	assert.EqualValues(t, 1<<32, limit.Need)
}
