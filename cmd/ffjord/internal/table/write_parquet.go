package table

import (
	"math"
	"reflect"
	"strconv"

	pq "github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress/zstd"
)

// parquetEncoder writes columns of doubles, of 64-bit integers, of times and of texts, all of which may be null.
type parquetEncoder struct {
	columns []Column
	kept    int        // of the columns
	texts   [][][]byte // the categories of all
	w       *pq.GenericWriter[any]
	group   int // rows in the group at hand
	rows    []pq.Row
}

// parquetGroup is the number of rows of a group: what is held in memory before it is written.
const parquetGroup = 1 << 17

func newParquetEncoder(out Output, columns []Column) *parquetEncoder {
	kept, _ := cutKept(columns)
	e := &parquetEncoder{columns: columns, kept: len(kept), texts: make([][][]byte, len(columns))}
	var schema ordered
	for j, c := range columns {
		node := pq.Leaf(pq.DoubleType)
		switch {
		case c.Kind.IsTime():
			node = parquetLeaf(c.Kind)
		case c.Kind == Integer:
			node = pq.Leaf(pq.Int64Type)
		case c.Kind == Boolean:
			node = pq.Leaf(pq.BooleanType)
		case c.Kept && c.Kind != Number:
			node = pq.String()
		case c.Kind == Category:
			node = pq.Encoded(pq.String(), &pq.RLEDictionary)
			for _, level := range c.Levels {
				e.texts[j] = append(e.texts[j], []byte(level))
			}
		}
		schema.fields = append(schema.fields, namedField{pq.Compressed(pq.Optional(node), &zstd.Codec{}), c.Name})
	}
	e.w = pq.NewGenericWriter[any](out, pq.NewSchema("rows", schema), pq.CreatedBy("ffjord", "", ""))
	return e
}

func (e *parquetEncoder) Write(kept Kept, rows []float64) error {
	dim, wide := len(e.columns)-e.kept, len(e.columns)
	for at, all := 0, len(rows)/dim; at < all; {
		n := min(all-at, 1024, parquetGroup-e.group)
		e.rows = e.rows[:0]
		values := make([]pq.Value, 0, n*wide)
		for row := at; row < at+n; row++ {
			for j := range e.kept {
				values = append(values, e.keptValue(j, kept, row*e.kept+j))
			}
			for j := range dim {
				values = append(values, e.value(e.kept+j, rows[row*dim+j]))
			}
			e.rows = append(e.rows, values[len(values)-wide:])
		}
		if _, err := e.w.WriteRows(e.rows); err != nil {
			return err
		}
		at += n
		if e.group += n; e.group == parquetGroup {
			e.group = 0
			if err := e.w.Flush(); err != nil {
				return err
			}
		}
	}
	return nil
}

// keptValue is the value of column j at place i of what is kept. Its text is of the column's kind, which [File.KeptKinds] has
// from all of them.
func (e *parquetEncoder) keptValue(j int, kept Kept, i int) pq.Value {
	as, text := kept.value(i)
	var v pq.Value
	switch kind := e.columns[j].Kind; {
	case as == formMissing:
		return pq.NullValue().Level(0, 0, j)
	case kind.IsTime():
		at, _ := scanTime(string(text))
		v = parquetValue(kind, at.microseconds())
	case kind == Number:
		v = pq.DoubleValue(kept.number(i))
	case kind == Integer:
		whole, _ := strconv.ParseInt(string(text), 10, 64)
		v = pq.Int64Value(whole)
	case kind == Boolean:
		v = pq.BooleanValue(text[0] == 't')
	default:
		v = pq.ByteArrayValue(text)
	}
	return v.Level(0, 1, j)
}

func (e *parquetEncoder) value(j int, v float64) pq.Value {
	switch {
	case math.IsNaN(v):
		return pq.NullValue().Level(0, 0, j)
	case e.columns[j].Kind.IsTime():
		return parquetValue(e.columns[j].Kind, e.columns[j].Kind.microseconds(v)).Level(0, 1, j)
	case e.columns[j].Kind == Integer:
		return pq.Int64Value(int64(math.Round(v))).Level(0, 1, j)
	case e.columns[j].Kind == Category:
		return pq.ByteArrayValue(e.texts[j][int(v)]).Level(0, 1, j)
	}
	return pq.DoubleValue(v).Level(0, 1, j)
}

func (e *parquetEncoder) Close() error { return e.w.Close() }

// ordered is a group whose fields stay in their order, where a [pq.Group] sorts them.
type ordered struct {
	pq.Group
	fields []pq.Field
}

func (o ordered) Fields() []pq.Field { return o.fields }

// namedField is a field of rows that are no Go values.
type namedField struct {
	pq.Node
	name string
}

func (n namedField) Name() string { return n.name }

func (n namedField) Value(base reflect.Value) reflect.Value { return base.FieldByName(n.name) }
