package data

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"unicode/utf16"
	"unicode/utf8"
)

// checkText refuses what is no text by its first bytes, and says what it is.
func checkText(r *bufio.Reader) error {
	for _, kind := range []struct{ magic, cause string }{
		{"PK\x03\x04", "a zip archive and no text: export a workbook as CSV, take files out of an archive"},
		{"\x1f\x8b", "compressed by gzip: read through a gzip.Reader"},
		{"\x93NUMPY", "a .npy file: use ReadNPY"},
		{"PAR1", "a Parquet file and no text"},
	} {
		if got, _ := r.Peek(len(kind.magic)); string(got) == kind.magic {
			return errors.New(kind.cause)
		}
	}
	return nil
}

// decoded returns the text in UTF-8 and without its byte order mark, which says if it was in UTF-16.
func decoded(r *bufio.Reader) io.Reader {
	for _, kind := range []struct {
		mark  string
		order binary.ByteOrder
	}{{"\ufeff", nil}, {"\xff\xfe", binary.LittleEndian}, {"\xfe\xff", binary.BigEndian}} {
		if got, _ := r.Peek(len(kind.mark)); string(got) != kind.mark {
			continue
		}
		_, _ = r.Discard(len(kind.mark)) // they are there
		if kind.order != nil {
			return &utf16Text{r: r, order: kind.order}
		}
	}
	return r
}

// utf16Text reads UTF-16 as UTF-8. Half a surrogate pair becomes U+FFFD.
type utf16Text struct {
	r     *bufio.Reader
	order binary.ByteOrder
	ready []byte // decoded and not yet read
	high  rune   // a surrogate that waits for its other half
}

func (u *utf16Text) Read(p []byte) (int, error) {
	for len(u.ready) == 0 || len(u.ready) < len(p) && u.r.Buffered() > 1 {
		var unit [2]byte
		if _, err := io.ReadFull(u.r, unit[:]); err != nil {
			return 0, err // after half a unit io.ErrUnexpectedEOF
		}
		c, high := rune(u.order.Uint16(unit[:])), u.high
		u.high = 0
		if high != 0 {
			if pair := utf16.DecodeRune(high, c); pair != utf8.RuneError {
				u.ready = utf8.AppendRune(u.ready, pair)
				continue
			}
			u.ready = utf8.AppendRune(u.ready, utf8.RuneError)
		}
		if 0xd800 <= c && c < 0xdc00 {
			u.high = c
			continue
		}
		u.ready = utf8.AppendRune(u.ready, c)
	}
	n := copy(p, u.ready)
	u.ready = u.ready[:copy(u.ready, u.ready[n:])]
	return n, nil
}

// newlines reads CRLF and CR as LF.
type newlines struct {
	r       io.Reader
	afterCR bool // the last byte was a CR
}

func (l *newlines) Read(p []byte) (int, error) {
	for {
		n, err := l.r.Read(p)
		if !l.afterCR && bytes.IndexByte(p[:n], '\r') < 0 {
			return n, err
		}
		if n = l.replace(p[:n]); n > 0 || err != nil {
			return n, err
		}
	}
}

// replace does so in place and returns how many bytes are left.
func (l *newlines) replace(p []byte) int {
	kept := 0
	for _, b := range p {
		ended := l.afterCR
		l.afterCR = b == '\r'
		if l.afterCR {
			b = '\n'
		} else if ended && b == '\n' {
			continue
		}
		p[kept] = b
		kept++
	}
	return kept
}
