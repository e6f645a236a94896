package graph

import (
	"fmt"
	"slices"
)

// RowKind says how a value depends on the rows of a call.
type RowKind uint8

// The kinds of values.
const (
	Uniform RowKind = iota // the same for all rows: parameters, constants and what is computed from them
	PerRow                 // one row of values for each sample
	RowSum                 // a sum over samples and what is linear in such sums
)

func (k RowKind) String() string { return [...]string{"uniform", "per row", "sum over rows"}[k] }

// Kinds infers the kind of every node that the outputs depend on. It fails where rows of samples mix otherwise than
// in a sum: such a graph has no meaning for a free number of rows. The graph must be built with SymbolicRows.
func (g *Graph) Kinds() (map[*Node]RowKind, error) {
	t, err := g.typed()
	if err != nil {
		return nil, err
	}
	kinds := make(map[*Node]RowKind, len(t.kinds))
	for i, n := range t.nodes {
		kinds[n] = t.kinds[i]
	}
	return kinds, nil
}

// typing is the nodes that the outputs of a graph depend on, inputs before their users, each read and with its kind.
type typing struct {
	ordering
	views []View
	kinds []RowKind
}

// kind returns the kind of a node that the outputs depend on.
func (t *typing) kind(n *Node) RowKind { return t.kinds[t.place(n)] }

// typed reads every node that the outputs depend on and infers its kind.
func (g *Graph) typed() (*typing, error) {
	order := topo(g.roots(), 0, func(*Node) bool { return false })
	n := len(order.nodes)
	t := &typing{order, make([]View, n), make([]RowKind, n)}
	for i, n := range t.nodes {
		v, err := Read(n)
		if err != nil {
			return nil, err
		}
		k, why := rowKind(v, t, g)
		if why != "" {
			return nil, fmt.Errorf("graph: %s of %s%s", v.title(), operandKinds(v, t), why)
		}
		t.views[i], t.kinds[i] = v, k
	}
	return t, nil
}

// rowKind applies the rule of v's operator; why is not empty where there is none.
func rowKind(v View, t *typing, g *Graph) (k RowKind, why string) {
	if v.Kind == OpInput {
		in := g.byNode[v.Node]
		if in == nil {
			return 0, fmt.Sprintf(": input %q was not declared with Rows or Uniform", v.Name)
		}
		if in.PerRow {
			return PerRow, ""
		}
		return Uniform, ""
	}
	var has [3]bool
	for _, c := range v.Inputs {
		has[t.kind(c)] = true
	}
	switch {
	case v.Kind == OpSize:
		return Uniform, ""
	case v.Kind == OpRepeat && countsRows(v.Inputs[1], t):
		if v.Axis == 0 && t.kind(v.Inputs[0]) == Uniform {
			return PerRow, ""
		}
		return 0, ": rows would mix"
	case g.rows == SymbolicRows && slices.ContainsFunc(v.Inputs, func(n *Node) bool { return countsRows(n, t) }):
		return 0, ": the number of rows is not known to a program"
	case !has[PerRow] && !has[RowSum]:
		return Uniform, ""
	case !has[PerRow]:
		return sumKind(v, t, g)
	case has[RowSum]:
		return 0, ": a sum over rows goes back into the rows, which would make every row depend on the others"
	}
	switch v.Kind {
	case OpMatMul:
		a, b := t.kind(v.Inputs[0]), t.kind(v.Inputs[1])
		switch {
		case a == PerRow && b == Uniform && !v.TransA:
			return PerRow, ""
		case a == PerRow && b == PerRow && v.TransA && !v.TransB:
			return RowSum, ""
		}
		return 0, ": rows would mix"
	case OpSumRows:
		return RowSum, ""
	case OpTranspose, OpMatVec, OpDot, OpOuter, OpBatchedMatMul, OpTensordot, OpPermute:
		return 0, ": rows would mix"
	case OpMaxAlong:
		if slices.Contains(v.Axes, 0) {
			return 0, ": rows would mix"
		}
	case OpSoftmax, OpLogSoftmax, OpSoftmaxGrad, OpLogSoftmaxGrad:
		if v.Axis == 0 {
			return 0, ": rows would mix"
		}
	case OpSlice, OpPad, OpSliceIncr:
		if v.Axis == 0 && !v.wholeAxis() {
			return 0, ": rows have no position"
		}
	case OpOther:
		return 0, ": the operator is not known to treat every row alike"
	}
	switch s := extents(v.Node); {
	case v.Kind == OpSum && slices.Contains(v.Axes, 0):
		return RowSum, ""
	case len(s) > 0 && s[0] == g.rows:
		return PerRow, ""
	}
	return 0, ": the result has no axis of rows"
}

// countsRows reports whether n is the number of rows, which Gorgonia's Broadcast repeats by and Mean divides by.
func countsRows(n *Node, t *typing) bool {
	if n.Op() == nil || dims(n) != 0 {
		return false
	}
	v, err := Read(n)
	return err == nil && v.Kind == OpSize && v.Axis == 0 && t.kind(v.Inputs[0]) == PerRow
}

// sumKind is the rule for operands that are sums over rows or uniform. What is not linear in the sums can't be added
// up chunk by chunk, unless all rows are summed first.
func sumKind(v View, t *typing, g *Graph) (RowKind, string) {
	if v.Kind == OpFill {
		return Uniform, ""
	}
	if g.whole {
		return RowSum, ""
	}
	isSum := func(i int) bool { return t.kind(v.Inputs[i]) == RowSum }
	switch v.Kind {
	case OpAdd, OpSub:
		if isSum(0) && isSum(1) {
			return RowSum, ""
		}
	case OpNeg, OpSumRows, OpSumCols, OpRepeatCols, OpSlice, OpPad, OpTranspose, OpSum, OpReshape, OpPermute, OpConcat:
		return RowSum, ""
	case OpMul, OpMatMul:
		if isSum(0) != isSum(1) {
			return RowSum, ""
		}
	case OpDiv, OpRepeat, OpRepeatRowsLike:
		if !isSum(1) {
			return RowSum, ""
		}
	}
	return 0, ": not linear in a sum over rows, so that it can't be added up over parts of the rows"
}

func operandKinds(v View, t *typing) string {
	s := ""
	for i, c := range v.Inputs {
		if i > 0 {
			s += ", "
		}
		s += fmt.Sprintf("%s (%s)", describe(c), t.kind(c))
	}
	return s
}
