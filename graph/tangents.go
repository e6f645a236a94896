package graph

import "gorgonia.org/gorgonia"

// pushforward returns the tangent of v for tangents of its inputs, not all of them nil.
func pushforward(v View, d []*Node) *Node {
	o := operators[v.Kind]
	switch {
	case o.slope != nil:
		return times(d[0], o.slope(v.Inputs[0], v.Node))
	case o.tangent != nil:
		return o.tangent(v, d)
	}
	fail("JVP", v.Inputs, "no tangent rule for %s", v.Name)
	return nil
}

func subTangent(v View, d []*Node) *Node {
	a, b := spread(v, d[0]), spread(v, d[1])
	switch {
	case b == nil:
		return a
	case a == nil:
		return one("Neg", OpNeg, b)
	}
	return plain("Sub", OpSub, a, b)
}

// divTangent is for y = a/b: dy = (da - y db)/b.
func divTangent(v View, d []*Node) *Node {
	top := spread(v, d[0])
	if d[1] != nil {
		top = sum(top, one("Neg", OpNeg, times(v.Node, d[1])))
	}
	return plain("Div", OpDiv, top, v.Inputs[1])
}

// powTangent is for y = aᵇ: dy = b aᵇ⁻¹ da + y ln a db.
func powTangent(v View, d []*Node) *Node {
	a := v.Inputs[0]
	var byBase, byExponent *Node
	if d[0] != nil {
		byBase = times(powerSlope(v), d[0])
	}
	if d[1] != nil {
		byExponent = times(times(v.Node, one("Log", OpLog, a)), d[1])
	}
	return sum(byBase, byExponent)
}

func whereTangent(v View, d []*Node) *Node {
	return Where(v.Inputs[0], orZeros(d[1], v.Inputs[1]), orZeros(d[2], v.Inputs[2]))
}

func matMulTangent(v View, d []*Node) *Node {
	var byA *Node
	if d[0] != nil {
		byA = tangentProduct(v, d[0])
	}
	if d[1] == nil {
		return byA
	}
	return sum(byA, sameOp(v, v.Inputs[0], d[1]))
}

// maxTangent is that of a maximum along axes: its gradient for a seed of ones is the mask of where it is taken.
func maxTangent(v View, d []*Node) *Node {
	mask := pullback(v, onesLike(v.Node), nil)[0]
	n, err := gorgonia.Sum(times(mask, d[0]), v.Axes...)
	if err != nil {
		fail("JVP", v.Inputs, "%w", err)
	}
	return n
}

func softmaxTangent(v View, d []*Node) *Node { return softmaxProduct(v, v.Node, d[0]) }

func logSoftmaxTangent(v View, d []*Node) *Node {
	checkSoftmax(v)
	return Sub(d[0], SumCols(Mul(Exp(v.Node), d[0])))
}

// linear is the rule of operators that are linear in all their inputs together.
func linear(v View, d []*Node) *Node {
	in := make([]*Node, len(d))
	for i := range d {
		in[i] = orZeros(d[i], v.Inputs[i])
	}
	return sameOp(v, in...)
}

// bilinear is the rule of products.
func bilinear(v View, d []*Node) *Node {
	var byA, byB *Node
	if d[0] != nil {
		byA = sameOp(v, d[0], v.Inputs[1])
	}
	if d[1] != nil {
		byB = sameOp(v, v.Inputs[0], d[1])
	}
	return sum(byA, byB)
}

// elementwise is the rule of operators whose gradient for a seed of ones is the derivative, element by element.
func elementwise(v View, d []*Node) *Node {
	slopes := pullback(v, onesLike(v.Node), nil)
	var total *Node
	for i := range d {
		total = sum(total, product(slopes[i], d[i]))
	}
	return total
}

// tangentProduct returns the product v for a tangent da of its left operand. A tangent that is zero outside a range
// of columns meets only that range of the rows of the right operand; where it is constant there, all rows are alike.
func tangentProduct(v View, da *Node) *Node {
	b := v.Inputs[1]
	p := mustRead(da)
	if v.TransA || v.TransB || p.Kind != OpPad || p.Axis != 1 {
		return sameOp(v, da, b)
	}
	part := p.Inputs[0]
	rows := SliceRows(b, p.From, p.From+extents(part)[1])
	if c := mustRead(part); c.Kind == OpFill && extents(part)[1] == 1 {
		if c.Value != 1 {
			rows = Scale(rows, c.Value)
		}
		return RepeatRowsLike(rows, part)
	}
	return MatMul(part, rows)
}

// sum adds two tangents, nil being zero.
func sum(a, b *Node) *Node {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	}
	return plain("Add", OpAdd, a, b)
}

// product multiplies two factors, nil being zero.
func product(a, b *Node) *Node {
	if a == nil || b == nil {
		return nil
	}
	return times(a, b)
}

// spread brings the tangent of a scalar operand to the shape of the result.
func spread(v View, d *Node) *Node {
	if d == nil || dims(d) == dims(v.Node) {
		return d
	}
	return times(onesLike(v.Node), d)
}

func orZeros(d, like *Node) *Node {
	if d == nil {
		return zerosLike(like)
	}
	return d
}
