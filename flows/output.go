package flows

import (
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/graph"
)

// output takes the rows of a call on one side of the flow, row-major.
type output[T graph.Float] struct {
	cols int
	z    []T       // of the flow's type, or
	wide []float64 // on the data's side of a door
}

// output returns that of so many rows, on the data's side or the base's.
func (c *compiled[T]) output(rows int, data bool) output[T] {
	o := output[T]{cols: c.plan.dim}
	if data && c.plan.hasDoor() {
		o.wide = make([]float64, rows*o.cols)
	} else {
		o.z = make([]T, rows*o.cols)
	}
	return o
}

// put puts the chunk's rows into an output, NaN where a row has failed.
func (w *worker[T]) put(o output[T]) {
	if o.wide != nil {
		storeColumns(w, o.wide, w.wide)
	} else {
		storeColumns(w, o.z, w.z)
	}
}

// matrix makes the rows a tensor (rows, dim).
func (o output[T]) matrix() *tensor.Dense {
	if o.wide != nil {
		return matrix(o.wide, o.cols)
	}
	return matrix(o.z, o.cols)
}

// storeColumns puts columns, by place in the worker's alive, into row-major data, NaN where a row has failed.
func storeColumns[T, S graph.Float](w *worker[T], data []S, cols [][]S) {
	width := len(cols)
	if len(w.alive) < w.n {
		toNaN(data[w.from*width : (w.from+w.n)*width])
	}
	for d, col := range cols {
		for i, row := range w.alive {
			data[(w.from+row)*width+d] = col[i]
		}
	}
}
