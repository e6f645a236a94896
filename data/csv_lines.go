package data

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"unicode/utf8"

	"github.com/go-ffjord/ffjord/internal/limit"
)

// csvLines cuts a text into rows and these into fields (RFC 4180). A quote in the middle of a field is a part of it;
// one in the middle of a quoted field as well, and that field is remembered as stray.
type csvLines struct {
	text   *bufio.Reader
	comma  []byte
	most   int      // bytes of a row
	fields [][]byte // of the row at hand, good until the next
	line   int      // the row's first, from 1
	last   int      // and its last
	strays []int    // fields with a quote in the wrong place, in their order
	buf    []byte   // a line that is longer than text's buffer
	whole  []byte   // the quoted fields' text
}

func newCSVLines(text *bufio.Reader, comma rune, most int) (*csvLines, error) {
	if comma == 0 {
		comma = ','
	}
	if comma == '"' || comma == '\r' || comma == '\n' || !utf8.ValidRune(comma) || comma == utf8.RuneError {
		return nil, fmt.Errorf("comma %q, want a character that is no quote and no end of a line", comma)
	}
	if most < 0 {
		return nil, fmt.Errorf("rows of %d bytes, want 0 or more", most)
	}
	decoded := bufio.NewReaderSize(&newlines{r: decoded(text)}, 1<<16)
	return &csvLines{text: decoded, comma: utf8.AppendRune(nil, comma), most: cmp.Or(most, 64<<20)}, nil
}

// stray reports whether field j has a quote in the wrong place.
func (c *csvLines) stray(j int) bool {
	_, found := slices.BinarySearch(c.strays, j)
	return found
}

// next goes to the next row that is not empty. After the last it returns io.EOF.
func (c *csvLines) next() error {
	line, err := c.readLine(0)
	for err == nil && len(line) == 0 {
		line, err = c.readLine(0)
	}
	if err != nil {
		return err
	}
	c.line, c.fields, c.strays = c.last, c.fields[:0], c.strays[:0]
	if bytes.IndexByte(line, '"') >= 0 {
		return c.cutQuoted(line)
	}
	for {
		i := bytes.Index(line, c.comma)
		if i < 0 {
			c.fields = append(c.fields, line)
			return nil
		}
		c.fields, line = append(c.fields, line[:i]), line[i+len(c.comma):]
	}
}

// cutQuoted cuts a line that has quotes, and the lines after it that its fields go on in.
func (c *csvLines) cutQuoted(line []byte) error {
	c.whole = c.whole[:0]
	var ends []int
	for more := true; more; {
		var err error
		if len(line) > 0 && line[0] == '"' {
			line, err = c.quoted(line[1:], len(ends))
		} else {
			i := bytes.Index(line, c.comma)
			if i < 0 {
				i = len(line)
			}
			c.whole, line = append(c.whole, line[:i]...), line[i:]
		}
		if err != nil {
			return err
		}
		ends = append(ends, len(c.whole))
		line, more = bytes.CutPrefix(line, c.comma)
	}
	from := 0
	for _, end := range ends {
		c.fields = append(c.fields, c.whole[from:end])
		from = end
	}
	return nil
}

// quoted appends field j, whose opening quote is behind, to whole, and returns the rest of its last line.
func (c *csvLines) quoted(line []byte, j int) ([]byte, error) {
	opened := c.last
	for {
		i := bytes.IndexByte(line, '"')
		if i < 0 {
			c.whole = append(append(c.whole, line...), '\n')
			var err error
			if line, err = c.readLine(len(c.whole)); errors.Is(err, io.EOF) {
				return nil, &LineError{Line: opened, Last: opened, Field: j + 1, Err: errors.New("the quote that opens it is never closed")}
			} else if err != nil {
				return nil, err
			}
			continue
		}
		c.whole = append(c.whole, line[:i]...)
		line = line[i+1:]
		switch {
		case len(line) == 0 || bytes.HasPrefix(line, c.comma):
			return line, nil
		case line[0] == '"':
			line = line[1:]
		case !c.stray(j):
			c.strays = append(c.strays, j)
		}
		c.whole = append(c.whole, '"')
	}
}

// readLine returns the next line without its end, good until the next, of a row of which there are bytes already.
func (c *csvLines) readLine(before int) ([]byte, error) {
	line, err := c.text.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		c.buf = append(c.buf[:0], line...)
		for errors.Is(err, bufio.ErrBufferFull) && before+len(c.buf) <= c.most {
			line, err = c.text.ReadSlice('\n')
			c.buf = append(c.buf, line...)
		}
		line = c.buf
	}
	if n := before + len(line); n > c.most {
		what := fmt.Sprintf("the text of the row in line %d", c.last+1)
		return nil, limit.Check(what, int64(n), int64(c.most), "bytes", "CSV.MaxRow")
	}
	if err != nil && (!errors.Is(err, io.EOF) || len(line) == 0) {
		return nil, err
	}
	c.last++
	return bytes.TrimSuffix(line, []byte{'\n'}), nil
}
