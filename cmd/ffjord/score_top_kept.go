package main

import (
	"encoding/json"
	"unicode/utf8"

	"github.com/go-ffjord/ffjord/cmd/ffjord/internal/table"
)

// keptRow has the values of the columns of -keep in a row, by name.
type keptRow map[string]json.RawMessage

// keptOf returns the values of a row of a batch, which has those columns. It shares no memory with the batch.
func keptOf(kept table.Kept, row int, names []string) keptRow {
	if len(names) == 0 {
		return nil
	}
	values := make(keptRow, len(names))
	for j, name := range names {
		values[name] = kept.AppendJSON(nil, row*len(names)+j)
	}
	return values
}

// text returns the value of a column as a list has it.
func (k keptRow) text(name string) string {
	const most = 40 // characters: a UUID is whole, and a SHA-1
	value, text := k[name], ""
	switch {
	case string(value) == "null":
		return "missing"
	case json.Unmarshal(value, &text) != nil: // a number, or true or false
		text = string(value)
	}
	return cut(text, most)
}

// keptColumns are the columns of -keep in the list of the strangest rows: cells, each with a tab behind it.
type keptColumns struct {
	names string
	rows  []string
	width int // of all with the room between them, in characters
}

func (r *scoring) keptColumns() keptColumns {
	k := keptColumns{rows: make([]string, len(r.Strangest))}
	for _, name := range r.Keep {
		head := cut(name, 24)
		wide := utf8.RuneCountInString(head)
		k.names += head + "\t"
		for i, s := range r.Strangest {
			cell := s.Kept.text(name)
			wide = max(wide, utf8.RuneCountInString(cell))
			k.rows[i] += cell + "\t"
		}
		k.width += wide + 2
	}
	return k
}
