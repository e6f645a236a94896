package table

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	pq "github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

// parquetKept reads a column that is kept.
type parquetKept struct {
	keeper
	decimals int  // of a number in units of its last digit
	unsigned bool // a whole number
	unit     int64
	buf      []byte
}

// keepColumns says how the values of the columns that are kept become texts.
func (p *parquetRows) keepColumns(f File, fields map[string]pq.Field) error {
	keep, err := f.keepers(p.all)
	if err != nil {
		return err
	}
	for _, k := range keep {
		c := parquetKept{keeper: k}
		if err := c.holds(fields[k.Name]); err != nil {
			return &Error{File: f.Name(), Column: k.Name, Err: err}
		}
		p.keep = append(p.keep, c)
	}
	p.found = make([]pq.Value, len(p.keep))
	return nil
}

func (p *parquetRows) kept() []keeper {
	var keep []keeper
	for _, k := range p.keep {
		keep = append(keep, k.keeper)
	}
	return keep
}

// holds says what a column holds by its type.
func (c *parquetKept) holds(field pq.Field) error {
	if !field.Leaf() || field.Repeated() {
		return errors.New("it is nested, want one value a row")
	}
	of := field.Type()
	if as, unit := parquetTime(of); as != "" {
		c.Kind, c.unit = as, unit
		return nil
	}
	logical := of.LogicalType()
	switch kind := of.Kind(); {
	case kind == pq.Boolean:
		c.Kind = Boolean
		return nil
	case kind == pq.Float || kind == pq.Double:
		c.Kind = Number
		return nil
	case kind == pq.Int32 || kind == pq.Int64:
		c.Kind = Integer
		if logical != nil {
			switch as := logical.Value.(type) {
			case *format.DecimalType:
				if c.decimals = int(as.Scale); c.decimals > 0 {
					c.Kind = Number
				}
			case *format.IntType:
				c.unsigned = !as.IsSigned
			}
		}
		return nil
	case kind == pq.ByteArray && (logical == nil || isText(logical)):
		c.Kind = Text
		return nil
	}
	return fmt.Errorf("it is of type %v, want numbers, text or times", of)
}

// addTo appends a value.
func (c *parquetKept) addTo(kept *Kept, v pq.Value) error {
	switch v.Kind() {
	case pq.Float:
		kept.addNumber(float64(v.Float()))
		return nil
	case pq.Double:
		kept.addNumber(v.Double())
		return nil
	case pq.ByteArray:
		return c.add(kept, formText, v.ByteArray())
	}
	as, err := c.text(v)
	if err != nil {
		return err
	}
	return c.add(kept, as, c.buf)
}

// text sets buf to the text of a value that has no other.
func (c *parquetKept) text(v pq.Value) (form, error) {
	b := c.buf[:0]
	if v.IsNull() {
		c.buf = b
		return formMissing, nil
	}
	if c.Kind.IsTime() {
		at, err := parquetMoment(v, c.unit)
		c.buf = c.Kind.appendMoment(b, at)
		return formText, err
	}
	switch v.Kind() {
	case pq.Boolean:
		c.buf = strconv.AppendBool(b, v.Boolean())
		return formBoolean, nil
	case pq.Int32:
		if c.unsigned {
			c.buf = strconv.AppendUint(b, uint64(v.Uint32()), 10)
		} else {
			c.buf = appendDecimal(b, int64(v.Int32()), c.decimals)
		}
	case pq.Int64:
		if c.unsigned {
			c.buf = strconv.AppendUint(b, v.Uint64(), 10)
		} else {
			c.buf = appendDecimal(b, v.Int64(), c.decimals)
		}
	}
	return formNumber, nil
}

// appendDecimal appends v·10⁻ⁿ, n the number of decimals.
func appendDecimal(b []byte, v int64, decimals int) []byte {
	if v < 0 {
		b = append(b, '-')
	}
	size := uint64(v)
	if v < 0 {
		size = -size
	}
	digits := strconv.FormatUint(size, 10)
	if zeros := decimals + 1 - len(digits); zeros > 0 {
		digits = strings.Repeat("0", zeros) + digits
	}
	b = append(b, digits[:len(digits)-decimals]...)
	if decimals > 0 {
		b = append(append(b, '.'), digits[len(digits)-decimals:]...)
	}
	return b
}
