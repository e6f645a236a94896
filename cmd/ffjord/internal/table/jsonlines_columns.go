package table

import (
	"cmp"
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

// errNested says of an object or an array what it is.
func errNested(value []byte) error {
	what := map[byte]string{'{': "an object", '[': "an array"}[value[0]]
	return fmt.Errorf("it is %s, want a number or text", what)
}

// value returns the number of a JSON value.
func (j *jsonRows) value(c *held, value []byte) (float64, error) {
	text := string(value)
	switch value[0] {
	case 'n':
		return math.NaN(), nil
	case '{', '[':
		return 0, fmt.Errorf("%w (-exclude leaves the column out)", errNested(value))
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

// lookAtKept says which columns are kept, and what the first rows have in those of which that is not known.
func (j *jsonRows) lookAtKept(f File) (err error) {
	if j.keep, err = f.keepers(j.all); err != nil {
		return err
	}
	j.keptAt, j.found = make(map[string]int), make([][]byte, len(j.keep))
	for i, k := range j.keep {
		j.keptAt[k.Name] = i
	}
	kinds := make([]Kind, len(j.keep))
	for _, line := range j.ahead {
		text, err := object(line.text)
		if err != nil {
			break // it is told when its turn comes
		}
		jsontext.Members(text, func(name, value []byte) {
			if at, keep := j.keptAt[bareText(unquoted(name))]; keep {
				as, text, _ := j.keep[at].ofJSON(value) // likewise
				kinds[at] = kinds[at].with(as.kindOf(text))
			}
		})
	}
	for i := range j.keep {
		j.keep[i].Kind = cmp.Or(j.keep[i].Kind, kinds[i])
	}
	return nil
}
