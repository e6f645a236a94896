package graph

// Kind names an operator, ours or Gorgonia's.
type Kind string

// Inputs and constants.
const (
	OpInput    Kind = "input"
	OpConstant Kind = "constant"
)

// Element-wise operators; Gorgonia's binary ones also take a scalar operand.
const (
	OpAdd      Kind = "add"
	OpSub      Kind = "sub"
	OpMul      Kind = "mul"
	OpDiv      Kind = "div"
	OpPow      Kind = "pow"
	OpLt       Kind = "lt"
	OpGt       Kind = "gt"
	OpLe       Kind = "le"
	OpGe       Kind = "ge"
	OpEq       Kind = "eq"
	OpNe       Kind = "ne"
	OpMin      Kind = "min"
	OpMax      Kind = "max"
	OpAbs      Kind = "abs"
	OpSign     Kind = "sign"
	OpCeil     Kind = "ceil"
	OpFloor    Kind = "floor"
	OpSin      Kind = "sin"
	OpCos      Kind = "cos"
	OpExp      Kind = "exp"
	OpLog      Kind = "log"
	OpLog2     Kind = "log2"
	OpNeg      Kind = "neg"
	OpSquare   Kind = "square"
	OpSqrt     Kind = "sqrt"
	OpRecip    Kind = "recip"
	OpInvSqrt  Kind = "invSqrt"
	OpCube     Kind = "cube"
	OpTanh     Kind = "tanh"
	OpSigmoid  Kind = "sigmoid"
	OpLog1p    Kind = "log1p"
	OpExpm1    Kind = "expm1"
	OpSoftplus Kind = "softplus"
	OpErf      Kind = "erf"
	OpWhere    Kind = "where"
)

// Products.
const (
	OpMatMul        Kind = "matmul"
	OpMatVec        Kind = "matvec"
	OpDot           Kind = "dot"
	OpOuter         Kind = "outer"
	OpBatchedMatMul Kind = "batchedMatMul"
	OpTensordot     Kind = "tensordot"
)

// Structure and reductions. Slices and concatenations are ours, which keep two axes, or Gorgonia's, which may drop one.
const (
	OpRepeatRowsLike Kind = "repeatRowsLike"
	OpRepeatCols     Kind = "repeatCols"
	OpSumRows        Kind = "sumRows"
	OpSumCols        Kind = "sumCols"
	OpPad            Kind = "pad"
	OpFill           Kind = "fill"
	OpDetach         Kind = "detach"
	OpTranspose      Kind = "transpose"
	OpSum            Kind = "sum"
	OpMaxAlong       Kind = "maxAlong"
	OpRepeat         Kind = "repeat"
	OpSize           Kind = "size"
	OpReshape        Kind = "reshape"
	OpPermute        Kind = "permute"
	OpSlice          Kind = "slice"
	OpSliceIncr      Kind = "sliceIncr"
	OpConcat         Kind = "concat"
	OpSoftmax        Kind = "softmax"
	OpLogSoftmax     Kind = "logSoftmax"

	// Gorgonia's derivatives of the two, of an operand x, the result y and a gradient g of y.
	OpSoftmaxGrad    Kind = "softmaxGrad"
	OpLogSoftmaxGrad Kind = "logSoftmaxGrad"
)

// OpOther is an operator of Gorgonia's that is known but has no business in a graph of rows: convolution, pooling,
// batch norm, dropout, random numbers, statements. View.Name tells which.
const OpOther Kind = "other"
