package table

import (
	"bytes"
	"slices"
	"strconv"
)

// kindOf returns the kind of a column that has that value alone, "" of one that is missing. Whole numbers that 64 bits do not
// hold are text: no digit is lost.
func (as form) kindOf(text []byte) Kind {
	switch as {
	case formBoolean:
		return Boolean
	case formText:
		if _, kind := scanTime(string(text)); kind != "" {
			return kind
		}
		return Text
	case formNumber:
		_, whole := strconv.ParseInt(string(text), 10, 64)
		_, beyond := strconv.ParseFloat(string(text), 64)
		switch {
		case string(text) == "-0": // which no whole number is
			return Number
		case whole == nil:
			return Integer
		case beyond == nil && !isWhole(text):
			return Number
		}
		return Text
	}
	return ""
}

// isWhole reports whether a number has digits alone.
func isWhole(text []byte) bool {
	text = bytes.TrimPrefix(text, []byte{'-'})
	return digits(text) == len(text)
}

// with returns the kind of a column that has values of both kinds.
func (k Kind) with(other Kind) Kind {
	numeric := func(k Kind) bool { return k == Integer || k == Number }
	switch {
	case other == "" || k == other:
		return k
	case k == "":
		return other
	case numeric(k) && numeric(other):
		return Number
	case k.IsTime() && other.IsTime() && k.join(other) != "":
		return k.join(other)
	}
	return Text
}

// widen joins to the kinds of the columns those of values.
func widen(columns []Column, kept Kept) {
	for i := range kept.ends {
		c := &columns[i%len(columns)]
		if as, text := kept.value(i); c.Kind != Text {
			c.Kind = c.Kind.with(as.kindOf(text))
		}
	}
}

// JoinKinds joins to the kinds of kept columns those of others, and returns them.
func JoinKinds(columns, others []Column) []Column {
	columns = slices.Clone(columns)
	for j := range columns {
		if columns[j].Kept {
			columns[j].Kind = columns[j].Kind.with(others[j].Kind)
		}
	}
	return columns
}

// KeptKinds returns columns with the kinds of those that are kept as all rows of a file have them.
func (f File) KeptKinds(columns []Column) ([]Column, error) {
	kept, own := cutKept(columns)
	kept = slices.Clone(kept)
	err := f.Each(func(b Batch) error {
		widen(kept, b.Kept)
		return nil
	})
	return slices.Concat(kept, own), err
}

// Written is a file of columns that an [Encoder] has written, which would write as one of that name.
func Written(path, as string, columns []Column) File {
	f := File{Path: path, Comma: rune(comma(as)), Decimal: '.', NumericNames: true, Fixed: true}
	kept, own := cutKept(columns)
	for _, c := range columns {
		f.Names = append(f.Names, c.Name)
	}
	for _, c := range own {
		f.Columns = append(f.Columns, c.Name)
	}
	f.Keep = kept
	return f
}

// cutKept cuts columns into those that are kept, which stand first, and the others.
func cutKept(columns []Column) (kept, own []Column) {
	n := 0
	for n < len(columns) && columns[n].Kept {
		n++
	}
	return columns[:n:n], columns[n:]
}
