package table

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/go-ffjord/ffjord/internal/quote"
)

// The kinds of columns that are kept, beside numbers, integers and times.
const (
	Text    Kind = "text"
	Boolean Kind = "boolean"
)

// form is what a kept value is, whatever its column holds.
type form byte

const (
	formMissing form = iota
	formNumber       // in digits as JSON has them, or one of inf and -inf
	formText
	formBoolean // true or false
)

// Kept are the values of the columns of [File.Keep] in a batch, row by row, as texts: numbers in digits that bring back
// their bits, times as RFC 3339 has them. They are in one piece of memory, since all may be different.
type Kept struct {
	text []byte
	ends []keptEnd
}

type keptEnd struct {
	end int
	as  form
}

// add appends a value. What is missing may have a text that says so.
func (k *Kept) add(as form, text []byte) {
	k.text = append(k.text, text...)
	k.ends = append(k.ends, keptEnd{len(k.text), as})
}

// addNumber appends a number in the fewest digits that bring back its bits.
func (k *Kept) addNumber(v float64) {
	as := formNumber
	if math.IsNaN(v) {
		as = formMissing
	} else {
		k.text = appendDigits(k.text, v)
	}
	k.ends = append(k.ends, keptEnd{len(k.text), as})
}

// cut takes the last n values off, which were the last that were added.
func (k *Kept) cut(n int) {
	k.ends = k.ends[:len(k.ends)-n]
	size := 0
	if left := len(k.ends); left > 0 {
		size = k.ends[left-1].end
	}
	k.text = k.text[:size]
}

// value returns value i, of all rows and columns.
func (k Kept) value(i int) (form, []byte) {
	from := 0
	if i > 0 {
		from = k.ends[i-1].end
	}
	return k.ends[i].as, k.text[from:k.ends[i].end]
}

// number returns the number of value i, NaN of none.
func (k Kept) number(i int) float64 {
	as, text := k.value(i)
	switch as {
	case formNumber:
		v, _ := strconv.ParseFloat(string(text), 64) // it is one, and the nearest
		return v
	case formBoolean:
		if string(text) == "true" {
			return 1
		}
		return 0
	}
	return math.NaN()
}

// keeper reads the values of a kept column.
type keeper struct {
	Column
	place   int  // of the column in the file
	numbers bool // others are refused
}

// keepers are the columns of Keep among all.
func (f File) keepers(all []string) ([]keeper, error) {
	var keep []keeper
	for _, c := range f.Keep {
		place := slices.Index(all, c.Name)
		if place < 0 {
			return nil, f.Absent("keep", c.Name, "column", all)
		}
		keep = append(keep, keeper{Column: Column{Name: c.Name, Kind: c.Kind, Kept: true}, place: place, numbers: f.KeepNumbers})
	}
	return keep, nil
}

// add appends a value, unless the column can't take it.
func (k *keeper) add(to *Kept, as form, text []byte) error {
	if k.numbers {
		if as == formText {
			return fmt.Errorf("%s, want a number, since an array holds no others", quote.Text(string(text)))
		}
		if whole, err := strconv.ParseInt(string(text), 10, 64); err == nil && int64(float64(whole)) != whole {
			return fmt.Errorf("%s, want a number that float64 holds, as an array has it", text)
		}
	}
	to.add(as, text)
	return nil
}

// keptColumns are the columns of keepers, which refuse what they can't take.
func keptColumns(keep []keeper) ([]Column, error) {
	var columns []Column
	for _, k := range keep {
		if k.numbers && (k.Kind == Text || k.Kind.IsTime()) {
			what := "text"
			if k.Kind.IsTime() {
				what = "times"
			}
			return nil, &ArgumentError{"keep", k.Name, fmt.Errorf("the column holds %s, and an array numbers alone: want an output "+
				"such as .csv, .parquet or .jsonl", what)}
		}
		columns = append(columns, k.Column)
	}
	return columns, nil
}

// ofField returns what a field of a CSV file is: a number where the column has numbers, and otherwise the text as it stands.
func (k *keeper) ofField(field []byte, commas bool, missing map[string]bool) (form, []byte) {
	bare := bytes.TrimSpace(field)
	switch k.Kind {
	case Text:
		if len(field) > 0 {
			return formText, field
		}
	case Boolean:
		if word := string(bare); word == "true" || word == "false" {
			return formBoolean, bare
		}
	case "", Number, Integer:
		digits := bare
		if commas {
			digits = bytes.Replace(bare, []byte{','}, []byte{'.'}, 1)
		}
		if isDigits(digits) || k.infinite(bare) {
			return formNumber, digits
		}
	}
	if missing[string(bare)] {
		return formMissing, bare
	}
	return formText, field
}

// ofJSON returns what a value of JSON is, nil of one that is not there.
func (k *keeper) ofJSON(value []byte) (form, []byte, error) {
	switch {
	case value == nil || value[0] == 'n':
		return formMissing, nil, nil
	case value[0] == '"':
		text := []byte(unquoted(value))
		if k.infinite(text) {
			return formNumber, text, nil
		}
		return formText, text, nil
	case value[0] == 't' || value[0] == 'f':
		return formBoolean, value, nil
	case value[0] == '{' || value[0] == '[':
		return 0, nil, errNested(value)
	}
	return formNumber, value, nil
}

// infinite reports whether a text is an infinity among numbers.
func (k *keeper) infinite(text []byte) bool {
	return k.Kind == Number && (string(text) == "inf" || string(text) == "-inf")
}

// isDigits reports whether a text is a number of JSON: one that is written so is one, while a code has other signs, or zeros
// in front.
func isDigits(text []byte) bool {
	text = bytes.TrimPrefix(text, []byte{'-'})
	whole := digits(text)
	if whole == 0 || whole > 1 && text[0] == '0' {
		return false
	}
	text = text[whole:]
	if len(text) > 0 && text[0] == '.' {
		n := digits(text[1:])
		if n == 0 {
			return false
		}
		text = text[1+n:]
	}
	if len(text) > 0 && text[0]|0x20 == 'e' {
		text = text[1:]
		if len(text) > 0 && (text[0] == '+' || text[0] == '-') {
			text = text[1:]
		}
		n := digits(text)
		return n > 0 && n == len(text)
	}
	return len(text) == 0
}

// digits counts those that a text begins with.
func digits(text []byte) int {
	n := 0
	for n < len(text) && text[n] >= '0' && text[n] <= '9' {
		n++
	}
	return n
}

// appendDigits appends the fewest digits that bring back v.
func appendDigits(b []byte, v float64) []byte {
	switch size := math.Abs(v); {
	case math.IsInf(v, 0):
		if v < 0 {
			b = append(b, '-')
		}
		return append(b, "inf"...)
	case v == 0 || size >= 1e-5 && size < 1e15:
		return strconv.AppendFloat(b, v, 'f', -1, 64)
	}
	return strconv.AppendFloat(b, v, 'e', -1, 64)
}
