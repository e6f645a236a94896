package table

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"os"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// plain opens the bytes of the file, uncompressed, and tells how they are written.
func (f File) plain() (r *bufio.Reader, as layout, closing io.Closer, err error) {
	var raw io.ReadCloser
	as, compressed := formatOf(f.Path)
	unnamed := f.Path == "-" || !named(f.Path)
	if f.Path == "-" {
		raw = io.NopCloser(f.Stdin)
	} else if raw, err = os.Open(f.Path); err != nil {
		return nil, "", nil, err
	}
	if file, ok := raw.(*os.File); ok {
		if info, err := file.Stat(); err == nil && info.IsDir() {
			_ = raw.Close()
			return nil, "", nil, errors.New("a directory, want a file of rows")
		}
	}
	r = bufio.NewReaderSize(raw, 1<<16)
	if unnamed && compressed == "" {
		compressed = sniff(r, map[string]string{"\x1f\x8b": ".gz", "\x28\xb5\x2f\xfd": ".zst"}, "")
	}
	closing = raw
	switch compressed {
	case ".gz":
		unzipped, err := gzip.NewReader(r)
		if err != nil {
			_ = raw.Close() // it was read alone
			return nil, "", nil, err
		}
		r = bufio.NewReaderSize(unzipped, 1<<16)
	case ".zst":
		unzipped, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(1<<30))
		if err != nil {
			_ = raw.Close()
			return nil, "", nil, err
		}
		r, closing = bufio.NewReaderSize(unzipped, 1<<16), both{unzipped, raw}
	}
	if unnamed {
		as = sniff(r, map[string]layout{"\x93NUMPY": npy, "PK\x03\x04": npz, "PAR1": parquet, "\xef\xbb\xbf{": jsonLines,
			"\xff\xfe{\x00": jsonLines, "\xfe\xff\x00{": jsonLines}, text)
		if as == text && afterSpace(r) == '{' {
			as = jsonLines
		}
	}
	return r, as, closing, nil
}

// both closes a decoder and what it reads.
type both struct {
	decoder *zstd.Decoder
	io.Closer
}

func (b both) Close() error {
	b.decoder.Close()
	return b.Closer.Close()
}

// sniff tells by the first bytes which of the kinds r is.
func sniff[T any](r *bufio.Reader, kinds map[string]T, otherwise T) T {
	for n := 1; ; n++ {
		got, err := r.Peek(n)
		begun := false
		for magic, kind := range kinds {
			if string(got) == magic {
				return kind
			}
			begun = begun || len(magic) > n && strings.HasPrefix(magic, string(got))
		}
		if err != nil || !begun { // and no more is read: that may have to be waited for
			return otherwise
		}
	}
}

// afterSpace returns the first byte that is no space, nor the end of a line that is empty; 0 where many are.
func afterSpace(r *bufio.Reader) byte {
	const most = 1 << 12
	for n := 1; n <= most; n++ {
		got, err := r.Peek(n)
		if err != nil {
			return 0
		}
		if b := got[n-1]; strings.IndexByte(" \t\r\n", b) < 0 {
			return b
		}
	}
	return 0
}

// utf8Lines makes of a text one in UTF-8 without a byte order mark, whose lines end with LF.
func utf8Lines(r *bufio.Reader) *bufio.Reader {
	mark := sniff(r, map[string]string{"\xff\xfe": "16", "\xfe\xff": "16", "\xef\xbb\xbf": "8"}, "")
	switch mark {
	case "8":
		_, _ = r.Discard(3) // they are there
	case "16":
		r = bufio.NewReaderSize(transform.NewReader(r, unicode.BOMOverride(unicode.UTF8.NewDecoder())), 1<<16)
	}
	first, _ := r.Peek(r.Buffered()) // and no more: that may have to be waited for
	if bytes.IndexByte(first, '\r') >= 0 && bytes.IndexByte(first, '\n') < 0 {
		return bufio.NewReaderSize(&returns{r}, 1<<16)
	}
	return r
}

// returns reads CR, by which lines end in texts that have no LF, as LF.
type returns struct{ r io.Reader }

func (l *returns) Read(p []byte) (int, error) {
	n, err := l.r.Read(p)
	copy(p, bytes.ReplaceAll(p[:n], []byte{'\r'}, []byte{'\n'}))
	return n, err
}
