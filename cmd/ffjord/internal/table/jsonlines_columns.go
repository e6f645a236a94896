package table

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/go-ffjord/ffjord/cmd/ffjord/internal/jsontext"
	"github.com/go-ffjord/ffjord/internal/quote"
)

// jsonColumns says what the wanted columns hold: what is known of them, or what the first rows have.
func (f File) jsonColumns(j *jsonRows, wanted []string) (heldColumns, error) {
	for _, name := range f.Categories {
		if !slices.Contains(wanted, name) {
			return nil, f.Absent("categories", name, "column", wanted)
		}
	}
	var looks map[string]*look
	if !f.Fixed {
		looks = j.look()
	}
	var columns heldColumns
	for _, name := range wanted {
		c := &held{name: name, time: f.Times[name]}
		switch levels, known := f.Levels[name]; {
		case known:
			c.texts = newTexts(levels, f.OpenLevels)
		case c.time != "" || f.Fixed:
		case slices.Contains(f.Categories, name):
			c.texts = newTexts(nil, false)
		default:
			c.texts, c.time = looks[name].holds()
		}
		columns = append(columns, c)
	}
	return columns, nil
}

// look is what a column's values in the first rows are like.
type look struct {
	some  int // values
	texts int // of these, what is no number
	times Kind
}

// look looks at the first rows.
func (j *jsonRows) look() map[string]*look {
	looks := make(map[string]*look)
	for _, name := range j.all {
		looks[name] = new(look)
	}
	for _, line := range j.ahead {
		text, err := object(line.text)
		if err != nil {
			break
		}
		jsontext.Members(text, func(name, value []byte) {
			if of := looks[bareText(unquoted(name))]; value[0] != 'n' {
				of.add(value, j.missing)
			}
		})
	}
	return looks
}

func (l *look) add(value []byte, missing map[string]bool) {
	text := ""
	if value[0] == '"' {
		if text = strings.TrimSpace(unquoted(value)); missing[text] {
			return
		}
	}
	_, as := scanTime(text)
	if l.some++; l.some == 1 {
		l.times = as
	}
	l.times = l.times.join(as)
	if value[0] == '"' && !isNumber(text) {
		l.texts++
	}
}

// holds says what a column of such values holds: categories, where at least half of them are texts, or times, or numbers.
func (l *look) holds() (*texts, Kind) {
	switch {
	case l.times != "":
		return nil, l.times
	case l.texts > 0 && 2*l.texts >= l.some:
		return newTexts(nil, false), ""
	}
	return nil, ""
}

// value returns the number of a JSON value.
func (j *jsonRows) value(c *held, value []byte) (float64, error) {
	text := string(value)
	switch value[0] {
	case 'n':
		return math.NaN(), nil
	case '{', '[':
		what := map[byte]string{'{': "an object", '[': "an array"}[value[0]]
		return 0, fmt.Errorf("it is %s, want a number or text (-exclude leaves the column out)", what)
	case '"':
		text = strings.TrimSpace(unquoted(value))
	}
	switch {
	case j.missing[text]:
		return math.NaN(), nil
	case c.texts != nil:
		return c.texts.number(text)
	case c.time != "" && value[0] == '"':
		return c.time.Parse(text)
	case c.time != "":
		return 0, fmt.Errorf("%s, want %s", quote.Cut(text), c.time.Wanted())
	case text == "true" && value[0] == 't':
		return 1, nil
	case text == "false" && value[0] == 'f':
		return 0, nil
	}
	v, err := parseNumber(text)
	switch {
	case errors.Is(err, strconv.ErrRange):
		return 0, fmt.Errorf("%s is beyond float64, want a finite number", quote.Cut(text))
	case err != nil || math.IsNaN(v) || math.IsInf(v, 0):
		return 0, fmt.Errorf("%s, want a number", quote.Text(text))
	}
	return v, nil
}
