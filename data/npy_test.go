package data_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
	"pgregory.net/rapid"

	"github.com/go-ffjord/ffjord/data"
)

// npy is a .npy file of version 1.0 as NumPy lays it out, of numbers in order.
func npy(order binary.ByteOrder, dict string, numbers any) []byte {
	var file bytes.Buffer
	file.WriteString("\x93NUMPY\x01\x00")
	dict += strings.Repeat(" ", 63-(10+len(dict))%64) + "\n"
	_ = binary.Write(&file, binary.LittleEndian, uint16(len(dict)))
	file.WriteString(dict)
	_ = binary.Write(&file, order, numbers)
	return file.Bytes()
}

func dict(descr, order, shape string) string {
	return fmt.Sprintf("{'descr': '%s', 'fortran_order': %s, 'shape': %s, }", descr, order, shape)
}

func TestReadNPY(t *testing.T) {
	le, be := binary.LittleEndian, binary.BigEndian
	wide := func(version byte) []byte { // versions 2 and 3 have four bytes of length
		file := npy(le, dict("<f8", "False", "(1, 2)"), []float64{1, 2})
		return append([]byte{0x93, 'N', 'U', 'M', 'P', 'Y', version, 0, file[8], file[9], 0, 0}, file[10:]...)
	}
	for _, test := range []struct {
		name  string
		file  []byte
		shape tensor.Shape
		want  any
	}{
		{"float64", npy(le, dict("<f8", "False", "(2, 3)"), []float64{1, 2, 3, 4, 5, 6.5}), tensor.Shape{2, 3}, []float64{1, 2, 3, 4, 5, 6.5}},
		{"float32", npy(le, dict("<f4", "False", "(2, 1)"), []float32{1, 0.1}), tensor.Shape{2, 1}, []float32{1, 0.1}},
		{"big endian", npy(be, dict(">f8", "False", "(1, 2)"), []float64{1, -2}), tensor.Shape{1, 2}, []float64{1, -2}},
		{"big endian float32", npy(be, dict(">f4", "False", "(1, 2)"), []float32{1, -2}), tensor.Shape{1, 2}, []float32{1, -2}},
		{"Fortran order", npy(le, dict("<f8", "True", "(2, 3)"), []float64{1, 4, 2, 5, 3, 6}), tensor.Shape{2, 3}, []float64{1, 2, 3, 4, 5, 6}},
		{"vector", npy(le, dict("<f8", "False", "(3,)"), []float64{1, 2, 3}), tensor.Shape{3, 1}, []float64{1, 2, 3}},
		{"int8", npy(le, dict("|i1", "False", "(1, 2)"), []int8{-1, 127}), tensor.Shape{1, 2}, []float64{-1, 127}},
		{"uint8", npy(le, dict("|u1", "False", "(1, 2)"), []uint8{1, 255}), tensor.Shape{1, 2}, []float64{1, 255}},
		{"int16", npy(le, dict("<i2", "False", "(1, 2)"), []int16{-300, 300}), tensor.Shape{1, 2}, []float64{-300, 300}},
		{"int32", npy(be, dict(">i4", "False", "(1, 2)"), []int32{-1 << 31, 1}), tensor.Shape{1, 2}, []float64{-1 << 31, 1}},
		{"int64", npy(le, dict("<i8", "False", "(1, 2)"), []int64{-1 << 53, 7}), tensor.Shape{1, 2}, []float64{-1 << 53, 7}},
		{"uint64", npy(le, dict("<u8", "False", "(1, 1)"), []uint64{1 << 63}), tensor.Shape{1, 1}, []float64{1 << 63}},
		{"other order of keys", npy(le, "{ 'shape':(1,2) ,'fortran_order':False,'descr':'<f8'}", []float64{1, 2}), tensor.Shape{1, 2}, []float64{1, 2}},
		{"Python 2", npy(le, dict("<f8", "False", "(2L, 1L)"), []float64{1, 2}), tensor.Shape{2, 1}, []float64{1, 2}},
		{"Python 2, one axis", npy(le, dict("<f8", "False", "(2L,)"), []float64{1, 2}), tensor.Shape{2, 1}, []float64{1, 2}},
		{"double quotes", npy(le, `{"descr": "<f8", "fortran_order": False, 'shape': (1, 2)}`, []float64{1, 2}), tensor.Shape{1, 2}, []float64{1, 2}},
		{"version 2", wide(2), tensor.Shape{1, 2}, []float64{1, 2}},
		{"version 3", wide(3), tensor.Shape{1, 2}, []float64{1, 2}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := data.ReadNPY(bytes.NewReader(test.file))
			require.NoError(t, err)
			assert.Equal(t, test.shape, got.Shape())
			assert.Equal(t, test.want, got.Data())
		})
	}
}

// What gorgonia's tensors write comes back bit by bit.
func TestReadNPYOfTensors(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows, dim := rapid.IntRange(1, 300).Draw(t, "rows"), rapid.IntRange(1, 5).Draw(t, "dim")
		x := counted[float64](rows, dim)
		if rapid.Bool().Draw(t, "narrow") {
			x = counted[float32](rows, dim)
		}
		var file bytes.Buffer
		require.NoError(t, x.WriteNpy(&file))
		got, err := data.ReadNPY(&file)
		require.NoError(t, err)
		assert.Equal(t, x.Shape(), got.Shape())
		assert.Equal(t, x.Data(), got.Data())
	})
}

func TestReadNPYRefuses(t *testing.T) {
	le := binary.LittleEndian
	good := npy(le, dict("<f8", "False", "(2, 2)"), []float64{1, 2, 3, 4})
	for _, test := range []struct {
		name string
		file []byte
		want string
	}{
		{"empty", nil, "data: npy: no .npy file: its first bytes are not those of the format"},
		{"text", []byte("a,b\n1,2\n"), "data: npy: no .npy file"},
		{"version", []byte("\x93NUMPY\x04\x00xxxx"), "data: npy: version 4.0, want 1 to 3"},
		{"cut in the length", good[:9], "data: npy: header: unexpected EOF"},
		{"cut in the header", good[:40], "data: npy: header: unexpected EOF"},
		{"cut in the numbers", good[:len(good)-1], "unexpected EOF: the shape (2, 2) takes 32 bytes, there are 31"},
		{"no numbers", good[:len(good)-32], "the shape (2, 2) takes 32 bytes, there are 0"},
		{"more numbers", append(bytes.Clone(good), 0), "data: npy: more bytes than the 32 of the shape (2, 2)"},
		{"header of 4 GB", []byte("\x93NUMPY\x02\x00\xff\xff\xff\xff"), "header of 4294967295 bytes"},
		{"huge shape", npy(le, dict("<f8", "False", "(1000000000000, 8)"), []float64{1}), "takes 64000000000000 bytes, there are 8"},
		{"overflowing shape", npy(le, dict("<f8", "False", "(4611686018427387904, 4)"), []float64{1}), "larger than any memory"},
		{"endless number", npy(le, dict("<f8", "False", "(99999999999999999999, 1)"), []float64{1}), "shape (99999999999999999999, 1) is larger than any memory"},
		{"no rows", npy(le, dict("<f8", "False", "(0, 4)"), []float64{}), "data: npy: shape (0, 4) is empty"},
		{"negative", npy(le, dict("<f8", "False", "(-1, 4)"), []float64{}), "no dictionary"},
		{"scalar", npy(le, dict("<f8", "False", "()"), []float64{1}), "data: npy: shape (), want (rows, dim) or (rows)"},
		{"3-D", npy(le, dict("<f8", "False", "(1, 1, 1)"), []float64{1}), "data: npy: shape (1, 1, 1), want (rows, dim) or (rows)"},
		{"complex", npy(le, dict("<c8", "False", "(1, 1)"), []float64{1}), "numbers of type \"<c8\", want float32, float64 or integers"},
		{"float16", npy(le, dict("<f2", "False", "(1, 1)"), []uint16{1}), "numbers of type \"<f2\", want float32, float64 or integers"},
		{"objects", npy(le, dict("|O", "False", "(1, 1)"), []float64{1}), "numbers of type \"|O\""},
		{"structure", npy(le, "{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (1,), }", []float64{1}), "a structured array, whose rows have named fields: save the numbers alone"},
		{"no order", npy(le, "{'descr': '<f8', 'shape': (1, 1), }", []float64{1}), "want descr, fortran_order and shape"},
		{"bad order", npy(le, dict("<f8", "'no'", "(1, 1)"), []float64{1}), `fortran_order "no", want True or False`},
		{"shape twice", npy(le, "{'descr': '<f8', 'shape': (1, 1), 'shape': (1, 1), }", []float64{1}), "shape occurs twice"},
		{"code", npy(le, "{'descr': '<f8', 'fortran_order': False, 'shape': (1, f(2)), }", []float64{1}), "no dictionary"},
		{"misplaced L", npy(le, dict("<f8", "False", "(L, 2)"), []float64{1}), `shape "(L, 2)", want (rows, dim) or (rows)`},
		{"mixed quotes", npy(le, `{'descr": '<f8', 'fortran_order': False, 'shape': (1, 2)}`, []float64{1}), "no dictionary"},
		{"NaN", npy(le, dict("<f8", "False", "(2, 2)"), []float64{1, 2, math.NaN(), 4}), "data: row 1, column 0 is NaN, want finite numbers"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := data.ReadNPY(bytes.NewReader(test.file))
			assert.ErrorContains(t, err, test.want)
		})
	}
}

// Whatever a header holds, an error's text stays short.
func TestNPYErrorsAreShort(t *testing.T) {
	le, long := binary.LittleEndian, strings.Repeat("9", 60000)
	for _, d := range []string{
		dict(long, "False", "(1, 1)"), dict("<f8", "'"+long+"'", "(1, 1)"), dict("<f8", "False", "("+long+",)"),
		dict("<f8", "False", "(1,"+strings.Repeat("1,", 30000)+")"), long, "{'" + long + "': True, '" + long + "': True}",
	} {
		_, err := data.ReadNPY(bytes.NewReader(npy(le, d, []float64{1})))
		require.Error(t, err)
		assert.Less(t, len(err.Error()), 300)
	}
}

// A small archive may hold an array of gigabytes.
func TestNPZIsBounded(t *testing.T) {
	zeros := npy(binary.LittleEndian, dict("|u1", "False", "(1000, 1000)"), make([]uint8, 1e6))
	archive := npz(t, zip.Deflate, "x.npy", zeros)
	require.Less(t, len(archive), 10_000)
	z, err := data.NewNPZ(bytes.NewReader(archive), int64(len(archive)))
	require.NoError(t, err)
	_, err = z.Read("x")
	require.NoError(t, err)
	z.MaxBytes = 7_999_999
	_, err = z.Read("x")
	assert.EqualError(t, err, `data: npz: array "x": its numbers: needs at least 8 MB, the limit is 8 MB; raise it by NPZ.MaxBytes`)
	var passed *data.LimitError
	require.ErrorAs(t, err, &passed)
	assert.EqualValues(t, 8_000_000, passed.Need)
	rows, err := z.Rows("x")
	require.NoError(t, err, "one row at a time is as small as ever")
	require.NoError(t, rows.ReadRow(make([]float64, 1000)))
	z.MaxBytes = 8_000_000
	_, err = z.Read("x")
	require.NoError(t, err)

	z.MaxBytes = 0
	huge := npz(t, zip.Deflate, "x.npy", npy(binary.LittleEndian, dict("<f4", "False", "(300000000, 1)"), []float32{}))
	z, err = data.NewNPZ(bytes.NewReader(huge), int64(len(huge)))
	require.NoError(t, err)
	_, err = z.Read("x")
	assert.ErrorContains(t, err, "needs at least 1.2 GB, the limit is 1.07 GB")
}

func TestNPYRows(t *testing.T) {
	le := binary.LittleEndian
	file := npy(le, dict("<f4", "False", "(2, 3)"), []float32{1, 2, 3, 4, 5, 6})
	read := func(file []byte) (values []float64, err error) {
		r, err := data.NewNPYRows(bytes.NewReader(file))
		if err != nil {
			return nil, err
		}
		row := make([]float64, r.Dim())
		for {
			if err := r.ReadRow(row); err != nil {
				return values, err
			}
			values = append(values, row...)
		}
	}
	values, err := read(file)
	assert.Equal(t, io.EOF, err)
	assert.Equal(t, []float64{1, 2, 3, 4, 5, 6}, values)

	values, err = read(file[:len(file)-3])
	assert.ErrorIs(t, err, io.ErrUnexpectedEOF)
	assert.ErrorContains(t, err, "takes 24 bytes, there are 21")
	assert.Len(t, values, 3)
	_, err = read(append(bytes.Clone(file), 1))
	assert.ErrorContains(t, err, "more bytes than the 24")
	_, err = read(npy(le, dict("<f8", "True", "(2, 2)"), []float64{1, 2, 3, 4}))
	assert.ErrorContains(t, err, "Fortran order")
	_, err = read(npy(le, dict("<f8", "False", "(1, 999999999999)"), []float64{1}))
	assert.ErrorContains(t, err, "data: npy: one row: needs at least 8 TB, the limit is 134 MB")
	_, err = read(npy(le, dict("<f8", "False", "(1, 2)"), []float64{1, math.Inf(1)}))
	assert.EqualError(t, err, "data: npy: row 0, column 1 is +Inf, want finite numbers")
}

func TestOpenNPY(t *testing.T) {
	name := filepath.Join(t.TempDir(), "x.npy")
	_, err := data.OpenNPY(name)()
	assert.ErrorIs(t, err, os.ErrNotExist)
	require.NoError(t, os.WriteFile(name, []byte("nothing"), 0o600))
	_, err = data.OpenNPY(name)()
	assert.ErrorContains(t, err, name)
	require.NoError(t, os.WriteFile(name, npy(binary.LittleEndian, dict("<f8", "False", "(5, 1)"), []float64{1, 2, 3, 4, 5}), 0o600))
	s, err := data.NewStream(data.OpenNPY(name), data.StreamOptions{Batch: 2})
	require.NoError(t, err)
	assert.Equal(t, [][]float64{{1, 2}, {3, 4}, {5}}, streamed(t, s))
}

// npz is an archive of the files by name.
func npz(t testing.TB, method uint16, files ...any) []byte {
	var archive bytes.Buffer
	w := zip.NewWriter(&archive)
	for i := 0; i < len(files); i += 2 {
		f, err := w.CreateHeader(&zip.FileHeader{Name: files[i].(string), Method: method})
		require.NoError(t, err)
		_, err = f.Write(files[i+1].([]byte))
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return archive.Bytes()
}

func TestNPZ(t *testing.T) {
	le := binary.LittleEndian
	x := npy(le, dict("<f8", "False", "(2, 1)"), []float64{1, 2})
	y := npy(le, dict("<f4", "False", "(1, 2)"), []float32{3, 4})
	for _, method := range []uint16{zip.Store, zip.Deflate} {
		file := npz(t, method, "x.npy", x, "train/y.npy", y, "notes.txt", []byte("?"), "two.npy", x, "two.npy", y, "bad.npy", x[:len(x)-1])
		z, err := data.NewNPZ(bytes.NewReader(file), int64(len(file)))
		require.NoError(t, err)
		assert.Equal(t, []string{"bad", "train/y", "two", "two", "x"}, z.Names())
		got, err := z.Read("x")
		require.NoError(t, err)
		assert.Equal(t, []float64{1, 2}, got.Data())
		got, err = z.Read("train/y")
		require.NoError(t, err)
		assert.Equal(t, []float32{3, 4}, got.Data())
		s, err := data.NewStream(func() (data.RowReader, error) { return z.Rows("x") }, data.StreamOptions{})
		require.NoError(t, err)
		assert.Equal(t, [][]float64{{1, 2}}, streamed(t, s))

		_, err = z.Read("z")
		assert.EqualError(t, err, `data: npz: no array "z" among ["bad" "train/y" "two" "two" "x"]`)
		_, err = z.Read("two")
		assert.EqualError(t, err, `data: npz: more than one array is called "two"`)
		_, err = z.Read("bad")
		assert.ErrorContains(t, err, `data: npz: array "bad"`)
	}
	_, err := data.NewNPZ(bytes.NewReader(x), int64(len(x)))
	assert.ErrorIs(t, err, zip.ErrFormat)

	// A flipped bit in the numbers is caught by the checksum.
	file := npz(t, zip.Store, "x.npy", x)
	file[bytes.Index(file, x)+len(x)-1] ^= 1
	z, err := data.NewNPZ(bytes.NewReader(file), int64(len(file)))
	require.NoError(t, err)
	_, err = z.Read("x")
	assert.ErrorIs(t, err, zip.ErrChecksum)
}

// testdata/numpy.npz is written by numpy.savez_compressed of NumPy 2.4.6 from x = (1 + arange(6).reshape(3, 2))/8 and
// its variants.
func TestNPZOfNumPy(t *testing.T) {
	file, err := os.ReadFile("testdata/numpy.npz")
	require.NoError(t, err)
	z, err := data.NewNPZ(bytes.NewReader(file), int64(len(file)))
	require.NoError(t, err)
	x := []float64{0.125, 0.25, 0.375, 0.5, 0.625, 0.75}
	for _, test := range []struct {
		name  string
		shape tensor.Shape
		want  any
	}{
		{"c", tensor.Shape{3, 2}, x},
		{"fortran", tensor.Shape{3, 2}, x},
		{"big", tensor.Shape{3, 2}, x},
		{"narrow", tensor.Shape{3, 2}, []float32{0.125, 0.25, 0.375, 0.5, 0.625, 0.75}},
		{"vector", tensor.Shape{3, 1}, []float64{0.125, 0.375, 0.625}},
		{"counts", tensor.Shape{3, 2}, []float64{1, 2, 3, 4, 5, 6}},
	} {
		got, err := z.Read(test.name)
		require.NoError(t, err, test.name)
		assert.Equal(t, test.shape, got.Shape(), test.name)
		assert.Equal(t, test.want, got.Data(), test.name)
	}
}

// Whatever the bytes, reading ends, and what it takes is a table; reading by rows takes and gives the same.
func FuzzNPY(f *testing.F) {
	le := binary.LittleEndian
	good := npy(le, dict("<f8", "False", "(2, 2)"), []float64{1, 2, 3, 4})
	f.Add(good)
	f.Add(good[:50])
	f.Add(npy(le, dict("<f4", "True", "(1, 3)"), []float32{1, 2, 3}))
	f.Add(npy(le, dict("|u1", "False", "(3,)"), []uint8{1, 2, 3}))
	f.Add(npy(le, dict("<f8", "False", "(1000000000000, 8)"), []float64{1}))
	f.Fuzz(func(t *testing.T, file []byte) {
		x, err := data.ReadNPY(bytes.NewReader(file))
		if err == nil {
			_, err := data.NewBatches(x, 1, nil)
			require.NoError(t, err)
		}
		s, streamErr := data.NewStream(func() (data.RowReader, error) {
			return data.NewNPYRows(bytes.NewReader(file))
		}, data.StreamOptions{Batch: 1 << 20})
		if streamErr == nil {
			require.NoError(t, err)
			require.Equal(t, x.Shape()[0], s.Rows())
		}
	})
}

func FuzzNPZ(f *testing.F) {
	x := npy(binary.LittleEndian, dict("<f8", "False", "(2, 1)"), []float64{1, 2})
	f.Add(npz(f, zip.Store, "x.npy", x))
	f.Add(npz(f, zip.Deflate, "x.npy", x, "y.npy", x[:20]))
	f.Fuzz(func(t *testing.T, file []byte) {
		z, err := data.NewNPZ(bytes.NewReader(file), int64(len(file)))
		if err != nil {
			return
		}
		for _, name := range z.Names() {
			if x, err := z.Read(name); err == nil {
				_, err = data.NewBatches(x, 1, nil)
				require.NoError(t, err)
			}
		}
	})
}

func ExampleReadNPY() {
	var file bytes.Buffer
	if err := tensor.New(tensor.WithShape(2, 2), tensor.WithBacking([]float32{1, 2, 3, 4})).WriteNpy(&file); err != nil {
		fmt.Println(err)
		return
	}
	x, err := data.ReadNPY(&file)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(x.Shape(), x.Dtype(), x.Data())
	// Output: (2, 2) float32 [1 2 3 4]
}
