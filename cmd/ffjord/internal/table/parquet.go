package table

import (
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	pq "github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"

	"github.com/go-ffjord/ffjord/internal/quote"
)

// parquetRows deals the rows of a Parquet file.
type parquetRows struct {
	heldColumns
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

	keep   []parquetKept
	keptAt []int      // of a leaf among the columns that are kept, -1 where it is not
	found  []pq.Value // their values in the row at hand
}

type parquetColumn struct {
	held
	scale   float64         // of a decimal number
	whole   bool            // unsigned integers
	unit    int64           // of a time, in a second; 0 of a date
	missing map[string]bool // texts that stand for a missing value
	gaps    []float64       // and numbers
}

func (f File) openParquet(r io.Reader, closing io.Closer) (*parquetRows, error) {
	at, size, err := seekable(r, closing)
	if err != nil {
		return nil, err
	}
	if err := checkParquet(at, size); err != nil {
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
		name := bareText(field.Name())
		p.all = append(p.all, name)
		leaves[name] = field
	}
	if err := checkNames(p.all); err != nil {
		return nil, err
	}
	wanted, err := f.choose(p.all)
	if err != nil {
		return nil, err
	}
	if err := p.keepColumns(f, leaves); err != nil {
		return nil, err
	}
	for _, path := range file.Schema().Columns() {
		name := bareText(path[0])
		place := slices.Index(wanted, name)
		kept := slices.IndexFunc(p.keep, func(k parquetKept) bool { return k.Name == name })
		if len(path) > 1 {
			place, kept = -1, -1
		}
		p.places, p.keptAt = append(p.places, place), append(p.keptAt, kept)
	}
	for _, name := range f.Categories {
		if !slices.Contains(wanted, name) {
			return nil, f.Absent("categories", name, "column", wanted)
		}
	}
	missing := f.missing()
	for _, name := range wanted {
		c, err := f.parquetColumn(leaves[name])
		if err != nil {
			return nil, &Error{File: f.Name(), Column: name, Err: err}
		}
		c.missing, c.gaps = missing, f.gaps(c.time)
		p.columns = append(p.columns, c)
	}
	for i := range p.columns {
		p.heldColumns = append(p.heldColumns, &p.columns[i].held)
	}
	return p, nil
}

// parquetColumn says how the values of a column become numbers.
func (f File) parquetColumn(field pq.Field) (parquetColumn, error) {
	c := parquetColumn{held: held{name: bareText(field.Name())}, scale: 1}
	if !field.Leaf() || field.Repeated() {
		return c, errors.New("it is nested, want one value a row (-exclude leaves it out)")
	}
	if levels, known := f.Levels[c.name]; known {
		c.texts = newTexts(levels, f.OpenLevels)
	} else if slices.Contains(f.Categories, c.name) {
		c.texts = newTexts(nil, false)
	}
	held, unit := parquetTime(field.Type())
	if wanted := f.Times[c.name]; held != "" || wanted != "" {
		c.time, c.unit = held, unit
		return c, c.timed(wanted, f.Fixed && c.texts == nil, field.Type().Kind() == pq.ByteArray)
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
		if logical := field.Type().LogicalType(); logical != nil && !isText(logical) {
			return c, fmt.Errorf("it is of type %v, want numbers or text (-exclude leaves it out)", field.Type())
		}
		if c.texts == nil && f.Fixed {
			return c, errors.New("it holds text, want numbers as in the rows that the model has learnt")
		}
		if c.texts == nil {
			c.texts = newTexts(nil, false)
		}
		return c, nil
	}
	return c, fmt.Errorf("it is of type %v, want numbers, text or times (-exclude leaves it out)", field.Type())
}

// isText reports whether bytes of the logical type are texts.
func isText(of *format.LogicalType) bool {
	switch of.Value.(type) {
	case *format.StringType, *format.EnumType, *format.JsonType:
		return true
	}
	return false
}

func (p *parquetRows) count() (int, error) {
	n := int64(0)
	for _, group := range p.groups {
		n += group.NumRows()
	}
	return int(n), nil
}

func (p *parquetRows) names() []string { return p.all }

func (p *parquetRows) next() (batch, error) {
	if !p.whole {
		p.forget()
	}
	size := p.size
	if p.most >= 0 {
		size = min(size, p.most)
	}
	var kept Kept
	values := make([]float64, 0, size*len(p.columns))
	for len(values) < cap(values) {
		rows, err := p.some(size - len(values)/len(p.columns))
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return batch{}, err
		}
		for _, row := range rows {
			if values, err = p.append(values, &kept, row); err != nil {
				return batch{}, fmt.Errorf("row %d: %w", p.at+1, err)
			}
			p.at++
		}
	}
	if p.most >= 0 {
		p.most -= len(values) / len(p.columns)
	}
	if len(values) == 0 {
		return batch{}, io.EOF
	}
	return batch{values, p.known(), kept}, nil
}

// some returns up to most rows, at least one.
func (p *parquetRows) some(most int) (rows []pq.Row, err error) {
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
		n := 0
		err := undamaged(func() (err error) {
			n, err = p.ofGroup(p.buf[:min(most, len(p.buf))])
			return err
		})
		if n > 0 || err != nil {
			return p.buf[:n], err
		}
	}
	return nil, io.EOF
}

// ofGroup reads rows of the first of the groups, which is left behind after its last.
func (p *parquetRows) ofGroup(rows []pq.Row) (int, error) {
	if p.rows == nil {
		p.rows = p.groups[0].Rows()
		if err := p.rows.SeekToRow(p.skip); err != nil {
			return 0, err
		}
		p.at += int(p.skip)
		p.skip = 0
	}
	n, err := p.rows.ReadRows(rows)
	switch {
	case n > 0:
		return n, nil
	case err == nil:
		return 0, io.ErrNoProgress
	case !errors.Is(err, io.EOF):
		return 0, err
	}
	err = p.rows.Close()
	p.rows, p.groups = nil, p.groups[1:]
	return 0, err
}

// append appends the wanted values of a row, and those that are kept.
func (p *parquetRows) append(values []float64, kept *Kept, row pq.Row) ([]float64, error) {
	from := len(values)
	values = values[:from+len(p.columns)]
	there := 0
	for _, v := range row {
		if at := p.keptAt[v.Column()]; at >= 0 {
			p.found[at] = v
			there++
		}
		place := p.places[v.Column()]
		if place < 0 {
			continue
		}
		there++
		c := &p.columns[place]
		x, err := c.number(v)
		if err != nil {
			return nil, fmt.Errorf("column %s: %w", quote.Text(c.name), err)
		}
		values[from+place] = x
	}
	if want := len(p.columns) + len(p.keep); there != want {
		return nil, fmt.Errorf("the file is damaged: %d values, want %d", there, want)
	}
	for i := range p.keep {
		if err := p.keep[i].addTo(kept, p.found[i]); err != nil {
			return nil, fmt.Errorf("column %s: %w", quote.Text(p.keep[i].Name), err)
		}
	}
	return values, nil
}

// number returns the number of a value.
func (c *parquetColumn) number(v pq.Value) (float64, error) {
	x, err := c.plain(v)
	if err != nil || c.texts == nil || v.Kind() == pq.ByteArray || math.IsNaN(x) {
		return x, err
	}
	if c.time != "" {
		return c.texts.number(c.time.Text(x))
	}
	return c.texts.number(strconv.FormatFloat(x, 'f', -1, 64))
}

// plain is number of a column whose values are no categories, or are texts.
func (c *parquetColumn) plain(v pq.Value) (float64, error) {
	var x float64
	var err error
	switch {
	case v.Kind() == pq.ByteArray:
		return c.text(string(v.ByteArray()))
	case c.time != "":
		x, err = c.since(v)
	default:
		x, err = c.measure(v)
	}
	if slices.Contains(c.gaps, x) {
		x = math.NaN()
	}
	return x, err
}

// measure returns a number, NaN of none.
func (c *parquetColumn) measure(v pq.Value) (float64, error) {
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
	default: // null
		return math.NaN(), nil
	}
	if math.IsInf(x, 0) {
		return 0, fmt.Errorf("%v, want a finite number", x)
	}
	return x * c.scale, nil
}

// text returns the number of a category, or of a time that is written as text.
func (c *parquetColumn) text(text string) (float64, error) {
	text = strings.TrimSpace(text)
	switch {
	case c.missing[text]:
		return math.NaN(), nil
	case c.time == "":
		return c.texts.number(text)
	}
	return c.time.Parse(text)
}

func (p *parquetRows) Close() error {
	var err error
	if p.rows != nil {
		err = undamaged(p.rows.Close)
	}
	return errors.Join(err, p.close.Close())
}
