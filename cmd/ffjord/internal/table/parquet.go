package table

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strings"

	pq "github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"

	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/internal/quote"
)

// parquetRows deals the rows of a Parquet file.
type parquetRows struct {
	close   io.Closer
	all     []string
	columns []parquetColumn
	places  []int // of a leaf among the wanted columns, -1 where it is not wanted
	groups  []pq.RowGroup
	rows    pq.Rows // of the first of groups, nil before it is opened
	buf     []pq.Row
	at      int // rows dealt
	size    int
	skip    int64
	most    int // rows still to deal, -1 without a bound
	whole   bool
}

type parquetColumn struct {
	name  string
	texts map[string]int // the categories as they came, nil of a column of numbers
	fixed []string       // as they are known, nil where they are not
	more  []string       // that are not among them, where that is allowed
	open  bool           // it is
	scale float64        // of a decimal number
	whole bool           // unsigned integers
}

func (f File) openParquet(r io.Reader, closing io.Closer) (*parquetRows, error) {
	at, size, err := seekable(r, closing)
	if err != nil {
		return nil, err
	}
	file, err := pq.OpenFile(at, size, pq.SkipBloomFilters(true), pq.SkipPageIndex(true))
	if err != nil {
		return nil, fmt.Errorf("no Parquet file: %w", err)
	}
	p := &parquetRows{close: closing, groups: file.RowGroups(), size: f.Batch, skip: int64(f.Skip), most: -1, whole: f.whole}
	if f.Most != 0 {
		p.most = max(f.Most, 0)
	}
	leaves := make(map[string]pq.Field)
	for _, field := range file.Schema().Fields() {
		p.all = append(p.all, field.Name())
		leaves[field.Name()] = field
	}
	wanted, err := f.choose(p.all)
	if err != nil {
		return nil, err
	}
	for _, path := range file.Schema().Columns() {
		place := slices.Index(wanted, path[0])
		if len(path) > 1 {
			place = -1
		}
		p.places = append(p.places, place)
	}
	for _, name := range wanted {
		c, err := f.parquetColumn(leaves[name])
		if err != nil {
			return nil, &Error{File: f.Name(), Column: name, Err: err}
		}
		p.columns = append(p.columns, c)
	}
	return p, nil
}

// parquetColumn says how the values of a column become numbers.
func (f File) parquetColumn(field pq.Field) (parquetColumn, error) {
	c := parquetColumn{name: field.Name(), scale: 1}
	if !field.Leaf() || field.Repeated() {
		return c, errors.New("it is nested, want one value a row (-exclude leaves it out)")
	}
	switch field.Type().Kind() {
	case pq.Boolean, pq.Int32, pq.Int64, pq.Float, pq.Double:
		if logical := field.Type().LogicalType(); logical != nil {
			switch as := logical.Value.(type) {
			case *format.DecimalType:
				c.scale = math.Pow(10, -float64(as.Scale))
			case *format.IntType:
				c.whole = !as.IsSigned
			}
		}
		return c, nil
	case pq.ByteArray:
		c.texts = make(map[string]int)
		levels, known := f.Levels[c.name]
		if known {
			c.fixed, c.open = levels, f.OpenLevels
			for k, level := range levels {
				c.texts[level] = k
			}
		} else if f.Fixed {
			return c, errors.New("it holds text, want numbers as in the rows that the model has learnt")
		}
		return c, nil
	}
	return c, fmt.Errorf("it is of type %v, want numbers or text (-exclude leaves it out)", field.Type())
}

func (p *parquetRows) count() (int, error) {
	n := int64(0)
	for _, group := range p.groups {
		n += group.NumRows()
	}
	return int(n), nil
}

func (p *parquetRows) names() []string { return p.all }

func (p *parquetRows) next() ([]float64, map[string][]string, error) {
	p.forget()
	size := p.size
	if p.most >= 0 {
		size = min(size, p.most)
	}
	values := make([]float64, 0, size*len(p.columns))
	for len(values) < cap(values) {
		rows, err := p.some(size - len(values)/len(p.columns))
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, nil, err
		}
		for _, row := range rows {
			if values, err = p.append(values, row); err != nil {
				return nil, nil, fmt.Errorf("row %d: %w", p.at, err)
			}
			p.at++
		}
	}
	if p.most >= 0 {
		p.most -= len(values) / len(p.columns)
	}
	if len(values) == 0 {
		return nil, nil, io.EOF
	}
	levels := make(map[string][]string)
	for _, c := range p.columns {
		if c.fixed != nil {
			levels[c.name] = c.all()
		}
	}
	return values, levels, nil
}

// forget lets go of the categories of a batch that were not known, where each batch has its own.
func (p *parquetRows) forget() {
	if p.whole {
		return
	}
	for j := range p.columns {
		c := &p.columns[j]
		for _, text := range c.more {
			delete(c.texts, text)
		}
		c.more = nil
	}
}

// all are the categories that are known and those that came beside them.
func (c *parquetColumn) all() []string { return slices.Concat(c.fixed, c.more) }

// some returns up to most rows, at least one.
func (p *parquetRows) some(most int) ([]pq.Row, error) {
	if p.buf == nil {
		p.buf = make([]pq.Row, 512)
	}
	for len(p.groups) > 0 {
		if n := p.groups[0].NumRows(); p.rows == nil && p.skip >= n {
			p.skip -= n
			p.groups = p.groups[1:]
			p.at += int(n)
			continue
		}
		if p.rows == nil {
			p.rows = p.groups[0].Rows()
			if err := p.rows.SeekToRow(p.skip); err != nil {
				return nil, err
			}
			p.at += int(p.skip)
			p.skip = 0
		}
		n, err := p.rows.ReadRows(p.buf[:min(most, len(p.buf))])
		if n > 0 {
			return p.buf[:n], nil
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		if err != nil {
			if err := p.rows.Close(); err != nil {
				return nil, err
			}
			p.rows, p.groups = nil, p.groups[1:]
		}
	}
	return nil, io.EOF
}

// append appends the wanted values of a row.
func (p *parquetRows) append(values []float64, row pq.Row) ([]float64, error) {
	from := len(values)
	values = values[:from+len(p.columns)]
	for _, v := range row {
		place := p.places[v.Column()]
		if place < 0 {
			continue
		}
		c := &p.columns[place]
		x, err := c.number(v)
		if err != nil {
			return nil, fmt.Errorf("column %s: %w", quote.Text(c.name), err)
		}
		values[from+place] = x
	}
	return values, nil
}

// number returns the number of a value.
func (c *parquetColumn) number(v pq.Value) (float64, error) {
	var x float64
	switch v.Kind() {
	case pq.Boolean:
		if v.Boolean() {
			x = 1
		}
	case pq.Int32:
		x = float64(v.Int32())
		if c.whole {
			x = float64(v.Uint32())
		}
	case pq.Int64:
		x = float64(v.Int64())
		if c.whole {
			x = float64(v.Uint64())
		}
	case pq.Float:
		x = float64(v.Float())
	case pq.Double:
		x = v.Double()
	case pq.ByteArray:
		return c.category(string(v.ByteArray()))
	default: // null
		return math.NaN(), nil
	}
	if math.IsInf(x, 0) {
		return 0, fmt.Errorf("%v, want a finite number", x)
	}
	return x * c.scale, nil
}

func (c *parquetColumn) category(text string) (float64, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return math.NaN(), nil
	}
	k, ok := c.texts[text]
	if !ok {
		if c.fixed != nil && !c.open {
			return 0, &data.CategoryError{Category: text, Levels: c.fixed}
		}
		k, text = len(c.texts), strings.Clone(text)
		c.texts[text] = k
		if c.open {
			c.more = append(c.more, text)
		}
	}
	return float64(k), nil
}

// levels sorts the categories that were not known before.
func (p *parquetRows) levels(values []float64) map[string][]string {
	levels := make(map[string][]string)
	for j, c := range p.columns {
		switch {
		case c.fixed != nil:
			levels[c.name] = c.all()
		case c.texts != nil:
			sorted := slices.Sorted(maps.Keys(c.texts))
			to := make([]float64, len(sorted))
			for k, level := range sorted {
				to[c.texts[level]] = float64(k)
			}
			recode(values, j, len(p.columns), to)
			levels[c.name] = sorted
		}
	}
	return levels
}

// unknown returns a column whose categories are not known beforehand, "" if there is none.
func (p *parquetRows) unknown() string {
	for _, c := range p.columns {
		if c.texts != nil && c.fixed == nil {
			return c.name
		}
	}
	return ""
}

func (p *parquetRows) Close() error {
	var err error
	if p.rows != nil {
		err = p.rows.Close()
	}
	return errors.Join(err, p.close.Close())
}
