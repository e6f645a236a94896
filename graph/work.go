package graph

// Work is the arithmetic that a graph does for one row. It does not count what is the same for all rows, nor what only
// moves columns.
type Work struct {
	Products       float64 // multiply-adds of matrix products
	Simple         float64 // additions, products, comparisons and choices, element by element
	Divisions      float64 // quotients and roots, element by element
	Transcendental float64 // exponentials, logarithms, tanh and the like, element by element
}

// Total returns the number of multiply-adds of a matrix product that would take as long. What other operations take
// beside these was measured on the native engine, with products of 64 columns.
func (w Work) Total() float64 {
	return w.Products + 3*w.Simple + 9*w.Divisions + 20*w.Transcendental
}

// Work returns the arithmetic of all that the roots depend on, each node once.
func (g *Graph) Work(roots ...*Node) Work {
	var total Work
	perRow := map[*Node]bool{}
	for _, n := range Topo(roots...) {
		v := mustRead(n)
		if in := g.byNode[n]; in != nil {
			perRow[n] = in.PerRow
		}
		for _, in := range v.Inputs {
			perRow[n] = perRow[n] || perRow[in]
		}
		if perRow[n] {
			total.add(v)
		}
	}
	return total
}

// cost says what an operator takes.
type cost uint8

const (
	free           cost = iota
	simple              // so much for each element of the result
	division            // the same
	transcendental      // the same
	sums                // a simple one for each element of the operand
	products            // a matrix product
)

func (w *Work) add(v View) {
	cols := columnsOf(v.Node)
	switch operators[v.Kind].cost {
	case simple:
		w.Simple += cols
	case division:
		w.Divisions += cols
	case transcendental:
		w.Transcendental += cols
	case sums:
		w.Simple += columnsOf(v.Inputs[0])
	case products:
		w.Products += columnsOf(v.Inputs[0]) * cols
	}
}

// columnsOf returns the elements of a row of n.
func columnsOf(n *Node) float64 {
	if s := *shapeOf.of(n); len(s) > 1 {
		return float64(s[1])
	}
	return 1
}
