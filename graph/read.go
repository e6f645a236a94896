package graph

import (
	"fmt"
	"reflect"
	"strings"
)

// View is what a node is, in exported terms. This file is the one place that knows Gorgonia's unexported operators.
type View struct {
	Node   *Node
	Kind   Kind
	Name   string  // the operator as its author prints it
	Inputs []*Node // in order, duplicates kept; the node's own list, not to be changed

	TransA, TransB bool    // of a product: the operand is used transposed
	Axis           int     // of repeat, slice, concat, pad, softmax
	Axes           []int   // of sum and maxAlong: the axes reduced; of permute: the order
	From, To, Step int     // of slice: the range; of pad: From is where the operand starts
	Total          int     // of pad, repeatCols and fill: the length of the result along the axis
	Value          float64 // of fill and of a scalar constant
	Scalar         bool    // of a constant: it is a number, not a tensor
}

// title names the operator for a message: by its kind, where that says which it is.
func (v *View) title() string {
	if v.Kind == OpOther {
		return v.Name
	}
	return string(v.Kind)
}

// UnknownOpError reports an operator that this version does not know.
type UnknownOpError struct{ Type, Name string }

func (e *UnknownOpError) Error() string {
	return fmt.Sprintf("graph: operator %s (%q) is unknown", e.Type, e.Name)
}

// Read returns the view of n, or an [*UnknownOpError].
func Read(n *Node) (View, error) {
	if r := ledgerOf(n.Graph()).recipe(n); r != nil {
		v := r.view
		v.Node, v.Inputs = n, inputs(n)
		return v, nil
	}
	v := View{Node: n, Inputs: inputs(n)}
	if n.Op() == nil {
		v.Kind, v.Name = OpInput, n.Name()
		return v, nil
	}
	v.Name = n.Op().String()
	switch o := n.Op().(type) {
	case op:
		readRule(&v, o.rule)
		return v, nil
	case reshape:
		v.Kind = OpReshape
		return v, nil
	}
	o := reflect.Indirect(reflect.ValueOf(n.Op()))
	goType := strings.TrimPrefix(o.Type().String(), "gorgonia.")
	read, ok := readers[goType]
	if !ok || !read(&v, o) {
		return v, &UnknownOpError{goType, v.Name}
	}
	return v, nil
}

// kindOf returns the kind of a node and fails where it is unknown.
func kindOf(n *Node) Kind { return mustRead(n).Kind }

func mustRead(n *Node) View {
	v, err := Read(n)
	if err != nil {
		panic(bailout{&BuildError{Err: err}})
	}
	return v
}

func readRule(v *View, r rule) {
	v.Kind = r.kind()
	switch r := r.(type) {
	case slice:
		v.Axis, v.From, v.To, v.Step = r.axis, r.from, r.to, 1
	case pad:
		v.Axis, v.From, v.Total = r.axis, r.from, r.total
	case repeatCols:
		v.Axis, v.Total = 1, r.n
	case fill:
		v.Axis, v.Total, v.Value = 1, r.cols, r.value
	case concat:
		v.Axis = 1
	}
}

// Gorgonia's operators by how they print themselves.
var (
	binaryKinds = map[string]Kind{"+": OpAdd, "-": OpSub, "⊙": OpMul, "÷": OpDiv, "^": OpPow,
		"<": OpLt, ">": OpGt, "<=": OpLe, ">=": OpGe, "==": OpEq, "!=": OpNe}
	unaryKinds = map[string]Kind{"abs": OpAbs, "sign": OpSign, "ceil": OpCeil, "floor": OpFloor, "sin": OpSin,
		"cos": OpCos, "exp": OpExp, "ln": OpLog, "log2": OpLog2, "neg": OpNeg, "square": OpSquare, "sqrt": OpSqrt,
		"inv": OpRecip, "invSqrt": OpInvSqrt, "cube": OpCube, "tanh": OpTanh, "sigmoid": OpSigmoid,
		"log1p": OpLog1p, "expm1": OpExpm1, "softplus": OpSoftplus}
	productKinds = map[string]Kind{"A×B": OpMatMul, "A×b": OpMatVec, "a⋅b": OpDot, "a⊗b": OpOuter,
		"A×××B": OpBatchedMatMul}
	untransposed = strings.NewReplacer("ᵀ", "", " ", "")
)

// readers know Gorgonia's operators by the name of their Go type. Each fills in the view from the operator's text and
// its unexported fields and reports whether it recognised it.
var readers = map[string]func(v *View, o reflect.Value) bool{
	"elemBinOp": func(v *View, _ reflect.Value) bool {
		symbol, _, _ := strings.Cut(v.Name, " ")
		return v.setKind(binaryKinds[symbol])
	},
	"elemUnaryOp": func(v *View, _ reflect.Value) bool {
		return v.setKind(unaryKinds[v.Name])
	},
	"linAlgBinOp": func(v *View, o reflect.Value) bool {
		v.TransA, v.TransB = o.FieldByName("transA").Bool(), o.FieldByName("transB").Bool()
		return v.setKind(productKinds[untransposed.Replace(v.Name)])
	},
	"constantScalar": func(v *View, _ reflect.Value) bool {
		switch x := v.Node.Value().Data().(type) {
		case float32:
			v.Value = float64(x)
		case float64:
			v.Value = x
		default:
			return false
		}
		v.Scalar = true
		return v.setKind(OpConstant)
	},
	"constantTensor": func(v *View, _ reflect.Value) bool { return v.setKind(OpConstant) },
	"sumOp":          func(v *View, o reflect.Value) bool { return v.setAxes(OpSum, o.FieldByName("along")) },
	"maxOp":          func(v *View, o reflect.Value) bool { return v.setAxes(OpMaxAlong, o.FieldByName("along")) },
	"transposeOp":    func(v *View, o reflect.Value) bool { return v.setAxes(OpPermute, o.FieldByName("pattern")) },
	"repeatOp":       func(v *View, o reflect.Value) bool { return v.setAxis(OpRepeat, o.FieldByName("along")) },
	"concatOp":       func(v *View, o reflect.Value) bool { return v.setAxis(OpConcat, o.FieldByName("axis")) },
	"sizeOp":         func(v *View, o reflect.Value) bool { return v.setAxis(OpSize, o.FieldByName("axis")) },
	"reshapeOp":      func(v *View, _ reflect.Value) bool { return v.setKind(OpReshape) },
	"sliceOp":        func(v *View, o reflect.Value) bool { return v.setRange(OpSlice, o) },
	"sliceIncrOp": func(v *View, o reflect.Value) bool {
		return v.setRange(OpSliceIncr, reflect.Indirect(o.FieldByName("sliceOp")))
	},
	"softmaxOp": func(v *View, o reflect.Value) bool {
		if o.FieldByName("isLog").Bool() {
			return v.setAxis(OpLogSoftmax, o.FieldByName("axis"))
		}
		return v.setAxis(OpSoftmax, o.FieldByName("axis"))
	},
	"softmaxDiffOp": func(v *View, o reflect.Value) bool {
		o = reflect.Indirect(o.FieldByName("softmaxOp"))
		if o.FieldByName("isLog").Bool() {
			return v.setAxis(OpLogSoftmaxGrad, o.FieldByName("axis"))
		}
		return v.setAxis(OpSoftmaxGrad, o.FieldByName("axis"))
	},
	"minBetween":  func(v *View, _ reflect.Value) bool { return v.setKind(OpMin) },
	"maxBetween":  func(v *View, _ reflect.Value) bool { return v.setKind(OpMax) },
	"tensordotOp": func(v *View, _ reflect.Value) bool { return v.setKind(OpTensordot) },

	"Iop": other, "atOp": other, "avgPoolDiffOp": other, "avgPoolOp": other, "BatchNormOp": other,
	"batchnormDiffOp": other, "byIndicesOp": other, "byIndicesOpDiffOp": other, "clampOp": other, "col2imOp": other,
	"ctcLossDiffOp": other, "ctcLossOp": other, "devTrans": other, "diagFlatOp": other, "dropoutDiffOp": other,
	"dropoutOp": other, "dtConvOp": other, "globalAveragePoolOp": other, "GroupNormOp": other,
	"groupNormDiffOp": other, "im2colOp": other, "letOp": other, "maxPoolDiffOp": other, "maxPoolOp": other,
	"randomOp": other, "readOp": other, "sparsemaxDiffOp": other, "sparsemaxOp": other,
	"upsampleDiffOp": other, "upsampleOp": other, "yoloOp": other,
}

func other(v *View, _ reflect.Value) bool { return v.setKind(OpOther) }

func (v *View) setKind(k Kind) bool {
	v.Kind = k
	return k != ""
}

func (v *View) setAxis(k Kind, axis reflect.Value) bool {
	v.Axis = int(axis.Int())
	return v.setKind(k)
}

func (v *View) setAxes(k Kind, axes reflect.Value) bool {
	for i := range axes.Len() {
		v.Axes = append(v.Axes, int(axes.Index(i).Int()))
	}
	return v.setKind(k)
}

// setRange reads a slice; a nil range, or one that ends before it starts, is the whole axis.
func (v *View) setRange(k Kind, sliceOp reflect.Value) bool {
	v.Axis = int(sliceOp.FieldByName("along").Int())
	v.To, v.Step = extents(v.Inputs[0])[v.Axis], 1
	if s, ok := v.Node.Op().(interface {
		Start() int
		End() int
		Step() int
	}); ok && !sliceOp.FieldByName("Slice").IsNil() && s.End() > s.Start() {
		v.From, v.To, v.Step = s.Start(), min(s.End(), v.To), max(s.Step(), 1)
	}
	return v.setKind(k)
}

// wholeAxis reports whether the range of a slice or of its increment takes in the whole axis.
func (v *View) wholeAxis() bool {
	return v.Kind != OpPad && v.From == 0 && v.Step == 1 && v.To == extents(v.Inputs[0])[v.Axis]
}

// dims returns the number of axes, 0 for a scalar.
func dims(n *Node) int {
	if n.IsScalar() {
		return 0
	}
	return extents(n).Dims()
}
