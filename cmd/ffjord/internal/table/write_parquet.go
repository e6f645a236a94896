package table

import (
	"math"
	"reflect"

	pq "github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress/zstd"
)

// parquetEncoder writes columns of doubles, of 64-bit integers, of times and of texts, all of which may be null.
type parquetEncoder struct {
	columns []Column
	texts   [][][]byte // the categories
	w       *pq.GenericWriter[any]
	group   int // rows in the group at hand
	rows    []pq.Row
}

// parquetGroup is the number of rows of a group: what is held in memory before it is written.
const parquetGroup = 1 << 17

func newParquetEncoder(out Output, columns []Column) *parquetEncoder {
	e := &parquetEncoder{columns: columns, texts: make([][][]byte, len(columns))}
	var schema ordered
	for j, c := range columns {
		node := pq.Leaf(pq.DoubleType)
		switch {
		case c.Kind.IsTime():
			node = parquetLeaf(c.Kind)
		case c.Kind == Integer:
			node = pq.Leaf(pq.Int64Type)
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

func (e *parquetEncoder) Write(rows []float64) error {
	dim := len(e.columns)
	for len(rows) > 0 {
		n := min(len(rows)/dim, 1024, parquetGroup-e.group)
		e.rows = e.rows[:0]
		values := make([]pq.Value, 0, n*dim)
		for i, v := range rows[:n*dim] {
			values = append(values, e.value(i%dim, v))
			if len(values)%dim == 0 {
				e.rows = append(e.rows, values[len(values)-dim:])
			}
		}
		if _, err := e.w.WriteRows(e.rows); err != nil {
			return err
		}
		rows = rows[n*dim:]
		if e.group += n; e.group == parquetGroup {
			e.group = 0
			if err := e.w.Flush(); err != nil {
				return err
			}
		}
	}
	return nil
}

func (e *parquetEncoder) value(j int, v float64) pq.Value {
	switch {
	case math.IsNaN(v):
		return pq.NullValue().Level(0, 0, j)
	case e.columns[j].Kind.IsTime():
		return parquetValue(e.columns[j].Kind, v).Level(0, 1, j)
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
