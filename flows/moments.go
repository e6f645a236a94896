package flows

import "github.com/go-ffjord/ffjord/graph"

// moments are the mean and the squared deviations of rows, column by column.
type moments struct {
	n             int
	mean, squares []float64
}

// momentsOf returns those of the first n rows of columns.
func momentsOf[T graph.Float](cols [][]T, n int) moments {
	m := moments{n: n, mean: make([]float64, len(cols)), squares: make([]float64, len(cols))}
	for d, col := range cols {
		var sum float64
		for _, v := range col[:n] {
			sum += float64(v)
		}
		m.mean[d] = sum / float64(n)
		for _, v := range col[:n] {
			delta := float64(v) - m.mean[d]
			m.squares[d] += delta * delta
		}
	}
	return m
}

// merge adds the rows of o (Chan, Golub & LeVeque 1983, eq. 1.5).
func (m *moments) merge(o moments) {
	if m.n == 0 {
		*m = o
		return
	}
	n, k := float64(m.n), float64(o.n)
	for d := range m.mean {
		delta := o.mean[d] - m.mean[d]
		m.mean[d] += delta * k / (n + k)
		m.squares[d] += o.squares[d] + delta*delta*n*k/(n+k)
	}
	m.n += o.n
}

// variance returns the unbiased variance of every column.
func (m moments) variance() []float64 {
	out := make([]float64, len(m.squares))
	for d, s := range m.squares {
		out[d] = s / float64(m.n-1)
	}
	return out
}
