package graph

import (
	"math"

	"github.com/go-ffjord/ffjord/internal/engine"
	"github.com/go-ffjord/ffjord/internal/kernel"
)

// operator is all that the package knows of the operators of a kind, but for what read.go finds in Gorgonia's.
type operator struct {
	// Element-wise functions: what computes one element, for how many operands.
	fn       kernel.Fn
	operands int

	slope   func(x, y *Node) *Node                        // dy/dx of a function y of one x; nil where it is zero
	tangent func(v View, d []*Node) *Node                 // of what has no slope, for tangents of the inputs, not all of them nil
	lower   func(*lowering, View, []value) (value, error) // into the native engine, of what is no function
	cost    cost
}

type value = engine.Value

// function is an element-wise function of one operand.
func function(fn kernel.Fn, c cost, slope func(x, y *Node) *Node) operator {
	return operator{fn: fn, operands: 1, slope: slope, cost: c}
}

// binaryFunction is an element-wise function of two operands.
func binaryFunction(fn kernel.Fn, c cost, tangent func(v View, d []*Node) *Node) operator {
	return operator{fn: fn, operands: 2, tangent: tangent, cost: c}
}

// structure is an operator that computes nothing: it moves columns.
func structure(tangent func(v View, d []*Node) *Node, lower func(*lowering, View, []value) (value, error)) operator {
	return operator{tangent: tangent, lower: lower}
}

// operators is the table of all kinds. What is not in it has no tangent and can't be run by the native engine.
var operators = map[Kind]operator{
	OpNeg:     {fn: kernel.Neg, operands: 1, tangent: linear, cost: simple},
	OpAbs:     function(kernel.Abs, simple, func(x, _ *Node) *Node { return one("Sign", OpSign, x) }),
	OpSign:    function(kernel.Sign, simple, nil),
	OpFloor:   function(kernel.Floor, simple, nil),
	OpCeil:    function(kernel.Ceil, simple, nil),
	OpSquare:  function(kernel.Square, simple, func(x, _ *Node) *Node { return scaled(x, 2) }),
	OpCube:    function(kernel.Cube, simple, func(x, _ *Node) *Node { return scaled(one("Square", OpSquare, x), 3) }),
	OpSqrt:    function(kernel.Sqrt, division, func(_, y *Node) *Node { return recip(scaled(y, 2)) }),
	OpRecip:   function(kernel.Recip, division, func(_, y *Node) *Node { return scaled(one("Square", OpSquare, y), -1) }),
	OpInvSqrt: function(kernel.InvSqrt, division, func(_, y *Node) *Node { return scaled(one("Cube", OpCube, y), -0.5) }),
	OpExp:     function(kernel.Exp, transcendental, func(_, y *Node) *Node { return y }),
	OpExpm1:   function(kernel.Expm1, transcendental, func(_, y *Node) *Node { return plain("Add", OpAdd, y, scalar(y, 1)) }),
	OpLog:     function(kernel.Log, transcendental, func(x, _ *Node) *Node { return recip(x) }),
	OpLog1p: function(kernel.Log1p, transcendental, func(x, _ *Node) *Node {
		return recip(plain("Add", OpAdd, x, scalar(x, 1)))
	}),
	OpLog2:     function(kernel.Log2, transcendental, func(x, _ *Node) *Node { return recip(scaled(x, math.Ln2)) }),
	OpSin:      function(kernel.Sin, transcendental, func(x, _ *Node) *Node { return one("Cos", OpCos, x) }),
	OpCos:      function(kernel.Cos, transcendental, func(x, _ *Node) *Node { return one("Neg", OpNeg, one("Sin", OpSin, x)) }),
	OpTanh:     function(kernel.Tanh, transcendental, func(_, y *Node) *Node { return oneMinus(one("Square", OpSquare, y)) }),
	OpSigmoid:  function(kernel.Sigmoid, transcendental, func(_, y *Node) *Node { return times(y, oneMinus(y)) }),
	OpSoftplus: function(kernel.Softplus, transcendental, func(x, _ *Node) *Node { return one("Sigmoid", OpSigmoid, x) }),
	OpErf: function(kernel.Erf, transcendental, func(x, _ *Node) *Node { // 2/√π e^(-x²)
		return scaled(one("Exp", OpExp, one("Neg", OpNeg, one("Square", OpSquare, x))), 2/math.Sqrt(math.Pi))
	}),

	OpAdd: binaryFunction(kernel.Add, simple, func(v View, d []*Node) *Node { return sum(spread(v, d[0]), spread(v, d[1])) }),
	OpSub: binaryFunction(kernel.Sub, simple, subTangent),
	OpMul: binaryFunction(kernel.Mul, simple, func(v View, d []*Node) *Node {
		return sum(product(d[0], v.Inputs[1]), product(v.Inputs[0], d[1]))
	}),
	OpDiv:   binaryFunction(kernel.Div, division, divTangent),
	OpPow:   binaryFunction(kernel.Pow, transcendental, powTangent),
	OpMin:   binaryFunction(kernel.Min, simple, elementwise),
	OpMax:   binaryFunction(kernel.Max, simple, elementwise),
	OpLt:    binaryFunction(kernel.Lt, simple, nil),
	OpLe:    binaryFunction(kernel.Le, simple, nil),
	OpGt:    binaryFunction(kernel.Gt, simple, nil),
	OpGe:    binaryFunction(kernel.Ge, simple, nil),
	OpEq:    binaryFunction(kernel.Eq, simple, nil),
	OpNe:    binaryFunction(kernel.Ne, simple, nil),
	OpWhere: {fn: kernel.Where, operands: 3, tangent: whereTangent, cost: simple},

	OpMatMul:        {tangent: matMulTangent, lower: (*lowering).product, cost: products},
	OpMatVec:        {tangent: bilinear, cost: products},
	OpDot:           {tangent: bilinear, cost: products},
	OpOuter:         {tangent: bilinear, cost: products},
	OpBatchedMatMul: {tangent: bilinear, cost: products},
	OpTensordot:     {tangent: bilinear, cost: products},

	OpSumRows:        {tangent: linear, lower: (*lowering).sumRows, cost: sums},
	OpSumCols:        {tangent: linear, lower: (*lowering).sumCols, cost: sums},
	OpSum:            {tangent: linear, lower: (*lowering).sum, cost: sums},
	OpMaxAlong:       {tangent: maxTangent, lower: (*lowering).maxAlong, cost: sums},
	OpSoftmax:        {tangent: softmaxTangent, lower: (*lowering).softmax, cost: transcendental},
	OpLogSoftmax:     {tangent: logSoftmaxTangent, lower: (*lowering).softmax, cost: transcendental},
	OpSoftmaxGrad:    {lower: (*lowering).softmaxGrad, cost: simple},
	OpLogSoftmaxGrad: {lower: (*lowering).softmaxGrad, cost: transcendental},

	OpInput:          {},
	OpConstant:       structure(nil, (*lowering).constant),
	OpSize:           structure(nil, (*lowering).size),
	OpFill:           structure(nil, (*lowering).fill),
	OpDetach:         structure(nil, (*lowering).same),
	OpRepeatRowsLike: structure(func(v View, d []*Node) *Node { return RepeatRowsLike(d[0], v.Inputs[1]) }, (*lowering).repeatRowsLike),
	OpRepeatCols:     structure(linear, (*lowering).repeatCols),
	OpRepeat:         structure(func(v View, d []*Node) *Node { return sameOp(v, append([]*Node{d[0]}, v.Inputs[1:]...)...) }, (*lowering).repeat),
	OpSlice:          structure(linear, (*lowering).slice),
	OpSliceIncr:      structure(func(v View, d []*Node) *Node { return sameOp(v, v.Inputs[0], d[1]) }, (*lowering).unslice),
	OpPad:            structure(linear, (*lowering).pad),
	OpConcat:         structure(linear, (*lowering).concat),
	OpTranspose:      structure(linear, (*lowering).transpose),
	OpPermute:        structure(linear, (*lowering).transpose),
	OpReshape:        structure(func(v View, d []*Node) *Node { return reshaped(d[0], v.Node.Shape()) }, (*lowering).same),
}

// oneMinus returns 1 - x in the form in which Gorgonia's derivatives of tanh and sigmoid write it, so that equal
// subexpressions become one node.
func oneMinus(x *Node) *Node { return plain("Sub", OpSub, scalar(x, 1), x) }

// recip returns 1/x.
func recip(x *Node) *Node { return one("Recip", OpRecip, x) }
