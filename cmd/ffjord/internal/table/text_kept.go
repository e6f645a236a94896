package table

import (
	"cmp"
	"errors"
	"io"
	"strconv"

	"github.com/go-ffjord/ffjord/data"
)

// lookAtKept says which columns are kept, and what the first rows have in those of which that is not known.
func (t *textRows) lookAtKept(f File) (err error) {
	if t.keep, err = f.keepers(t.all); err != nil || len(t.keep) == 0 {
		return err
	}
	t.missing = f.missing()
	end, n, _ := t.cutter.cut(t.buf, 1000, t.ended)
	if n == 0 {
		return nil
	}
	rows, err := t.csv.Rows(t.numbered(t.buf[:end]))
	if err != nil {
		return err
	}
	kinds, row := make([]Kind, len(t.keep)), make([]float64, rows.Dim())
	for {
		err := rows.ReadRow(row)
		if bad := (*data.LineError)(nil); err != nil && !(errors.As(err, &bad) && bad.Cell) {
			break // a line that is wrong is told when its turn comes
		}
		for i, k := range t.keep {
			k.Kind = "" // a number is one as long as it is not known to stand among texts
			as, text := k.ofField(rows.Fields()[k.place], t.csv.Decimal == ',', t.missing)
			kinds[i] = kinds[i].with(as.kindOf(text))
		}
	}
	for i := range t.keep {
		t.keep[i].Kind = cmp.Or(t.keep[i].Kind, kinds[i])
	}
	return nil
}

// readKept reads the wanted columns of rows and those that are kept.
func (t *textRows) readKept(text []byte) (data.Table, Kept, error) {
	rows, err := t.csv.Rows(t.numbered(text))
	if err != nil {
		return data.Table{}, Kept{}, err
	}
	var kept Kept
	var values []float64
	for row := make([]float64, rows.Dim()); ; {
		err := rows.ReadRow(row)
		if errors.Is(err, io.EOF) {
			return data.Table{Names: rows.Names(), Rows: data.Rows(rows.Dim(), values...), Levels: rows.Levels()}, kept, nil
		}
		if err != nil {
			return data.Table{}, Kept{}, err
		}
		values = append(values, row...)
		for i := range t.keep {
			k := &t.keep[i]
			as, field := k.ofField(rows.Fields()[k.place], t.csv.Decimal == ',', t.missing)
			if err := k.add(&kept, as, field); err != nil {
				return data.Table{}, Kept{}, &data.LineError{Line: rows.Line(), Last: rows.Line(), Column: strconv.Itoa(k.place), Cell: true, Err: err}
			}
		}
	}
}
