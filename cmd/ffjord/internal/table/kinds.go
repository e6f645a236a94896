package table

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/go-ffjord/ffjord/data"
)

// kinds says which of the wanted columns hold categories, and which these are if that is known.
func (t *textRows) kinds(f File, wanted []string) error {
	t.known = &categories{places: make(map[string]map[string]int), levels: make(map[string][]string)}
	t.csv.Levels = make(map[string][]string)
	for _, name := range wanted {
		if levels, ok := f.Levels[name]; ok {
			t.csv.Levels[t.number(name)] = levels
		}
	}
	t.timed, t.csv.Parse = make(map[string]Kind), make(map[string]func(string) (float64, error))
	for _, name := range wanted {
		if as, ok := f.Times[name]; ok {
			t.hold(name, as)
		}
	}
	if err := t.decimal(f); err != nil || f.Fixed {
		return err
	}
	for _, name := range f.Categories {
		if !slices.Contains(wanted, name) {
			return f.Absent("categories", name, "column", wanted)
		}
	}
	read, err := t.sample()
	if err != nil {
		return err
	}
	texts := t.sampled(read)
	for _, name := range wanted {
		number := t.number(name)
		if _, known := t.csv.Levels[number]; known || t.timed[name] != "" {
			continue
		}
		as := kindOf(read.Levels[number])
		switch category := slices.Contains(f.Categories, name); {
		case category || texts[number] && as == "":
			t.csv.Categories = append(t.csv.Categories, number)
		case texts[number]:
			t.hold(name, as)
		}
	}
	return nil
}

// hold says that a column holds times.
func (t *textRows) hold(name string, as Kind) {
	t.timed[name] = as
	t.csv.Parse[t.number(name)] = func(text string) (float64, error) {
		v, err := as.Parse(text)
		if err != nil && t.whole {
			err = fmt.Errorf("%w as in the rows before (-categories takes any text)", err)
		}
		return v, err
	}
}

// kindOf returns the kind of times that all texts are, "" where they are none.
func kindOf(texts []string) Kind {
	all := Kind("")
	for i, text := range texts {
		_, as := scanTime(text)
		if i == 0 {
			all = as
		}
		if all = all.join(as); all == "" {
			break
		}
	}
	return all
}

// decimal finds what stands in front of decimals: a comma, where some of the first rows have one between digits and none
// has a point there.
func (t *textRows) decimal(f File) error {
	t.csv.Decimal = f.Decimal
	if f.Decimal != 0 || t.csv.Comma == ',' || f.Follow {
		return nil
	}
	read, err := t.sample()
	if err != nil {
		return err
	}
	commas := false
	for _, texts := range read.Levels {
		for _, text := range texts {
			switch {
			case strings.IndexByte(text, '.') >= 0 && isNumber(text):
				return nil
			case strings.Count(text, ",") == 1 && isNumber(strings.Replace(text, ",", ".", 1)):
				commas = true
			}
		}
	}
	if commas {
		t.csv.Decimal = ','
	}
	return nil
}

// sample reads the first rows, all columns as categories. It has no columns where no row is whole.
func (t *textRows) sample() (data.Table, error) {
	end, rows, _ := t.cutter.cut(t.buf, 1000, t.ended)
	if rows == 0 {
		return data.Table{}, nil
	}
	all := t.csv
	all.Categories = all.Columns
	all.Levels, all.Parse = nil, nil
	sample := &textRows{csv: all, head: t.head, all: t.all}
	read, _, err := sample.parse(t.buf[:end], t.line)
	return read, err
}

// sampled returns the columns of which at least half of the values in a sample are no numbers.
func (t *textRows) sampled(read data.Table) map[string]bool {
	texts := make(map[string]bool)
	for j, name := range read.Names {
		values, width := read.Rows.Float64s()[j:], len(read.Names)
		some, words := 0, 0
		for i := 0; i < len(values); i += width {
			if v := values[i]; v == v { // not missing
				some++
				text := read.Levels[name][int(v)]
				if t.csv.Decimal == ',' {
					text = strings.Replace(text, ",", ".", 1)
				}
				if !isNumber(text) {
					words++
				}
			}
		}
		texts[name] = words > 0 && 2*words >= some
	}
	return texts
}

// categories are those of the columns that were not known before, in the order in which they came.
type categories struct {
	places map[string]map[string]int // by the number of the column and the category
	levels map[string][]string
}

// join gives the categories of a batch their numbers among all.
func (c *categories) join(t data.Table, values []float64) {
	for name, levels := range t.Levels {
		places := c.places[name]
		if places == nil {
			places = make(map[string]int)
			c.places[name] = places
		}
		to := make([]float64, len(levels))
		for k, level := range levels {
			place, ok := places[level]
			if !ok {
				place = len(c.levels[name])
				places[level] = place
				c.levels[name] = append(c.levels[name], level)
			}
			to[k] = float64(place)
		}
		recode(values, slices.Index(t.Names, name), len(t.Names), to)
	}
}

// sorted brings the categories of a column, and its numbers among the values, into alphabetical order.
func (c *categories) sorted(name string, values []float64, column, dim int) []string {
	levels := slices.Clone(c.levels[name])
	slices.Sort(levels)
	to := make([]float64, len(levels))
	for k, level := range c.levels[name] {
		place, _ := slices.BinarySearch(levels, level)
		to[k] = float64(place)
	}
	recode(values, column, dim, to)
	return levels
}

func recode(values []float64, column, dim int, to []float64) {
	for i := column; i < len(values); i += dim {
		if v := values[i]; v == v {
			values[i] = to[int(v)]
		}
	}
}

// bare returns the text of an error of package data without its name in front.
func bare(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	text := err.Error()
	for _, prefix := range []string{"data: csv: ", "data: npy: ", "data: npz: ", "data: "} {
		if rest, ok := strings.CutPrefix(text, prefix); ok {
			return errors.New(rest)
		}
	}
	return err
}
